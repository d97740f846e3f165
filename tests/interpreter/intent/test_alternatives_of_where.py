"""Draws of one key of which each element takes one."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

PROGRAMS = """
== each element is taken from one of two draws
def f(key, low, high):
    inside = random.uniform(key, low.shape)
    outside = random.exponential(key, low.shape)  # ! RNG101
    return jnp.where(low < high, 2 * inside, 0.0) + outside
--
def f(key, low, high):
    return jnp.where(random.uniform(key) < 0.5, random.normal(key), high)  # ! RNG101
--
def f(key, low, high):
    inside = random.uniform(key, low.shape)
    outside = random.exponential(key, low.shape)
    return jnp.where(low < high, 2 * inside, low - outside)
--
def f(key, low, high):
    drawn = random.uniform(key, low.shape)
    if jnp.isinf(high).any():
        drawn = jnp.where(jnp.isinf(high), low + random.exponential(key, low.shape), drawn)
    both = jnp.isinf(low) & jnp.isinf(high)
    return lax.select(both, random.normal(key, low.shape), drawn)
--
def inside(key):
    a, b = random.split(key)
    return random.uniform(a) + random.uniform(b)
def outside(key):
    a, b = random.split(key)
    return random.uniform(a) * random.uniform(b)
def f(key, low):
    return jnp.where(low < 0, inside(key), outside(key))
--
def f(key, low):
    twice = random.normal(key) + random.normal(key)  # ! RNG101
    return jnp.where(low < 0, twice, 2 * twice)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_alternatives(program):
    assert found(program) == marks(program)
