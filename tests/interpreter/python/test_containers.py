"""Keys in lists, deques and dicts: which entry an index or a method means."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

PROGRAMS = """
== entries of a dict
state = {"key": key, "step": 0}
random.normal(state["key"])
random.normal(state["key"])  # ! RNG101
--
state = {"key": key, "step": 0}
state["key"], sub = random.split(state["key"])
random.normal(sub)
state["key"], sub = random.split(state["key"])
random.normal(sub)

== items of a list
pair = [key, random.key(1)]
random.normal(pair[0])
random.normal(key)  # ! RNG101
--
pair = [key, random.key(1)]
random.normal(pair[0])
pair[0] = random.key(2)
random.normal(pair[0])

== a deque that is filled from the left
from collections import deque
def f(key):
    one, two = random.split(key)
    pool = deque([one])
    pool.appendleft(two)
    return random.normal(pool[0]) + random.normal(two)  # ! RNG101
--
from collections import deque
def f(key):
    one, two = random.split(key)
    pool = deque([one])
    pool.appendleft(two)
    return random.normal(pool[1]) + random.normal(two)

== a list that is turned round
def f(key):
    keys = list(random.split(key, 3))
    x = random.normal(keys[0])
    keys.reverse()
    return x + random.normal(keys[2])  # ! RNG101
--
def f(key):
    keys = list(random.split(key, 3))
    x = random.normal(keys[0])
    keys.reverse()
    return x + random.normal(keys[0])

== the items of a dict and one of its entries
ks = dict(zip("ab", random.split(key)))
for n, k in ks.items():
    random.normal(k)
random.normal(ks["a"])  # ! RNG101
--
ks = dict(zip("ab", random.split(key)))
for n, k in ks.items():
    random.normal(k)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_containers(program):
    assert found(program) == marks(program)
