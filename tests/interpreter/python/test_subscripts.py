"""Which key an index or a slice stands for."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

PROGRAMS = """
== indexes of a split
random.normal(random.split(key)[0])
random.normal(random.split(key)[0])  # ! RNG101
--
keys = random.split(key)
random.normal(keys[0])
random.normal(keys[1])

== negative indexes
keys = random.split(key, 4)
random.normal(keys[-1])
random.normal(keys[3])  # ! RNG101
--
keys = random.split(key, 4)
random.normal(keys[-1])
random.normal(keys[2])

== slices
keys = random.split(key, 4)
head, tail = keys[:2], keys[2:]
random.normal(tail[0])
random.normal(keys[2])  # ! RNG101
--
keys = random.split(key, 4)
head, tail = keys[:2], keys[2:]
random.normal(tail[0])
random.normal(head[0])
random.normal(keys[1])

== an index that JAX refuses is the same in each pass
def f(key):
    keys = random.split(key, 3)
    return [random.normal(keys[1]) for scale in (0.5, 2.0)]  # ! RNG102
--
def f(key):
    keys = random.split(key, 3)
    return [random.normal(keys[scale]) for _ in range(3) for scale in (0.5, 2.0)]
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_subscripts(program):
    assert found(program) == marks(program)
