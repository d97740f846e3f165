"""A mistake of ours in one rule, or in one place, costs no other finding, and is said."""

from __future__ import annotations

import pytest

from flake8_flax_rng import rules
from flake8_flax_rng.interpreter.evidence.judgement import Judgement
from flake8_flax_rng.interpreter.roots.handed_on_keys import Leftovers
from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules.report import Report

PROGRAM = """\
import jax
from flax import linen as nn
key = jax.random.key(0)
a = jax.random.normal(key)
b = jax.random.normal(key)
c = jax.random.normal(key)
nn.Dropout(50)
nn.Dropout(60)
"""
ALL = [(5, "RNG101"), (6, "RNG101"), (7, "RNG213"), (8, "RNG213")]


def places() -> list[tuple[int, str]]:
    return [(finding.line, finding.code) for finding in lint(PROGRAM)]


def said() -> list[str]:
    return [finding.message for finding in lint(PROGRAM) if finding.code == "RNG001"]


def test_what_there_is_to_lose():
    assert places() == ALL


@pytest.mark.parametrize("code", ["RNG101", "RNG213"])
def test_a_broken_rule_costs_what_it_would_still_have_said(code, monkeypatch):
    def broken(check):
        def checked(events):
            yield next(iter(check(events)))
            raise OverflowError("int too large\nto convert")

        return checked

    checks = [(rule, broken(check) if rule.code == code else check) for rule, check in rules._CHECKS]
    monkeypatch.setattr(rules, "_CHECKS", checks)
    lost = max(place for place in ALL if place[1] == code)
    assert places() == [(1, "RNG001"), *(place for place in ALL if place != lost)]
    assert said() == [f"not analysed: {code} fails, OverflowError: int too large to convert"]


def test_two_broken_rules_are_both_named(monkeypatch):
    def broken(events):
        raise ZeroDivisionError

    monkeypatch.setattr(
        rules, "_CHECKS", [(rule, broken) for rule, _ in rules._CHECKS if rule.code in ("RNG101", "RNG213")]
    )
    assert places() == [(1, "RNG001")] * 2
    assert said() == [f"not analysed: {code} fails, ZeroDivisionError" for code in ("RNG101", "RNG213")]


def test_a_place_that_is_not_found_costs_one_finding(monkeypatch):
    placed = Report.place

    def broken(report):
        line, column = placed(report)
        if line == 7:
            raise KeyError("a node")
        return line, column

    monkeypatch.setattr(Report, "place", broken)
    assert places() == [(1, "RNG001"), *(place for place in ALL if place[0] != 7)]
    assert said() == ["not analysed: RNG213 fails, KeyError: 'a node'"]


@pytest.mark.parametrize("broken", [Judgement, Leftovers])
def test_a_part_of_the_analysis_that_fails_costs_no_other(broken, monkeypatch):
    def fail(self):
        raise RecursionError("too deep")

    monkeypatch.setattr(broken, "events", fail)
    lost = "RNG101" if broken is Judgement else ""
    assert places() == [(1, "RNG001"), *(place for place in ALL if place[1] != lost)]
    assert said() == ["not analysed: RecursionError: too deep"]
