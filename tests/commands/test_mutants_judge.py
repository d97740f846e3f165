"""When a planted fault counts as found; see `mutants/judge.py`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from flake8_flax_rng.finding import Finding
from tests.mutants import judge
from tests.mutants.choice import in_file
from tests.mutants.judge import Verdict, judged, lines
from tests.mutants.sources import File

PROGRAM = """\
import jax


def other(key):
    a, b = key
    return jax.random.normal(a) + jax.random.normal(b)


def faulty(key):
    a, b = jax.random.split(key)
    return jax.random.normal(a) + jax.random.normal(b)


def later(key):
    return jax.random.normal(key) + jax.random.normal(key)
"""

Judge = Callable[..., Verdict]


@pytest.fixture
def verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Judge:
    """The verdict about the split of line 10 when it is deleted, with a linter that says what a test wants."""
    (tmp_path / "program.py").write_text(PROGRAM)
    (place,) = in_file(File("source", str(tmp_path), "program.py"), ["deleted-split"])

    def verdict(before: list[Finding], after: list[Finding], alone: list[Finding] | None = None) -> Verdict:
        def linted(_file: File, text: str, _asked: object, follow: bool) -> list[Finding]:
            return before if text == PROGRAM else after if follow else alone or []

        monkeypatch.setattr(judge, "_linted", linted)
        return judged(place, frozenset())

    return verdict


def test_a_new_finding_in_the_function_is_a_find(verdict):
    found = Finding(10, 4, "RNG101", "`key` was already consumed on line 10; split it")
    assert verdict([], [found]) == Verdict("found", "RNG101", f"line 10: {found.message}")


def test_a_new_finding_that_names_a_line_of_the_function_is_a_find(verdict):
    message = "was already consumed by `faulty` on line 14 (inside: `jax.random.normal`, line 10)"
    assert verdict([], [Finding(14, 0, "RNG101", message)]).outcome == "found"
    assert verdict([], [Finding(14, 0, "RNG101", message.replace("line 10", "line 10 of pkg/other.py"))]).code == ""


def test_a_finding_in_another_function_is_none(verdict):
    assert verdict([], [Finding(6, 0, "RNG101", "`a` is used")]) == Verdict("missed")


def test_what_has_only_moved_is_not_new(verdict):
    before = Finding(11, 34, "RNG106", "`b` is like line 15; use `c`")
    after = Finding(10, 34, "RNG106", "`b` is like line 14; use `d`")
    assert verdict([before], [after]) == Verdict("missed")
    assert verdict([before], [Finding(10, 34, "RNG106", "`b` is like line 13; use `d`")]).outcome == "found"


def test_a_failure_of_the_linter_is_no_find(verdict):
    assert verdict([], [Finding(10, 0, "RNG001", "not analysed")]) == Verdict("missed")


def test_a_miss_says_what_the_linter_knows_of_it(verdict):
    fault = Finding(10, 11, "RNG101", "`key` was consumed")
    bound = Finding(9, 0, "RNG090", "too much")
    assert verdict([], [bound]).message == "bound: line 9: too much"
    hidden = verdict([], [bound], [fault])
    assert hidden == Verdict("missed", message="found without the other files: RNG101 line 10: `key` was consumed")


def test_lines_are_those_of_the_original():
    assert lines("a\nb\nc\nd", "a\nc\nX") == [1, 3, 4]
    assert lines("a\nb", "a\nnew\nb") == [1, 2, 2]
