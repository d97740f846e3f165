"""Every fix is proven: the finding is gone, no other one is new, and JAX runs the program without the symptom."""

from __future__ import annotations

import functools

import pytest

from flake8_flax_rng.rules import RULES
from tests import FIXTURES
from tests.fixes.__main__ import Tally, on_jax, tally
from tests.fixes.without import WITHOUT

CODES = [rule.code for rule in RULES if not rule.code.startswith("RNG0")]
KEYS = [code for code in CODES if "RNG101" <= code <= "RNG108"]
STREAMS = [code for code in CODES if "RNG201" <= code <= "RNG211"]
ENOUGH = 0.7


@functools.cache
def tally_of(code: str) -> Tally:
    """Look at the bad fixtures of one rule once, for all that is asked of them."""
    return tally(code)


@pytest.mark.parametrize("code", CODES)
def test_a_fix_mends_its_finding_and_nothing_else_is_said(code):
    assert not tally_of(code).wrong


@pytest.mark.parametrize("code", CODES)
def test_a_rule_without_any_fix_says_why(code):
    assert (tally_of(code).safe + tally_of(code).suggested == 0) is (code in WITHOUT)


@pytest.mark.parametrize("codes", [KEYS, STREAMS], ids=["keys", "streams"])
def test_most_findings_have_a_fix(codes):
    findings = sum(tally_of(code).findings for code in codes)
    assert sum(tally_of(code).safe + tally_of(code).suggested for code in codes) >= ENOUGH * findings


@pytest.mark.slow
@pytest.mark.parametrize("code", CODES)
def test_a_mended_program_shows_no_symptom(code):
    pytest.importorskip("jax")
    pytest.importorskip("flax")
    assert (FIXTURES / code).is_dir()
    wrong = [f"{row.program}: {row.linter}; JAX: {row.jax}" for row in on_jax(code, jobs=1) if not row.ok]
    assert not wrong
