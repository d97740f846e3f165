"""Random programs: by line, the linter says what running them on JAX shows. See `differential/`."""

from __future__ import annotations

import contextlib

import pytest

pytest.importorskip("jax")
pytest.importorskip("flax")

from flake8_flax_rng.lint import lint
from flake8_flax_rng.records import replaced
from tests.differential import oracle, trial
from tests.differential.compare import CODES, compare
from tests.differential.oracle import configure
from tests.differential.reduce import reduced
from tests.differential.strategy import write

pytestmark = pytest.mark.slow

PROGRAMS, SEED = 500, 0

REUSED = """\
from jax import random


def main(key, flag, x):
    x = x + random.normal(key, (2,))
    if flag:
        x = x + random.normal(key, (2,))
    return x
"""
CLEAN = REUSED.replace("if flag", "key, _ = random.split(random.fold_in(key, 1))\n    if flag")


@pytest.fixture(autouse=True, scope="module")
def _jax():
    configure()


@pytest.mark.parametrize("piece", trial.chunks(PROGRAMS, SEED), ids=lambda piece: f"seed{piece[1]}")
def test_the_linter_says_what_jax_shows(piece):
    tally = trial.check(piece)
    print(trial.report(tally))
    shown = []
    for source, what in map(trial.minimal, tally.disagreements[:3]):
        shown += [*(f"{item.kind} line {item.line}: {item.text}" for item in what), source]
    assert not tally.disagreements, "\n".join(shown)


def test_what_is_compiled_changes_nothing_that_is_seen(monkeypatch):
    sources = [write(number).source for number in range(8)]

    def seen():
        return [
            [(name, [(place.part, place.span) for place in group.places]) for name, group in run.groups]
            for source in sources
            for run in oracle.runs(source)
        ]

    fast = seen()
    monkeypatch.setattr(oracle, "compiled_numbers", contextlib.nullcontext)
    assert any(fast) and fast == seen()


def test_programs_are_right_and_wrong():
    tally = trial.check((40, 1))
    assert 8 < tally.counts["reused"] < 32
    assert tally.counts["silent"] < 20


def test_a_linter_that_says_nothing_is_noticed():
    assert not compare(REUSED).disagreements
    (missed,) = compare(REUSED, linter=lambda source: []).disagreements
    assert (missed.kind, missed.line) == ("miss", 7)


def test_a_linter_that_says_too_much_is_noticed():
    assert not compare(CLEAN).disagreements
    (found,) = [finding for finding in lint(REUSED) if finding.code in CODES]
    (false,) = compare(CLEAN, linter=lambda source: [found]).disagreements
    assert (false.kind, false.line) == ("false", 7)


def test_a_linter_that_points_elsewhere_is_noticed():
    def elsewhere(source):
        return [replaced(finding, line=finding.line - 1) for finding in lint(source)]

    assert {item.kind for item in compare(REUSED, linter=elsewhere).disagreements} == {"miss", "false"}


def test_a_program_is_made_smaller():
    source = "def main(key, x):\n    y = 2\n    if x:\n        x = x + y\n    return x\n"
    assert reduced(source, lambda text: "y = 2" in text) == "def main(key, x):\n    y = 2\n"
