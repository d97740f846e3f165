"""Every kind of what is found has its words in a rule."""

from __future__ import annotations

import pytest

from flake8_flax_rng.interpreter.domain import kinds
from flake8_flax_rng.rules import rng108, rng207, rng209, rng214
from flake8_flax_rng.semantics.linen import INITIALISING
from tests import ROOT

RULES = "\n".join(file.read_text() for file in sorted((ROOT / "flake8_flax_rng" / "rules").glob("*.py")))


@pytest.mark.parametrize("kind", [*kinds.Misuse, *kinds.LiftProblem], ids=str)
def test_a_rule_names_it(kind):
    assert f"{type(kind).__name__}.{kind.name}" in RULES


@pytest.mark.parametrize(
    ("table", "of"),
    [
        (rng108._AFTERWARDS, kinds.Handover),
        (rng207._MESSAGES, kinds.Malformation),
        (rng209._ADVICE, kinds.Unserved),
        (rng214._MESSAGES, kinds.FixedValue),
    ],
)
def test_a_table_has_words_for_each(table, of):
    assert table.keys() == set(of)


def test_each_method_that_initialises_is_a_way_to_run_a_module():
    assert set(INITIALISING) < set(kinds.RunKind)
