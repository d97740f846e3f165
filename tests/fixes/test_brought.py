"""A key that a compiled step needs becomes an argument of it, and is another one in each call."""

from __future__ import annotations

import pytest

from flake8_flax_rng.fixes.edits import applied
from flake8_flax_rng.lint import lint

PROGRAM = """\
from functools import partial

import flax.linen as nn
import jax


class Net(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return nn.Dropout(0.5, deterministic=not train)(nn.Dense(4)(x))


def run(x):
    params_key, dropout_key = jax.random.split(jax.random.key(0))
    variables = Net().init(params_key, x, train=False)
{}
    return x


run(1.0)
"""
LOOP = "    for i in range(3):\n        x = step(variables, x)"
APPLY = "return Net().apply(variables, x, train=True)"
GIVEN = 'return Net().apply(variables, x, train=True, rngs={"dropout": dropout_key})'


def fixed(text: str) -> str | None:
    """Return a program without its only RNG203, None where that has no fix."""
    full = PROGRAM.format(text)
    (found,) = [finding for finding in lint(full, detailed=True) if finding.code == "RNG203"]
    assert found.detail is not None
    fix = found.detail.fix
    if fix is None:
        return None
    mended = applied(full, fix.edits)
    assert fix.safe
    assert not lint(mended)
    return mended


@pytest.mark.parametrize(
    "head",
    [
        "    @jax.jit\n    def step(variables, x{}):\n        {}\n",
        "    def step(variables, x{}):\n        {}\n",
        "    @partial(jax.jit, donate_argnums=(1,))\n    def step(variables, x{}):\n        {}\n",
        "    @jax.jit(static_argnames='x')\n    def step(variables, x{}):\n        {}\n",
        "    def plain(variables, x{}):\n        {}\n\n    step = jax.jit(plain, donate_argnums=1)\n",
    ],
)
def test_a_step_takes_the_key(head):
    text = fixed(head.format("", APPLY) + LOOP)
    assert text is not None
    assert head.format(", dropout_key", GIVEN) in text.replace("'dropout'", '"dropout"')
    assert "x = step(variables, x, jax.random.fold_in(dropout_key, i))" in text


def test_the_function_that_is_differentiated_reads_it_from_the_step():
    loss = f"        def loss(variables):\n            {APPLY}\n\n        return jax.grad(loss)(variables)\n"
    text = fixed(f"    @jax.jit\n    def step(variables, x):\n{loss}{LOOP}")
    assert text is not None
    assert "def step(variables, x, dropout_key):" in text
    assert "def loss(variables):" in text
    assert "step(variables, x, jax.random.fold_in(dropout_key, i))" in text


def test_a_loop_in_the_step_folds_again():
    body = f"        for j in range(2):\n            x += {APPLY.removeprefix('return ')}\n        return x\n"
    text = fixed(f"    def step(variables, x):\n{body}{LOOP}")
    assert text is not None
    assert "jax.random.fold_in(dropout_key, j)}" in text
    assert "step(variables, x, jax.random.fold_in(dropout_key, i))" in text


STEP = f"    @jax.jit\n    def step(variables, x):\n        {APPLY}\n"
EPOCH = f"    def epoch(x):\n    {LOOP.replace(chr(10), chr(10) + '    ')}\n        return x\n"


@pytest.mark.parametrize(
    ("call", "head", "expected"),
    [
        ("    x = epoch(x)", "epoch(x)", "    x = epoch(x)"),
        (
            "    for j in range(2):\n        x = epoch(x)",
            "epoch(x, dropout_key)",
            "        x = epoch(x, jax.random.fold_in(dropout_key, j))",
        ),
    ],
)
def test_a_function_between_hands_it_on_where_it_runs_again(call, head, expected):
    text = fixed(f"{STEP}{EPOCH}{call}")
    assert text is not None
    assert f"    def {head}:" in text
    assert "x = step(variables, x, jax.random.fold_in(dropout_key, i))" in text
    assert f"\n{expected}\n" in text


@pytest.mark.parametrize(
    ("head", "loop"),
    [
        ("@jax.jit\n    def step(variables, x):", LOOP + "\n    step(variables, x)"),
        ("@jax.jit\n    def step(variables, x):", LOOP + "\n    print(step)"),
        ("@jax.jit\n    def step(variables, x):", LOOP.replace("x)", "x=x)")),
        ("@jax.jit\n    def step(variables, x):", LOOP.replace("step(variables, x)", "step(*(variables, x))")),
        ("@jax.jit\n    def step(variables, x):", "    while x.any():\n        x = step(variables, x)"),
        ("@jax.jit\n    def step(variables, x=1.0):", LOOP),
        ("@jax.jit\n    def step(variables, *x):", LOOP),
        ("@print\n    def step(variables, x):", LOOP),
        ("@partial(jax.jit, in_shardings=None)\n    def step(variables, x):", LOOP),
        ("@partial(jax.jit, static_argnums=-1)\n    def step(variables, x):", LOOP),
        ("@partial(jax.vmap, in_axes=(None, 0))\n    def step(variables, x):", LOOP),
    ],
)
def test_a_step_that_may_be_used_in_other_ways_takes_no_key(head, loop):
    full = PROGRAM.format(f"    {head}\n        {APPLY}\n{loop}")
    found = [finding for finding in lint(full, detailed=True) if finding.code == "RNG203"]
    assert all(finding.detail is None or finding.detail.fix is None for finding in found)
