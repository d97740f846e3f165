"""Assignments: which name stands for which key."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

PROGRAMS = """
== two draws
random.normal(key)
random.normal(key)  # ! RNG101
--
a, b = random.split(key)
random.normal(a)
random.normal(b)

== the parent of a split
key, sub = random.split(key)
a, b = random.split(key)  # ! RNG106
random.normal(key)  # ! RNG101
--
key, sub = random.split(key)
random.normal(sub)
key, sub = random.split(key)
random.normal(sub)

== starred
key, *rest = random.split(key, 4)
random.normal(rest[0])
random.normal(rest[0])  # ! RNG101
--
key, *rest = random.split(key, 4)
random.normal(rest[0])
random.normal(rest[1])
random.normal(key)

== starred in the middle
first, *_, last = random.split(key, 4)
random.normal(last)
random.normal(last)  # ! RNG101
--
first, *_, last = random.split(key, 4)
random.normal(first)
random.normal(last)

== nested tuples
(a, b), c = random.split(key), 3
random.normal(a)
random.normal(b)
random.uniform(a)  # ! RNG101
--
(a, b), c = random.split(key), 3
random.normal(a)
random.normal(b)

== walrus
random.normal(k := random.fold_in(key, 1))
random.normal(k)  # ! RNG101
--
random.normal((k := random.split(key))[0])
random.normal(k[1])

== augmented
draws = []
draws += [random.normal(key)]
draws += [random.normal(key)]  # ! RNG101
--
draws = []
draws += [random.normal(k) for k in random.split(key)]
draws *= 2

== chained
a = b = key
random.normal(a)
random.normal(b)  # ! RNG101
--
a = b = random.split(key)
random.normal(a[0])
random.normal(b[1])

== annotated
k: jax.Array = key
random.normal(k)
random.normal(key)  # ! RNG101
--
k: jax.Array
k = random.fold_in(key, 1)
random.normal(k)
k: jax.Array = random.fold_in(key, 2)
random.normal(k)

== swapped
a, b = random.split(key)
random.normal(a)
a, b = b, a
random.normal(b)  # ! RNG101
--
a, b = random.split(key)
random.normal(a)
a, b = b, a
random.normal(a)

== attributes
class Box: pass
box = Box()
box.key = key
random.normal(box.key)
random.normal(box.key)  # ! RNG101
--
class Box: pass
box = Box()
box.key = key
box.key, sub = random.split(box.key)
random.normal(sub)
random.normal(box.key)

== two names of one object
class Box: pass
box = other = Box()
box.key = key
random.normal(other.key)
random.normal(box.key)  # ! RNG101
--
class Box: pass
box = other = Box()
box.key = key
random.normal(other.key)
other.key = random.key(1)
random.normal(box.key)

== deleted
random.normal(key)
other = key
del key
random.normal(other)  # ! RNG101
--
random.normal(key)
del key
key = random.key(1)
random.normal(key)

== semicolons
random.normal(key); random.uniform(key)  # ! RNG101
--
random.normal(key); key = random.key(1); random.normal(key)

== neutral uses
print(key.shape, key.dtype, random.key_data(key), random.key_impl(key))
random.normal(key)
random.normal(key)  # ! RNG101
--
print(key.shape, key.dtype, random.key_data(key), random.key_impl(key))
random.normal(key)
print(key == random.key(1), key)

== clones
copy = key
random.normal(key)
random.normal(copy)  # ! RNG101
--
copy = random.clone(key)
random.normal(key)
random.normal(copy)

== keywords of a sampler
random.normal(key=key, shape=(2,))
random.normal(shape=(3,), key=key)  # ! RNG101
--
random.normal(key=key, shape=(2,))
random.normal(shape=(3,), key=random.fold_in(key, 1))
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_assignments(program):
    assert found(program) == marks(program)
