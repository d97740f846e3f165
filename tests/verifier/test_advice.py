"""The advice of a message is followed in the program; then the linter is silent, and JAX shows no symptom any more."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.lint import lint
from flake8_flax_rng.records import replaced
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.verifier.runner import verify
from tests import FIXTURES
from tests.verifier.advice import NotApplicable, follow, form_of

pytest.importorskip("jax")
pytest.importorskip("flax")

CODES = ["RNG101", "RNG102", "RNG106", "RNG108", "RNG203", "RNG204", "RNG207", "RNG208", "RNG209", "RNG210", "RNG211"]
PART = 9
PROGRAMS = [path for code in CODES for path in sorted((FIXTURES / code).glob("bad_*.py"))]
ON_JAX = [path for code in CODES for path in sorted((FIXTURES / code).glob("bad_*.py"))[::PART]]
"""A part of them, which JAX runs: each run takes seconds."""

OPT_IN = {rule.code for rule in RULES if not rule.default}
ROUNDS = 12
ENOUGH = 0.6
KEYS = ("jax.random.key(7)", "jax.random.fold_in(jax.random.key(7), 1)")
"""What a reader may give where the message leaves the key to him."""

Linter = Callable[[str], list[Finding]]


def findings(text: str) -> list[Finding]:
    """Return what the linter says, but for the constant that stands here for a key of the reader's."""
    found = [finding for finding in lint(text) if finding.code not in OPT_IN]
    return [finding for finding in found if not (finding.code == "RNG115" and KEYS[0] in finding.message)]


def followed(text: str, linter: Linter = findings) -> str:
    """Return a program after all advice was followed.

    Raises:
        NotApplicable: if some finding has advice that a program cannot follow; its text is the form.
        AssertionError: if a finding is still there when its advice was followed, or others came instead.
    """
    found = linter(text)
    for _ in range(ROUNDS):
        if not found:
            return text
        text, before = _one_followed(text, found), found
        found = linter(text)
        again = {finding.message for finding in found} >= {finding.message for finding in before}
        fewer = len(found) < len(before)
        assert fewer or (len(found) == len(before) and not again), f"{before} became {found}:\n{text}"
    raise AssertionError(f"there is no end: {found}")


def _one_followed(text: str, found: list[Finding]) -> str:
    for finding in found:
        try:
            return min(follow(text, finding, KEYS), key=lambda program: len(findings(program)))
        except NotApplicable:
            continue
    raise NotApplicable(next((form for finding in found if (form := form_of(finding))), "in words only"))


@functools.cache
def outcome(path: Path) -> str | NotApplicable:
    """Return a fixture after its advice was followed, or why a program cannot; each is asked for by several tests."""
    try:
        return followed(path.read_text(encoding="utf-8"))
    except NotApplicable as form:
        return form.with_traceback(None)


def mended(path: Path) -> str:
    """Return a fixture after its advice was followed; the test is skipped where a program cannot follow it."""
    result = outcome(path)
    if isinstance(result, NotApplicable):
        pytest.skip(f"no program can follow it: {result}")
    return result


@pytest.mark.slow
@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_advice_that_is_followed_leaves_nothing_to_say(path: Path) -> None:
    assert findings(mended(path)) == []


@pytest.mark.slow
@pytest.mark.parametrize("path", ON_JAX, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_advice_that_is_followed_mends_the_program(path: Path, tmp_path: Path) -> None:
    text = re.sub(r"# (claim|expect|intended): .*", "", mended(path))
    program = tmp_path / path.parent.name / f"good_{path.name}"
    program.parent.mkdir()
    program.write_text(f"# claim: clean\n{text}", encoding="utf-8")
    (row,) = verify([program], lambda source, filename: findings(source), jobs=1)
    if row.skipped:
        pytest.skip(row.skipped)
    assert row.ok, f"{row.verdict}; linter: {row.linter}; JAX: {row.jax}\n{text}"


@pytest.mark.slow
@pytest.mark.parametrize("code", ["RNG101", "RNG102", "RNG106", "RNG203"])
def test_most_advice_can_be_followed(code: str) -> None:
    forms: Counter[str] = Counter()
    for path in sorted((FIXTURES / code).glob("bad_*.py")):
        result = outcome(path)
        forms[f"left: {result}" if isinstance(result, NotApplicable) else "followed"] += 1
    assert forms["followed"] >= ENOUGH * forms.total(), forms


MUTANTS = [
    (r"use `(\w+)`, which is never used", "use `first`, which is never used"),
    (r"`(\w+), (\w+) = jax\.random\.split\(\w+\)`", r"`\2, \1 = jax.random.split(key)`"),
]
REUSED = """\
import jax


def f(key):
    first, second = jax.random.split(key)
    return jax.random.normal(first) + jax.random.uniform(first)


def g(key):
    return jax.random.normal(key) + jax.random.uniform(key)


print(f(jax.random.key(0)), g(jax.random.key(1)))
"""


def test_advice_is_followed() -> None:
    assert "jax.random.uniform(second)" in followed(REUSED)


@pytest.mark.parametrize(("pattern", "instead"), MUTANTS)
def test_wrong_advice_is_noticed(pattern: str, instead: str) -> None:
    def mutant(text: str) -> list[Finding]:
        return [replaced(found, message=re.sub(pattern, instead, found.message)) for found in findings(text)]

    with pytest.raises((AssertionError, NotApplicable)):
        followed(REUSED, mutant)
