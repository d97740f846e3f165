"""A split takes nothing from its key where nobody draws from what it makes, unless it was to renew the key."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

PROGRAMS = """
== a draw, and a split behind it
def f(key):
    x = random.normal(key)
    key, subkey = random.split(key)
    return x
--
def f(key):
    x = random.normal(key)
    key, subkey = random.split(key)  # ! RNG101
    return x + random.uniform(subkey)

== a split in a loop
def f(key, w):
    x = random.normal(key)
    for _ in range(3):
        key, subkey = random.split(key)
        w = w - x
    return w
--
def f(key, w):
    x = random.normal(key)
    for _ in range(3):
        key, subkey = random.split(key)  # ! RNG101
        w = w - random.uniform(subkey)
    return w
--
def f(key, w):
    x = random.normal(key)
    for _ in range(3):
        key, subkey = random.split(key)  # ! RNG101
        w = w - x
    return w, key

== a helper that splits
def step(k, x):
    k, subkey = random.split(k)
    return x + 1
def f(key):
    return step(key, random.normal(key))
--
def step(k, x):
    k, subkey = random.split(k)
    return x + random.uniform(subkey)
def f(key):
    return step(key, random.normal(key))  # ! RNG101
--
def step(k, x):
    k, subkey = random.split(k)
    return k, x + 1
def f(key):
    return step(key, random.normal(key))  # ! RNG101

== the split stands before the draw
def height(k):
    left, right = random.split(k)
    left, right = random.split(left)
    return 2
def f(key):
    n = height(key)
    return random.permutation(key, n)
--
def height(k):
    left, right = random.split(k)
    left, right = random.split(left)
    return 2 + random.normal(right)
def f(key):
    n = height(key)
    return random.permutation(key, n)  # ! RNG101

== a helper that is called for what it returns, and has no use for its key
def height(k, t):
    k, left, right = random.split(k, 3)
    return 2 * t
def f(key):
    n = height(key, 0.1)
    return n + height(key, 0.2) + random.normal(key)
--
def height(k, t):
    left, right = random.split(k)
    return 2 * t
def f(key):
    draw = random.normal(key)
    n = height(key, 0.1)
    return n + draw
--
def height(k, t):
    left, right = random.split(k)
    return 2 * t + random.normal(left)
def f(key):
    n = height(key, 0.1)
    return n + random.normal(key)  # ! RNG101
--
def height(k, t):
    left, right = random.split(k)  # ! RNG106
    return 2 * t + random.normal(k)  # ! RNG101
def f(key):
    return height(key, 0.1)
--
def renew(k):
    k, _ = random.split(k)  # ! RNG106
def f(key):
    renew(key)
    return random.normal(key)  # ! RNG101

== the keys of its keys are split, and given to somebody
def f(key):
    x = random.normal(key)
    first, _ = random.split(key)
    second, _ = random.split(first)
    return x
--
def f(key, run):
    x = random.normal(key)
    first, _ = random.split(key)  # ! RNG101
    second, _ = random.split(first)
    return run(x, second)
--
def f(key):
    x = random.normal(key)
    first, _ = random.split(key)  # ! RNG101
    second, _ = random.split(first)
    return x, random.fold_in(second, 1)

== a split that was to renew its key, for nobody reads what it makes
def f(key):
    x = random.normal(key)
    random.split(key)  # ! RNG106
    return x + random.uniform(key)  # ! RNG101
--
def f(key):
    random.split(key)  # ! RNG106
    return random.uniform(key)  # ! RNG101
--
def advanced(k):
    return random.split(k)[0]
def f(key):
    advanced(key)  # ! RNG106
    return random.uniform(key)  # ! RNG101
--
def f(key):
    x = random.uniform(key)
    key, subkey = random.split(key)
    return x
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_an_idle_split(program):
    assert found(program) == marks(program)
