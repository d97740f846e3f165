"""Conditions that are asked again: which paths exclude each other."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

PROGRAMS = """
== constant conditions
DEBUG = True
if DEBUG:
    random.normal(key)
random.uniform(key)  # ! RNG101
--
DEBUG = False
if DEBUG:
    random.normal(key)
random.uniform(key)

== one flag asked twice
def step(key, train):
    a = b = 0
    if train:
        a = random.normal(key)
    if train:
        b = random.uniform(key)  # ! RNG101
    return a, b
step(key, yes)
--
def step(key, train):
    a = b = 0
    if train:
        a = random.normal(key)
    if not train:
        b = random.uniform(key)
    return a, b
step(key, yes)

== a flag that changes in between
def step(key, train, other):
    if train:
        random.normal(key)
    train = other
    if not train:
        random.uniform(key)  # ! RNG101
step(key, yes, no)
--
def step(key, train, other):
    if train:
        random.normal(key)
    train = other
    if not train:
        random.uniform(random.fold_in(key, 1))
step(key, yes, no)

== comparisons with constants
def step(key, mode):
    if mode == "train":
        random.normal(key)
    if mode != "eval":
        random.uniform(key)  # ! RNG101
step(key, "train")
--
def step(key, mode):
    if mode == "train":
        random.normal(key)
    if mode == "eval":
        random.uniform(key)
step(key, "train")

== joined conditions
def step(key, a, b):
    if a and b:
        random.normal(key)
    if a:
        random.uniform(key)  # ! RNG101
step(key, yes, yes)
--
def step(key, a, b):
    if a and b:
        random.normal(key)
    if not a:
        random.uniform(key)
step(key, yes, yes)

== a flag in an attribute
class Config: pass
config = Config()
config.train = yes
if config.train:
    random.normal(key)
if config.train:
    random.uniform(key)  # ! RNG101
--
class Config: pass
config = Config()
config.train = yes
if config.train:
    random.normal(key)
if not config.train:
    random.uniform(key)

== None as the default
def draw(key=None):
    if key is None:
        key = random.key(1)
    random.normal(key)
    return random.normal(key)  # ! RNG101
draw(key)
--
def draw(key=None):
    if key is None:
        key = random.key(1)
    return random.normal(key)
draw(key)
draw()

== a condition that nothing is known of
def f(key, y):
    g = yield
    if g():
        if y is None:
            random.normal(key)
            random.normal(key)  # ! RNG101
--
def f(key, y):
    g = yield
    if g():
        if y is None:
            return random.normal(key)
    if -y:
        if y == 1:
            return random.normal(key)

== a function that older versions lack
def f(key):
    again = random.clone(key) if hasattr(random, "cloned") else key
    return random.normal(key) + random.normal(again)  # ! RNG101
--
def f(key):
    again = random.clone(key) if hasattr(random, "clone") else key
    return random.normal(key) + random.normal(again)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_conditions(program):
    assert found(program) == marks(program)
