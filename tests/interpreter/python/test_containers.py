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

== an item that is taken out of a list
keys = list(random.split(key))
k = keys.pop()
random.normal(k)
keys.append(k)
random.normal(keys[-1])  # ! RNG101
--
keys = list(random.split(key, 3))
first = keys[0]
random.normal(keys.pop(0))
random.normal(first)  # ! RNG101
--
keys = list(random.split(key, 3))
random.normal(keys.pop())
random.normal(keys.pop(0))
random.normal(keys[-1])
--
keys = list(random.split(key, 3))
for _ in range(3):
    random.normal(keys.pop())

== an item that is taken out at a place that is not known
keys = list(random.split(key, 3))
k = keys.pop(some)
random.normal(k)
random.normal(k)  # ! RNG101
--
keys = list(random.split(key, 3))
first = keys[0]
random.normal(keys.pop(some))
random.normal(keys[0])
--
keys = list(random.split(key, 3))
first = keys[0]
random.normal(keys.pop(some))
random.normal(first)

== one list under two names
keys = list(random.split(key, 3))
other = keys
other.pop(0)
random.normal(keys[0])
random.normal(other[0])  # ! RNG101
--
keys = list(random.split(key, 3))
other = keys
random.normal(other.pop(0))
random.normal(keys[0])

== a list that is extended
a, b = random.split(key)
keys = [a]
keys.extend([b])
random.normal(keys[1])
random.normal(b)  # ! RNG101
--
a, b = random.split(key)
keys = [a]
keys.extend([b])
random.normal(keys[1])
random.normal(a)
--
def f(a, more):
    keys = [a]
    keys.extend(more)
    return random.normal(keys[-1]) + random.normal(a)

== a list that is changed in ways that are not followed
a, b = random.split(key)
keys = [a, b]
keys.insert(0, b)
random.normal(a)
random.normal(a)  # ! RNG101
--
a, b = random.split(key)
keys = [a]
random.normal(keys[0])
keys.insert(0, b)
random.normal(keys[0])
--
a, b = random.split(key)
keys = [a]
random.normal(keys[0])
keys.clear()
keys.append(b)
random.normal(keys[0])
--
a, b = random.split(key)
keys = [a, b]
random.normal(keys[0])
keys.sort(key=id)
random.normal(keys[0])
--
a, b = random.split(key)
keys = [a, b]
random.normal(keys[0])
del keys[0]
random.normal(keys[0])

== a list that a function which is not known may change
def f(a, b, change):
    keys = [a, b]
    random.normal(a)
    change(keys)
    return random.normal(a)  # ! RNG101
--
def f(a, b, change):
    keys = [a, b]
    random.normal(keys[0])
    change(keys)
    return random.normal(keys[0])

== a deque that is turned
from collections import deque
a, b, c = random.split(key, 3)
keys = deque([a, b, c])
keys.rotate()
random.normal(keys[0])
random.normal(c)  # ! RNG101
--
from collections import deque
a, b, c = random.split(key, 3)
keys = deque([a, b, c])
keys.rotate(-1)
random.normal(keys[0])
random.normal(b)  # ! RNG101
--
from collections import deque
a, b, c = random.split(key, 3)
keys = deque([a, b, c])
keys.rotate(1)
random.normal(keys[0])
random.normal(a)
random.normal(b)
--
from collections import deque
a, b, c = random.split(key, 3)
keys = deque([a, b, c])
keys.rotate(some)
random.normal(keys[0])
random.normal(a)

== a deque that is emptied from the left
from collections import deque
keys = deque(random.split(key, 3))
random.normal(keys[0])
random.normal(keys.popleft())  # ! RNG101
--
from collections import deque
keys = deque(random.split(key, 3))
random.normal(keys.popleft())
random.normal(keys.popleft())

== a deque that forgets
from collections import deque
a, b, c = random.split(key, 3)
pool = deque([a, b])
pool.append(c)
random.normal(pool[0])
random.normal(a)  # ! RNG101
--
from collections import deque
a, b, c = random.split(key, 3)
pool = deque([a, b], maxlen=2)
pool.append(c)
random.normal(pool[0])
random.normal(a)
--
from collections import deque
a, b, c = random.split(key, 3)
pool = deque([a, b], 2)
pool.appendleft(c)
random.normal(pool[-1])
random.normal(b)

== copies
a, b = random.split(key)
keys = [a, b]
other = keys.copy()
other.reverse()
random.normal(other[0])
random.normal(keys[1])  # ! RNG101
--
held = {"k": key}
other = held.copy()
random.normal(held["k"])
random.normal(other["k"])  # ! RNG101
--
a, b = random.split(key)
keys, held = [a], {"k": a}
others, other = keys.copy(), held.copy()
others[0] = other["k"] = b
random.normal(others[0])
random.normal(keys[0])
--
a, b = random.split(key)
keys, held = [a], {"k": a}
others, other = keys.copy(), held.copy()
others[0] = other["k"] = b
random.normal(held["k"])
random.normal(other["k"])

