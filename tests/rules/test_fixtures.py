"""The linter says of each fixture exactly what its marks say, in words for people; nothing is run here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.verifier.fixture import Fixture, find, read, rule_of
from tests import FIXTURES, PROJECTS
from tests.linted import linted as findings_of

PROGRAMS = find([FIXTURES])
CODES = [rule.code for rule in RULES if not rule.code.startswith("RNG0")]  # RNG0xx: about the tool
OPT_IN = {rule.code for rule in RULES if not rule.default}
ENOUGH = 8
PLACE = r"line \d+( of [\w/]+\.py)?"
"""A line, of the linted file or of another one."""
PASS = rf"in the previous pass of .+ {PLACE}"
FIRST_USE = re.compile(rf"by `.+` (on {PLACE}( \(inside: `.+`, {PLACE}\)| {PASS})?|{PASS}); ")


def name_of(path: Path) -> str:
    return str(path.relative_to(FIXTURES))


@dataclass(frozen=True)
class Linted:
    """A fixture and what the linter says of it, opt-in rules and all."""

    path: Path
    fixture: Fixture
    findings: list[Finding]


@pytest.fixture(scope="module", params=PROGRAMS, ids=name_of)
def linted(request: pytest.FixtureRequest) -> Linted:
    """Lint each fixture once for all that is asked of it."""
    path = request.param
    fixture = read(path)
    return Linted(path, fixture, [*findings_of(path)])


def test_findings_are_the_marks(linted):
    found = [(finding.line, finding.code) for finding in linted.findings]
    meant = [(line, code) for line, code in found if code not in OPT_IN or linted.fixture.concerns(code)]
    assert sorted(meant) == sorted(linted.fixture.expected)


def test_a_message_is_a_line_for_people(linted):
    for message in (finding.message for finding in linted.findings):
        assert message == " ".join(message.split())
        assert len(message) < 260
        assert not message.startswith("RNG")
        assert not message.endswith(".")
        assert message.count("`") % 2 == 0
        assert set(re.findall(r"<[^>]*>", message)) <= {"<key>", "<lambda>", "<seed>", "<seed or key>", "<Rngs>"}
        for word in ("linen.", "flax.linen", "jax._src", "builtins", "object at", "Unknown", "Term(", "None", "frame"):
            assert word not in re.sub("`[a-z ]*None`", "", message)


def test_a_first_use_has_a_line(linted):
    lines = linted.fixture.source.splitlines()
    for finding in linted.findings:
        if "already consumed" in finding.message:
            assert FIRST_USE.search(finding.message)
        if finding.code == "RNG203":
            assert re.search(rf"\(.+ on {PLACE}\)|{PLACE} (makes|gives) ", finding.message)
        for line in map(int, re.findall(r"on line (\d+)\b(?! of )", finding.message)):
            assert lines[line - 1].strip()


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
