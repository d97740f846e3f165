"""Expressions that evaluate only some of their parts."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

PROGRAMS = """
== a condition that draws
if random.uniform(key) < 2:
    random.normal(key)  # ! RNG101
--
if random.uniform(key) < 2:
    random.normal(random.fold_in(key, 1))

== conditional expressions
a = random.normal(key) if yes else random.uniform(key)
random.bits(key)  # ! RNG101
--
a = random.normal(key) if yes else random.uniform(key)

== a key that is chosen
k = key if yes else random.key(1)
random.normal(k)
random.normal(k)  # ! RNG101
--
k = key if yes else random.key(1)
random.normal(k)
random.normal(random.key(2))

== or
random.uniform(key) > 2 or random.normal(key) > 0  # ! RNG101
--
True or random.normal(key)
random.normal(key)

== and
random.uniform(key) < 2 and random.normal(key) > 0  # ! RNG101
--
debug = False
debug and random.normal(key)
random.normal(key)

== comparisons in a chain
0 < random.uniform(key) < random.uniform(key) + 1  # ! RNG101
--
a, b = random.split(key)
0 < random.uniform(a) < random.uniform(b) + 1

== questions to a text that is known
if "Adam".lower() == "adam":
    random.normal(key)
if "adamw".endswith("w"):
    random.normal(key)  # ! RNG101
--
if "SGD".lower() == "adam":
    random.normal(key)
if "adamw".startswith("sgd"):
    random.normal(key)
random.normal(key)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_expressions(program):
    assert found(program) == marks(program)
