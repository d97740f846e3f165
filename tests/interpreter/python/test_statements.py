"""Branches, handlers and ways out: what each path has drawn."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

BRANCHES = """
== if and else
if yes:
    random.normal(key)
else:
    random.uniform(key)
random.bits(key)  # ! RNG101
--
if yes:
    random.normal(key)
else:
    random.uniform(key)

== elif
if no:
    pass
elif yes:
    random.normal(key)
random.bits(key)  # ! RNG101
--
if no:
    random.normal(key)
elif yes:
    random.uniform(key)
else:
    random.bits(key)

== rebound in one branch
if no:
    key = random.key(1)
random.normal(key)
random.normal(key)  # ! RNG101
--
random.normal(key)
if yes:
    key = random.key(1)
else:
    key = random.key(2)
random.normal(key)

== match
match some:
    case 0:
        random.normal(key)
    case 1:
        random.uniform(key)
random.bits(key)  # ! RNG101
--
match some:
    case 0:
        random.normal(key)
    case 1 | 2:
        random.uniform(key)
    case [first, *rest] if first:
        random.bits(key)
    case _:
        random.gumbel(key)

== match captures
match (key, 3):
    case (k, n):
        random.normal(k)
random.normal(key)  # ! RNG101
--
match random.split(key):
    case k:
        random.normal(k[0])
random.normal(random.fold_in(key, 1))

== return
def draw(key, flag):
    if flag:
        random.normal(key)
    return random.uniform(key)  # ! RNG101
draw(key, yes)
--
def draw(key, flag):
    if flag:
        return random.normal(key)
    return random.uniform(key)
draw(key, yes)

== raise
def draw(key, flag):
    if flag:
        random.normal(key)
        print("late")
    return random.uniform(key)  # ! RNG101
draw(key, yes)
--
def draw(key, flag):
    if flag:
        random.normal(key)
        raise ValueError("late")
    return random.uniform(key)
draw(key, no)

== sys.exit
if yes:
    random.normal(key)
    print("no exit")
random.uniform(key)  # ! RNG101
--
if no:
    random.normal(key)
    sys.exit()
random.uniform(key)
"""


@pytest.mark.parametrize("program", cases(BRANCHES))
def test_branches(program):
    assert found(program) == marks(program)


HANDLERS = r"""
== try and finally
try:
    random.normal(key)
finally:
    random.uniform(key)  # ! RNG101
--
try:
    key, sub = random.split(key)
    random.normal(sub)
finally:
    print("done")
random.uniform(key)

== try and except
try:
    random.normal(key)
except ValueError:
    print("never")
random.uniform(key)  # ! RNG101
--
try:
    int("no number")
    random.normal(key)
except ValueError:
    random.uniform(key)

== try and else
try:
    random.normal(key)
except ValueError:
    raise
else:
    random.uniform(key)  # ! RNG101
--
try:
    print("nothing")
except ValueError:
    random.normal(key)
else:
    random.uniform(key)

== a handler that leaves
def draw(key):
    try:
        random.normal(key)
    except ValueError:
        return None
    return random.uniform(key)  # ! RNG101
draw(key)
--
def draw(key):
    try:
        a = 1 / 0
    except ZeroDivisionError:
        return random.normal(key)
    return random.uniform(key)
draw(key)

== with
with jax.named_scope("a"):
    random.normal(key)
random.uniform(key)  # ! RNG101
--
with jax.named_scope("a"), jax.disable_jit() as _:
    key, sub = random.split(key)
    random.normal(sub)
random.uniform(key)

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

== a line that ends in a semicolon and a backslash
random.normal(key); \
random.normal(key)  # ! RNG101
--
a, b = random.split(key)
random.normal(a); \
random.normal(b)
"""


@pytest.mark.parametrize("program", cases(HANDLERS))
def test_handlers_and_contexts(program):
    assert found(program) == marks(program)