== the copy of a FrozenDict, with other entries
from flax.core import freeze
held = freeze({"k": key, "n": 1})
other = held.copy({"n": 2})
random.normal(held["k"])
random.normal(other["k"])  # ! RNG101
--
from flax.core import freeze
held = freeze({"k": key, "n": 1})
other = held.copy(add_or_replace={"k": random.key(1)})
random.normal(held["k"])
random.normal(other["k"])
--
from flax.core import freeze
def f(a, entries):
    held = freeze({"k": a, "n": 1})
    return random.normal(held["k"]) + random.normal(held.copy(entries)["k"])

== an entry or a default
held = {"k": random.key(1)}
random.normal(held.get("other", key))
random.normal(key)  # ! RNG101
--
held = {"k": random.key(1)}
random.normal(held.get("k", key))
random.normal(key)
--
held = {"k": random.key(1)}
if held.get("other") is not None:
    random.normal(key)
random.normal(key)
--
def f(held, key):
    return random.normal(held.get("k", key)) + random.normal(key)

== a default that is put in
held = {}
held.setdefault("k", key)
random.normal(held["k"])
random.normal(key)  # ! RNG101
--
held = {}
random.normal(held.setdefault("k", key))
random.normal(held.setdefault("k", random.key(1)))  # ! RNG101
--
held = {"k": random.key(1)}
random.normal(held.setdefault("k", key))
random.normal(key)
--
held = {}
if held.setdefault("k") is None:
    random.normal(key)
else:
    random.normal(key)

== an entry that is taken out
held = {"k": key, "n": 1}
random.normal(held["k"])
random.normal(held.pop("k"))  # ! RNG101
--
held = {"k": key, "n": 1}
random.normal(held.pop("k"))
held["k"] = random.key(1)
random.normal(held["k"])
--
held = {"k": key}
random.normal(held.pop("other", random.key(1)))
random.normal(held["k"])
--
def f(name, a, b):
    held = {"a": a, "b": b}
    return random.normal(held.pop(name)) + random.normal(held["a"])

== entries that are put in
held = {}
held.update(k=key)
random.normal(held["k"])
random.normal(key)  # ! RNG101
--
held = {"k": random.key(1)}
held.update({"k": key})
random.normal(held["k"])
random.normal(key)  # ! RNG101
--
a, b = random.split(key)
held = {"k": a}
random.normal(held["k"])
held.update([("k", b)])
random.normal(held["k"])
--
a, b = random.split(key)
held = {"k": a}
random.normal(held["k"])
held |= {"k": b}
random.normal(held["k"])

== entries that are not known, over one that is
def f(a, others):
    held = {**others, "k": a}
    return random.normal(held["k"]) + random.normal(a)  # ! RNG101
--
def f(a, others):
    held = dict(k=a, **others)
    return random.normal(held["k"]) + random.normal(a)  # ! RNG101
--
def f(a, others):
    held = {"k": a, **others}
    return random.normal(held["k"]) + random.normal(a)
--
def f(a, others):
    held = {"k": a, **{"n": 1, **others}}
    return random.normal(held["k"]) + random.normal(a)
--
def f(a, name, b):
    held = {"k": a, name: b}
    return random.normal(held["k"]) + random.normal(a)
--
def f(a, others):
    held = {"k": a} | {"n": 1, **others}
    return random.normal(held["k"]) + random.normal(a)
--
def f(a, others):
    held = dict({"k": a}, **others)
    return random.normal(held["k"]) + random.normal(a)
--
def f(a, others):
    held = {"k": a}
    drawn = random.normal(held["k"])
    held.update(n=1, **others)
    return drawn + random.normal(held["k"])
--
def f(a, others):
    held = {"k": a}
    drawn = random.normal(held["k"])
    held.update({"n": 1, **others})
    return drawn + random.normal(held["k"])
--
def f(a, name, b):
    held = {"k": a}
    drawn = random.normal(held["k"])
    held[name] = b
    return drawn + random.normal(held["k"])

== the values and names of a dict
held = {"a": key, "b": random.key(1)}
for k in held.values():
    random.normal(k)
random.normal(key)  # ! RNG101
--
held = {"a": key, "b": random.key(1)}
for name in held.keys():
    random.normal(held[name])

== an item that is appended on one path
keys = []
if yes:
    keys.append(key)
random.normal(key)
random.normal(key)  # ! RNG101
--
keys = []
if yes:
    keys.append(key)
for k in keys:
    random.normal(k)
if not keys:
    random.normal(key)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_containers(program):
    assert found(program) == marks(program)
