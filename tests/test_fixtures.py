"""The linter says of each fixture exactly what its marks say; nothing is run here."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_flax_rng.cli import lint_fixture
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.verifier.fixture import find, read, rule_of

ROOT = Path(__file__).parents[1] / "fixtures"
FIXTURES = find([ROOT])
CODES = [rule.code for rule in RULES if rule.code != "RNG001"]
ENOUGH = 8


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FIXTURES, ids=name_of)
def test_findings_are_the_marks(path):
    fixture = read(path)
    findings = lint_fixture(fixture.source, str(path))
    assert sorted((finding.line, finding.code) for finding in findings) == sorted(fixture.expected)


@pytest.mark.parametrize("path", FIXTURES, ids=name_of)
def test_a_fixture_is_what_its_name_says(path):
    codes = {code for _, code in read(path).expected}
    if path.name.startswith("bad_"):
        assert rule_of(path) in codes
    else:
        assert not codes


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("kind", ["bad", "good"])
def test_a_rule_has_enough_fixtures(code, kind):
    assert len(list((ROOT / code).glob(f"{kind}_*.py"))) >= ENOUGH


def test_there_is_nothing_else_among_the_fixtures():
    assert set(ROOT.rglob("*.py")) == set(FIXTURES)
    assert {path.name for path in ROOT.iterdir()} == set(CODES)
