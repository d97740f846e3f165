"""What unknown code may do with the keys that an object holds."""

import pytest

from flake8_flax_rng.lint import lint

RETURNED = """
import dataclasses
import jax
from typing import NamedTuple
from elsewhere import start

{}class State{}:
    inner: jax.Array
    key: jax.Array

def init(key, n):
    inner_key, state_key = jax.random.split(key)
    inner = jax.vmap(start)(jax.random.split(key, n))
    return State(inner, {})
"""
TUPLE, FROZEN, OPEN = (
    ("", "(NamedTuple)"),
    ("@dataclasses.dataclass(frozen=True)\n", ""),
    ("@dataclasses.dataclass\n", ""),
)


@pytest.mark.parametrize(("decorator", "base"), [TUPLE, FROZEN, OPEN], ids=["tuple", "frozen", "open"])
def test_a_key_in_an_object_goes_where_the_object_goes(decorator, base):
    program = RETURNED.format(decorator, base, "state_key")
    line = 1 + program.splitlines().index("    inner = jax.vmap(start)(jax.random.split(key, n))")
    found = [finding for finding in lint(program) if finding.code == "RNG101"]
    assert [finding.line for finding in found] == [line]
    assert "use `inner_key`" in found[0].message


@pytest.mark.parametrize(("decorator", "base"), [TUPLE, FROZEN, OPEN], ids=["tuple", "frozen", "open"])
def test_an_object_without_the_key_takes_nothing_along(decorator, base):
    program = RETURNED.format(decorator, base, "None")
    assert not [finding for finding in lint(program) if finding.code == "RNG101"]
