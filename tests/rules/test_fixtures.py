"""The linter says of each fixture exactly what its marks say; nothing is run here."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flake8_flax_rng.cli import lint_fixture
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.verifier.fixture import find, read, rule_of
from tests import FIXTURES

PROGRAMS = find([FIXTURES])
PROJECTS = FIXTURES / "project", FIXTURES / "layout"
CODES = [rule.code for rule in RULES if not rule.code.startswith("RNG0")]  # RNG0xx: about the tool
ENOUGH = 8


def name_of(path: Path) -> str:
    return str(path.relative_to(FIXTURES))


@pytest.mark.parametrize("path", PROGRAMS, ids=name_of)
def test_findings_are_the_marks(path):
    fixture = read(path)
    findings = lint_fixture(fixture.source, str(path))
    assert sorted((finding.line, finding.code) for finding in findings) == sorted(fixture.expected)


@pytest.mark.parametrize("path", PROGRAMS, ids=name_of)
def test_a_fixture_is_what_its_name_says(path):
    codes = {code for _, code in read(path).expected}
    if path.name.startswith("bad_"):
        assert codes if path.parent in PROJECTS else rule_of(path) in codes
    else:
        assert not codes


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", ["bad", "good"])
def test_a_rule_has_enough_fixtures(code, kind):
    assert len(list((FIXTURES / code).glob(f"{kind}_*.py"))) >= ENOUGH


def test_there_is_nothing_else_among_the_fixtures():
    packages = {path for project in PROJECTS for folder in project.iterdir() for path in folder.rglob("*.py")}
    assert set(FIXTURES.rglob("*.py")) - packages == set(PROGRAMS)
    assert {path.name for path in FIXTURES.iterdir()} == {*CODES, *(project.name for project in PROJECTS)}


# The projects of several files, as a user has them linted


def marks(path: Path) -> list[str]:
    """What the marks of a file say, in the words of flake8."""
    return [f"{path.name}:{line} {code}" for line, code in sorted(read(path).expected)]


def linted(*arguments: str, stdin: bytes | None = None, cwd: Path) -> list[str]:
    """Run flake8 on the project, with the rules that are on by default."""
    command = [sys.executable, "-m", "flake8", "--isolated", "--select=RNG", "--format=%(path)s:%(row)d %(code)s"]
    done = subprocess.run([*command, *arguments], cwd=cwd, input=stdin, capture_output=True, check=False)
    assert not done.stderr
    return done.stdout.decode().splitlines()


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("project", PROJECTS, ids=name_of)
def test_a_project_gives_the_marked_findings(project, jobs):
    expected = [mark for path in PROGRAMS if path.parent == project for mark in marks(path)]
    assert len(expected) >= 8
    assert sorted(line.removeprefix("./") for line in linted("-j", jobs, ".", cwd=project)) == sorted(expected)


@pytest.mark.parametrize("path", sorted(path for project in PROJECTS for path in project.glob("*.py")), ids=name_of)
def test_a_project_gives_the_marked_findings_in_an_editor(path):
    stdin, project = path.read_bytes(), path.parent
    assert linted(f"--stdin-display-name={path.name}", "-", stdin=stdin, cwd=project) == marks(path)
    above = f"{project.name}/{path.name}"
    assert linted(f"--stdin-display-name={above}", "-", stdin=stdin, cwd=FIXTURES) == [
        f"{project.name}/{mark}" for mark in marks(path)
    ]
