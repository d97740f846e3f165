"""An array of floats is no key: JAX refuses it, so that no numbers are drawn twice."""

from __future__ import annotations

import pytest

from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES

OPT_IN = {rule.code for rule in RULES if not rule.default}


def repeats(key: str) -> list[int]:
    """The lines on which this key is said to be used again."""
    text = f"import jax\nimport jax.numpy as jnp\nkey = {key}\nx = jax.random.normal(key)\ny = jax.random.normal(key)\n"
    return [found.line for found in lint(text, off=lambda: OPT_IN) if found.code == "RNG101"]


@pytest.mark.parametrize("key", ["jnp.zeros((3,))", "jnp.ones(2)", "jnp.array([0.0, 1.0])", "jnp.asarray([0.5])"])
def test_floats(key):
    assert repeats(key) == []


@pytest.mark.parametrize(
    "key",
    ["jnp.zeros(2, jnp.uint32)", "jnp.zeros(2, dtype='uint32')", "jnp.array([0, 7])", "jnp.array([0.0, 1.0], int)"],
)
def test_integers(key):
    assert repeats(key) == [5]
