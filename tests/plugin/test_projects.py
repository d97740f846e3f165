"""The projects of several files among the fixtures, as a user has them linted."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flake8_flax_rng.verifier.fixture import find, read
from tests import FIXTURES, PROJECTS

pytestmark = pytest.mark.slow


def name_of(path: Path) -> str:
    return str(path.relative_to(FIXTURES))


def marks(path: Path) -> list[str]:
    """What the marks of a file say, in the words of flake8."""
    return [f"{path.name}:{line} {code}" for line, code in sorted(read(path).expected)]


def flake8_says(*arguments: str, stdin: bytes | None = None, cwd: Path) -> list[str]:
    """Run flake8 on the project, with the rules that are on by default."""
    command = [sys.executable, "-m", "flake8", "--isolated", "--select=RNG", "--format=%(path)s:%(row)d %(code)s"]
    done = subprocess.run([*command, *arguments], cwd=cwd, input=stdin, capture_output=True, check=False)
    assert not done.stderr
    return done.stdout.decode().splitlines()


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("project", PROJECTS, ids=name_of)
def test_a_project_gives_the_marked_findings(project, jobs):
    expected = [mark for path in find([project]) for mark in marks(path)]
    assert len(expected) >= 8
    assert sorted(line.removeprefix("./") for line in flake8_says("-j", jobs, ".", cwd=project)) == sorted(expected)


@pytest.mark.parametrize("path", sorted(path for project in PROJECTS for path in project.glob("*.py")), ids=name_of)
def test_a_project_gives_the_marked_findings_in_an_editor(path):
    stdin, project = path.read_bytes(), path.parent
    assert flake8_says(f"--stdin-display-name={path.name}", "-", stdin=stdin, cwd=project) == marks(path)
    above = f"{project.name}/{path.name}"
    assert flake8_says(f"--stdin-display-name={above}", "-", stdin=stdin, cwd=FIXTURES) == [
        f"{project.name}/{mark}" for mark in marks(path)
    ]
