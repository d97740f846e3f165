"""Ways through a program that were once followed wrongly: loops of one pass, handlers, line ends."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

CASES = cases(
    r"""
== a line that ends in a semicolon and a backslash
random.normal(key); \
random.normal(key)  # ! RNG101
--
a, b = random.split(key)
random.normal(a); \
random.normal(b)
== the condition of a while loop
n = 0
while n < 3 and random.uniform(key) < 2:  # ! RNG102
    n += 1
--
n = 0
while n < 3:
    key, sub = random.split(key)
    n += int(random.uniform(sub) < 2)
== a last pass, behind what an unknown call has answered
def draw(n, other, key):
    if other():
        return
    for i in range(n):
        if i < n - 1:
            random.normal(key)  # ! RNG102
--
def draw(n, other, key):
    if other():
        return
    for i in range(n):
        if i < n - 1:
            key, sub = random.split(key)
            random.normal(sub)
== a scan of one step
lax.scan(lambda c, _: (c, random.normal(key)), 0.0, None, length=2)  # ! RNG102
--
lax.scan(lambda c, _: (c, random.normal(key)), 0.0, None, length=1)
== a fori_loop of one step
lax.fori_loop(0, 2, lambda i, x: x + random.normal(key), 0.0)  # ! RNG102
--
lax.fori_loop(0, 1, lambda i, x: x + random.normal(key), 0.0)
== a body that raises after its draw
try:
    random.normal(key)
    raise ValueError
except ValueError:
    random.normal(key)  # ! RNG101
--
try:
    if some < 0:
        raise ValueError
    random.normal(key)
except ValueError:
    random.normal(key)
== a loop that has one pass where the key is not folded
def f(key, n):
    for i in range(n):
        k = key if n == 2 else jax.random.fold_in(key, i)
        random.normal(k)  # ! RNG102
--
def f(key, n):
    for i in range(n):
        k = key if n == 1 else jax.random.fold_in(key, i)
        random.normal(k)
--
def f(key, n):
    def body(carry, i):
        k = key if n == 1 else jax.random.fold_in(key, i)
        return carry + random.normal(k), None
    return lax.scan(body, 0.0, jnp.arange(n))
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
)


@pytest.mark.parametrize("program", CASES)
def test_a_way_through_a_program(program):
    assert found(program) == marks(program)
