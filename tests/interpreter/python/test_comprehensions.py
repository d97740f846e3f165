"""Comprehensions and generator expressions: what is drawn anew in each pass."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

PROGRAMS = """
== list comprehension
[random.normal(key) for _ in range(3)]  # ! RNG102
--
[random.normal(k) for k in random.split(key, 3)]

== dict comprehension
{i: random.normal(key) for i in range(3)}  # ! RNG102
--
{i: random.normal(random.fold_in(key, i)) for i in range(3)}

== set comprehension
{float(random.normal(key)) for i in range(3)}  # ! RNG102
--
{float(random.normal(k)) for i, k in enumerate(random.split(key, 3))}

== generator expression
sum(random.normal(key) for _ in range(3))  # ! RNG102
--
sum(random.normal(k) for k in random.split(key, 3))

== nested comprehension
[[random.normal(k) for _ in range(2)] for k in random.split(key)]  # ! RNG102
--
[[random.normal(s) for s in random.split(k)] for k in random.split(key)]

== condition of a comprehension
[i for i in range(3) if random.uniform(key) < 0.5]  # ! RNG102
--
[i for i, k in enumerate(random.split(key, 3)) if random.uniform(k) < 0.5]

== first iterable of a comprehension
[x for x in random.normal(key, (3,))]
random.normal(key)  # ! RNG101
--
[x for x in random.normal(key, (3,))]
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_comprehensions(program):
    assert found(program) == marks(program)
