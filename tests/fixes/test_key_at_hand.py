"""RNG203 gives the forgotten stream an unused key, or a part of one that is used before."""

from __future__ import annotations

import pytest

from flake8_flax_rng.fixes.edits import applied
from flake8_flax_rng.lint import lint

PROGRAM = """\
import flax.linen as nn
import jax


class Net(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return nn.Dropout(0.5, deterministic=not train)(nn.Dense(4)(x))


def run(x, flag):
{}


run(1.0, True)
"""
SPLIT = "params_key, dropout_key = jax.random.split(jax.random.key(0))"
INIT = "variables = Net().init(params_key, x, train=False)"
APPLY = "return Net().apply(variables, x, train=True)"


def fix_in(*lines: str):
    text = PROGRAM.format("\n".join(f"    {line}" for line in lines))
    (found,) = [finding for finding in lint(text, detailed=True) if finding.code == "RNG203"]
    assert found.detail is not None
    return text, found.detail.fix


def test_an_unused_key_is_given():
    text, fix = fix_in(SPLIT, INIT, APPLY)
    assert fix is not None and fix.safe
    mended = applied(text, fix.edits)
    assert 'apply(variables, x, train=True, rngs={"dropout": dropout_key})' in mended.replace("'", '"')
    assert not [finding for finding in lint(mended) if finding.code in ("RNG203", "RNG195")]


KEY = "params_key = jax.random.key(0)"
FLAGGED = ("if flag:", f"    {SPLIT}")
LOOP = "for _ in range(3):"
IN_LOOP = f"    x = {APPLY.removeprefix('return ')}"


def mended(*lines: str) -> str:
    text, fix = fix_in(*lines)
    assert fix is not None
    return applied(text, fix.edits).replace("'", '"').partition("def run(x, flag):\n")[2]


@pytest.mark.parametrize("lines", [(SPLIT, INIT, "dropout_key = None", APPLY), (KEY, *FLAGGED, INIT, APPLY)])
def test_a_name_that_may_hold_no_key_is_not_given(lines):
    text = mended(*lines)
    assert "subkey, other_key = jax.random.split(params_key)" in text
    assert "init(subkey, x, train=False)" in text
    assert 'apply(variables, x, train=True, rngs={"dropout": other_key})' in text


def test_a_key_is_another_one_in_each_pass():
    text = mended(SPLIT, INIT, LOOP, IN_LOOP, "return x")
    assert "for i in range(3):" in text
    assert 'rngs={"dropout": jax.random.fold_in(dropout_key, i)}' in text


def test_a_key_is_given_to_a_function_that_is_called_once():
    text = mended(SPLIT, INIT, "def step(x):", f"    {APPLY}", "return step(x)")
    assert 'apply(variables, x, train=True, rngs={"dropout": dropout_key})' in text


def test_a_key_of_the_init_is_split():
    text = mended(INIT.replace("params_key", "jax.random.key(3)"), APPLY)
    assert "params_key, dropout_key = jax.random.split(jax.random.key(3))" in text
    assert "init(params_key, x, train=False)" in text
    assert 'apply(variables, x, train=True, rngs={"dropout": dropout_key})' in text


def test_a_function_that_is_called_again_would_use_its_own_key_again():
    text = PROGRAM.format(f"    {SPLIT}\n    {INIT}\n    {APPLY}")
    for again in ("run(2.0, True)\n", ""):
        (found,) = [finding for finding in lint(text + again, detailed=True) if finding.code == "RNG203"]
        assert found.detail is not None
        assert (found.detail.fix is None) is bool(again)


@pytest.mark.parametrize(
    "lines",
    [
        (KEY, INIT, "def step(x):", f"    {APPLY}", "return [step(x), step(x)]"),
        (KEY, INIT, "while flag:", IN_LOOP, "return x"),
        (KEY, INIT, "return [Net().apply(variables, x, train=True) for _ in range(3)]"),
        ("if flag:", f"    {KEY}", f"    {INIT}", APPLY),
        (KEY, INIT, "flag(params_key)", APPLY),
    ],
    ids=["twice", "while", "comprehension", "on one path", "used elsewhere"],
)
def test_no_key_is_given_that_may_be_used_again(lines):
    _, fix = fix_in(*lines)
    assert fix is None
