"""The table of facts and the programs that prove them are the same."""

from __future__ import annotations

import ast
import re

import pytest

from tests import ROOT

HERE = ROOT / "tests" / "neighbours"
ROW = re.compile(r"\| (?P<fact>[A-Z]{2}\d{2}) \| (?P<text>.+?) \|(?: (?P<rules>RNG.*?))? \|")
ROWS = {match["fact"]: match for match in map(ROW.fullmatch, (HERE / "facts.md").read_text().splitlines()) if match}
PROVEN = {
    node.name.removeprefix("test_").upper(): ast.get_docstring(node)
    for file in sorted(HERE.glob("test_*.py"))
    for node in ast.parse(file.read_text()).body
    if isinstance(node, ast.FunctionDef) and re.fullmatch(r"test_[a-z]{2}\d{2}", node.name)
}


def test_there_are_facts():
    assert ROWS


@pytest.mark.parametrize("fact", sorted({*ROWS, *PROVEN}))
def test_a_fact_is_proven_in_its_own_words(fact):
    assert fact in ROWS, "no row of the table"
    assert PROVEN.get(fact) == ROWS[fact]["text"], "the test's docstring is to be the row's text"


@pytest.mark.parametrize("fact", sorted(ROWS))
def test_a_rule_that_is_named_has_programs_of_the_library(fact):
    folder = "numpyro" if fact.startswith("NP") else "haiku" if fact.startswith("HK") else ""
    for code in re.findall(r"RNG\d{3}", ROWS[fact]["rules"] or ""):
        programs = (ROOT / "fixtures" / code).glob("bad_*.py")
        assert any(f"import {folder}" in path.read_text() for path in programs), f"no bad program of {code}"
