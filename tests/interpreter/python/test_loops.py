"""Loops: what is drawn again in each pass, and what is drawn anew."""

from __future__ import annotations

import pytest

from flake8_flax_rng.interpreter.evidence.judgement import Judgement
from flake8_flax_rng.interpreter.evidence.origins import Origins
from tests.programs import cases, found, marks

PROGRAMS = """
== for
for _ in range(3):
    random.normal(key)  # ! RNG102
--
for _ in range(3):
    key, sub = random.split(key)
    random.normal(sub)
--
for i in range(3):
    random.normal(random.fold_in(key, i))

== for over keys
for k in random.split(key, 3):
    random.normal(k)
    random.uniform(k)  # ! RNG101
--
for k in random.split(key, 3):
    random.normal(k)

== for over pairs
for i, k in enumerate(random.split(key, 3)):
    random.normal(k)
    random.uniform(k)  # ! RNG101
--
for i, (k, x) in enumerate(zip(random.split(key, 3), range(3))):
    random.normal(k)

== keys by the loop's index
keys = random.split(key, 3)
for i in range(3):
    random.normal(keys[0])  # ! RNG102
--
keys = random.split(key, 3)
for i in range(3):
    random.normal(keys[i])

== keys iterated twice
keys = random.split(key, 3)
for k in keys:
    random.normal(k)
for k in keys:
    random.uniform(k)  # ! RNG101
--
keys, more = random.split(key, 3), random.split(random.key(1), 3)
for k in keys:
    random.normal(k)
for k in more:
    random.uniform(k)

== a split that is not kept
for _ in range(3):
    _, sub = random.split(key)  # ! RNG102
    random.normal(sub)
--
for _ in range(3):
    key, sub = random.split(key)
    random.normal(sub)

== an inner loop
for _ in range(2):
    key, sub = random.split(key)
    for _ in range(2):
        random.normal(sub)  # ! RNG102
--
for _ in range(2):
    key, sub = random.split(key)
    for _ in range(2):
        sub, inner = random.split(sub)
        random.normal(inner)

== after an inner loop
for _ in range(2):
    key, sub = random.split(key)
    for i in range(2):
        random.normal(random.fold_in(sub, i))
    random.normal(sub)
    random.normal(sub)  # ! RNG101
--
for _ in range(2):
    key, sub = random.split(key)
    total = 0
    for i in range(2):
        total += i
    random.normal(sub)

== after the loop
for _ in range(3):
    key, sub = random.split(key)
    random.normal(sub)
random.uniform(sub)  # ! RNG101
--
for _ in range(3):
    key, sub = random.split(key)
    random.normal(sub)
random.uniform(key)

== for and else
for _ in range(2):
    pass
else:
    random.normal(key)
random.uniform(key)  # ! RNG101
--
for _ in range(2):
    if yes:
        random.normal(key)
        break
else:
    random.uniform(key)

== while
while some < 3:
    some += 1
    random.normal(key)  # ! RNG102
--
while some < 3:
    some += 1
    key, sub = random.split(key)
    random.normal(sub)

== while and else
while some < 3:
    some += 1
else:
    random.normal(key)
random.uniform(key)  # ! RNG101
--
while some < 3:
    some += 1
    if yes:
        random.normal(key)
        break
else:
    random.uniform(key)

== break
for _ in range(3):
    if no:
        break
    random.normal(key)  # ! RNG102
--
for _ in range(3):
    random.normal(key)
    break

== continue
for _ in range(2):
    key, sub = random.split(key)
    if yes:
        random.normal(sub)
    random.uniform(sub)  # ! RNG101
--
for _ in range(2):
    key, sub = random.split(key)
    if yes:
        random.normal(sub)
        continue
    random.uniform(sub)

== return from a loop
def first(key, xs):
    for x in xs:
        if x < 0:
            return x
        random.normal(key)  # ! RNG102
first(key, range(3))
--
def first(key, xs):
    for x in xs:
        return x + random.normal(key)
first(key, range(3))

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

== what is required of each item holds in all passes
def f(key, items):
    for item in items:
        assert item.ndim == 1
    random.normal(key)
    random.uniform(key)  # ! RNG101
--
def f(key, items):
    for item in items:
        if item.ndim != 1:
            raise ValueError(item)
        for part in item.parts:
            assert part.kind == "x"
    random.normal(key)
    random.uniform(key)  # ! RNG101
--
def f(key, items):
    for item in items:
        if item.name == "noise":
            random.normal(key)

== more names than are followed, the second of which is another case
for name in ["a", "skipped", "c", "d", "e", "f", "g"]:
    if name != "skipped":
        random.normal(key)  # ! RNG102
--
for name, scale in [("a", 1), ("b", 2), ("c", 3), ("d", 4), ("e", 5), ("f", 6), ("g", 7)]:
    if name in ("c", "d"):
        random.normal(key)  # ! RNG102
--
for name in ["a", "b", "c", "d", "e", "f", "g"]:
    if name.startswith("a"):
        random.normal(key)
--
for i, name in enumerate(["a", "b", "c", "d", "e", "f", "g"]):
    if name == "c":
        random.normal(key)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_loops(program):
    assert found(program) == marks(program)


def test_behind_a_loop_only_its_own_uses_are_looked_at(monkeypatch):
    looked_at = []
    maker = Origins.maker
    monkeypatch.setattr(Origins, "maker", lambda origins, number: looked_at.append(number) or maker(origins, number))
    monkeypatch.setattr(Judgement, "events", lambda _: [])
    counts = []
    for before in (5, 50):
        looked_at.clear()
        drawn = "".join(f"    x = x + jax.random.normal(jax.random.fold_in(key, {n}))\n" for n in range(before))
        loop = "    for i in xs:\n        x = x + jax.random.normal(jax.random.fold_in(key, 100 + i))\n"
        found(f"import jax\ndef f(key, xs, x):\n{drawn}{loop}    return x\n")
        counts.append(len(looked_at))
    assert counts[0] == counts[1] > 0
