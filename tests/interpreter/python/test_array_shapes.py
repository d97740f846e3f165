"""Arrays of keys whose shape is changed."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

PROGRAMS = """
== keys that are split in each lane, and flattened
def f(keys, n, step):
    split = jax.vmap(lambda k: random.split(k, n))(keys)
    return jax.vmap(lambda k: random.fold_in(k, step))(split)  # ! RNG111
--
def f(keys, n, step):
    split = jax.vmap(lambda k: random.split(k, n))(keys)
    flat = jnp.reshape(split, (-1, *keys.shape[1:]))
    return jax.vmap(lambda k: random.fold_in(k, step))(flat)
--
def f(keys, n, step):
    split = jax.vmap(lambda k: random.split(k, n))(keys).reshape(-1)
    return jax.vmap(lambda k: random.fold_in(k, step))(split)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_shapes(program):
    assert found(program) == marks(program)
