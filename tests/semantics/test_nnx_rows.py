"""The table of the mistakes with streams of NNX: each has a rule and a program of it, or a reason to be silent."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from flake8_flax_rng.rules import RULES
from tests import FIXTURES

TABLE = Path(__file__).with_name("nnx_rows.tsv")
ROWS = list(csv.DictReader(TABLE.read_text(encoding="utf-8").splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
CODES = {rule.code for rule in RULES}


def programs(row: str, code: str) -> list[str]:
    """The programs of a rule's folder that name a row."""
    word = re.compile(rf"\b{row}\b")
    return [path.name for path in (FIXTURES / code).glob("*.py") if word.search(path.read_text(encoding="utf-8"))]


def test_each_row_stands_there_once():
    assert len({row["row"] for row in ROWS}) == len(ROWS)
    named = {name for path in FIXTURES.glob("RNG*/*.py") for name in re.findall(r"\bNX\d+[a-z]?\b", path.read_text())}
    assert named <= {row["row"] for row in ROWS}


@pytest.mark.parametrize("row", ROWS, ids=[row["row"] for row in ROWS])
def test_a_row_has_a_rule_and_a_program_or_a_reason(row):
    codes = row["rules"].split()
    assert set(codes) <= CODES
    if row["state"] == "found":
        assert codes
        assert any(name.startswith("bad_") for code in codes for name in programs(row["row"], code))
    else:
        assert row["state"] in ("silent", "right", "open")
        assert row["remark"]
        assert not codes


def test_most_rows_are_found():
    meant = [row for row in ROWS if row["state"] != "right"]
    assert sum(row["state"] == "found" for row in meant) >= 0.9 * len(meant)
