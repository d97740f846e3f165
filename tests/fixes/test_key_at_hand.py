"""RNG203 gives the forgotten stream an unused key, where a name holds one wherever the call is reached."""

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


@pytest.mark.parametrize(
    "lines",
    [
        (SPLIT, INIT, "dropout_key = None", APPLY),
        ("params_key = jax.random.key(0)", "if flag:", f"    {SPLIT}", INIT, APPLY),
        (SPLIT, INIT, "for _ in range(3):", "    x = Net().apply(variables, x, train=True)", "return x"),
        (SPLIT, INIT, "def step(x):", f"    {APPLY}", "return step(x)"),
    ],
    ids=["bound again", "on one path", "in a loop", "in another function"],
)
def test_no_key_is_given_that_may_be_none_of_this_call(lines):
    _, fix = fix_in(*lines)
    assert fix is None
