"""What is found with less knowledge is found with more, unless that knowledge refutes it.

Less knowledge: other files are not followed, or all bounds are half of what they are.
"""

from __future__ import annotations

import importlib
import pkgutil
from pathlib import Path

import pytest

import flake8_flax_rng.interpreter as interpreter
from flake8_flax_rng.interpreter.domain import budget
from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.syntax.project import Project
from flake8_flax_rng.verifier.fixture import find, read
from tests import FIXTURES, PROJECTS

OPT_IN = {rule.code for rule in RULES if not rule.default}
PROGRAMS = find([FIXTURES])
OF_PROJECTS = [path for path in PROGRAMS if any(project in path.parents for project in PROJECTS)]
HALVED = [name for name in dir(budget) if name.startswith(("STEPS_", "EFFORT_FOR", "PATHS_KEPT", "CALL_DEPTH"))]

REFUTED: dict[tuple[str, str], str] = {}
"""By program and code: what following other files shows that makes the finding untrue."""

Places = set[tuple[int, str]]


def name_of(path: Path) -> str:
    return str(path.relative_to(FIXTURES))


def found(path: Path, follow: bool = True) -> Places:
    source = path.read_text(encoding="utf-8")
    findings = lint(source, filename=str(path), project=Project(str(path)) if follow else None)
    return {(finding.line, finding.code) for finding in findings if finding.code not in OPT_IN}


def marked(path: Path) -> Places:
    """What is found with all knowledge: exactly the marks, as `tests/rules/test_fixtures.py` holds."""
    return {(line, code) for line, code in read(path).expected if code not in OPT_IN}


def rebound(monkeypatch: pytest.MonkeyPatch, name: str, value: int) -> None:
    """Give a bound another value wherever it was imported."""
    modules = [budget, *(importlib.import_module(module.name) for module in MODULES)]
    for module in modules:
        if hasattr(module, name):
            monkeypatch.setattr(module, name, value)


MODULES = [
    module
    for module in pkgutil.walk_packages(interpreter.__path__, f"{interpreter.__name__}.")
    if not module.name.endswith("__main__")
]


@pytest.mark.parametrize("path", OF_PROJECTS, ids=name_of)
def test_following_other_files_loses_nothing(path: Path) -> None:
    lost = found(path, follow=False) - marked(path)
    assert not {(line, code) for line, code in lost if (name_of(path), code) not in REFUTED}


@pytest.mark.parametrize("path", PROGRAMS, ids=name_of)
def test_larger_bounds_lose_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in HALVED:
        rebound(monkeypatch, name, getattr(budget, name) // 2)
    assert found(path) <= marked(path)


def test_a_loss_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    path = FIXTURES / "RNG101" / "bad_alias_of_one_key.py"
    before = found(path)
    for name in HALVED:
        rebound(monkeypatch, name, 0)
    assert before
    assert not before <= found(path)


@pytest.mark.parametrize("code", sorted({code for _, code in REFUTED}))
def test_each_reason_is_still_needed(code: str) -> None:
    for name in (name for name, of in REFUTED if of == code):
        path = FIXTURES / name
        assert any(found_code == code for _, found_code in found(path, follow=False) - found(path))
