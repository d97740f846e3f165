"""Functions that a function returns: each is followed by itself."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

PROGRAMS = """
== functions that are returned, with a helper beside them
def make(scale):
    def noise(key):
        return scale * random.normal(key)
    def update(x, key):
        return x + noise(key) + random.uniform(key)  # ! RNG101
    return update
--
def make(scale):
    def noise(key):
        return scale * random.normal(key)
    def loss(x, key):
        a, b = random.split(key)
        return x + noise(a) + noise(b)
    def init(x, key):
        again = lax.scan(lambda c, _: (noise(key), None), x, None, length=3)  # ! RNG102
        return again
    return init, loss
--
def make(scale):
    def noise(key):
        key, sub = random.split(key)
        return key, scale * random.normal(sub)
    def update(x, key):
        key, drawn = noise(key)
        return x + drawn + random.uniform(key)
    return update
--
def make(key):
    def fresh():
        nonlocal key
        key, sub = random.split(key)
        return sub
    def update(x):
        return x + random.normal(fresh()) + random.normal(fresh())
    return update
--
def make(key, held, found):
    def fresh():
        held["key"], sub = random.split(held["key"])
        return sub
    def other():
        found.key, sub = random.split(found.key)
        return sub
    def update(x):
        return x + random.normal(fresh()) + random.normal(fresh()) + random.normal(other()) + random.normal(other())
    return update
--
class Source:
    def __init__(self, key):
        self.key = key
    def make(self):
        def fresh():
            self.key, sub = random.split(self.key)
            return sub
        def update(x):
            return x + random.normal(fresh()) + random.normal(fresh())
        return update
--
def make(scale, quiet):
    def noise(key):
        return scale * random.normal(key)
    if quiet:
        def noise(key):
            return 0.0
    def update(x, key):
        return x + noise(key) + random.normal(key)
    return update
--
def make(keys):
    def fresh():
        return next(keys)
    def update(x):
        return x + random.normal(fresh()) + random.normal(fresh())
    return update
--
def make(n):
    count = 0
    def fresh(key):
        nonlocal count
        count += 1
        return random.fold_in(key, count)
    def update(x, key):
        return x + random.normal(fresh(key)) + random.normal(fresh(key))
    return update
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_returned_functions(program):
    assert found(program) == marks(program)
