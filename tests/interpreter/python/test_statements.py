"""Names, assignments and control flow, seen from outside: a program and the lines that are wrong."""

from __future__ import annotations

import pytest

from tests.programs import HEAD, cases, found, marks

# Imports

SPELLINGS = [
    ("import jax", "jax.random.{}"),
    ("import jax as j", "j.random.{}"),
    ("import jax.random", "jax.random.{}"),
    ("import jax.numpy as jnp, jax", "jax.random.{}"),
    ("import jax.random as jr", "jr.{}"),
    ("import jax.random as jrandom", "jrandom.{}"),
    ("import jax.random as jrng", "jrng.{}"),
    ("from jax import random", "random.{}"),
    ("from jax import numpy as jnp, random as jrandom", "jrandom.{}"),
    ("from jax import (\n    random,\n)", "random.{}"),
    ("from jax.random import PRNGKey, key, normal, split", "{}"),
    ("from jax.random import *", "{}"),
    ("import jax\nrnd = jax.random", "rnd.{}"),
    ("import jax\nPRNGKey, normal, split = jax.random.PRNGKey, jax.random.normal, jax.random.split", "{}"),
    ("try:\n    from jax import random as r\nexcept ImportError:\n    raise", "r.{}"),
    ("if True:\n    import jax.random as r", "r.{}"),
]


@pytest.mark.parametrize(("line", "path"), SPELLINGS, ids=[line for line, _ in SPELLINGS])
def test_spellings_of_the_import(line, path):
    new, normal, split = path.format("PRNGKey"), path.format("normal"), path.format("split")
    bad = f"{line}\nk = {new}(0)\na = {normal}(k)\nb = {normal}(k)  # ! RNG101\n"
    good = f"{line}\nk, s = {split}({new}(0))\na = {normal}(k)\nb = {normal}(s)\n"
    assert found(bad) == marks(bad)
    assert found(good) == []


def test_renamed_functions():
    head = "from jax.random import PRNGKey as Key, normal as gauss, split as fork\n"
    bad = head + "k = Key(0)\na = gauss(k)\nb = fork(k)  # ! RNG101\n"
    good = head + "k, s = fork(Key(0))\na = gauss(k)\nb = fork(s)\n"
    assert found(bad) == marks(bad)
    assert found(good) == []


def test_an_import_in_a_function():
    bad = "def f(k):\n    from jax import random as r\n    r.normal(k)\n    r.normal(k)  # ! RNG101\n"
    good = "def f(k):\n    from jax import random as r\n    r.normal(k)\ndef g(k):\n    r.normal(k), r.normal(k)\n"
    assert found(bad) == marks(bad)
    assert found(good) == []


@pytest.mark.parametrize(
    "program",
    [
        "import jax\nimport random\nk = 1.0\nrandom.gauss(k)\nrandom.gauss(k)\n",
        "import jax\nfrom numpy import random\nk = 1.0\nrandom.normal(k)\nrandom.normal(k)\n",
        "import jax\nimport numpy as jnp\nrng = jnp.random.default_rng(0)\nrng.normal()\nrng.normal()\n",
        "from jax import random\nimport random\nk = 1.0\nrandom.normal(k)\nrandom.normal(k)\n",
        "import jax\nclass jax:\n    random = None\nk = 1\njax.random.normal(k)\njax.random.normal(k)\n",
        "import jax\njax_key = 'a.b'\njax_key.split('.')\njax_key.split('.')\n",
        "import jax\nfrom .random import normal, key\nk = key(0)\nnormal(k)\nnormal(k)\n",
        "import jax\ndef f(jax, k):\n    jax.random.normal(k)\n    jax.random.normal(k)\n",
    ],
    ids=["stdlib", "numpy", "generator", "rebound", "class", "string", "relative", "parameter"],
)
def test_another_random(program):
    assert found(program) == []


LINEN = [
    ("from flax import linen as nn", "nn.{}"),
    ("import flax.linen as nn", "nn.{}"),
    ("import flax.linen", "flax.linen.{}"),
    ("import flax", "flax.linen.{}"),
    ("from flax import linen", "linen.{}"),
    ("from flax.linen import Dense, Dropout, Module, compact", "{}"),
]


@pytest.mark.parametrize(("line", "path"), LINEN, ids=[line for line, _ in LINEN])
def test_spellings_of_linen(line, path):
    program = f"""\
import jax, jax.numpy as jnp
{line}


class Net({path.format("Module")}):
    @{path.format("compact")}
    def __call__(self, x, train=True):
        x = {path.format("Dense")}(3)(x)
        return {path.format("Dropout")}(0.5, deterministic=not train)(x)


x = jnp.ones((2, 4))
variables = Net().init(jax.random.key(0), x, train=False)
"""
    bad = program + "Net().apply(variables, x)  # ! RNG203\n"
    good = program + "Net().apply(variables, x, train=False)\n"
    assert found(bad) == marks(bad)
    assert found(good) == []


# Assignments

ASSIGNMENTS = """
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

== indexes of a split
random.normal(random.split(key)[0])
random.normal(random.split(key)[0])  # ! RNG101
--
keys = random.split(key)
random.normal(keys[0])
random.normal(keys[1])

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

== negative indexes
keys = random.split(key, 4)
random.normal(keys[-1])
random.normal(keys[3])  # ! RNG101
--
keys = random.split(key, 4)
random.normal(keys[-1])
random.normal(keys[2])

== slices
keys = random.split(key, 4)
head, tail = keys[:2], keys[2:]
random.normal(tail[0])
random.normal(keys[2])  # ! RNG101
--
keys = random.split(key, 4)
head, tail = keys[:2], keys[2:]
random.normal(tail[0])
random.normal(head[0])
random.normal(keys[1])

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

== global
def draw():
    return random.normal(key)  # ! RNG108
draw()
draw()
--
def draw():
    global key
    key, sub = random.split(key)
    return random.normal(sub)
draw()
draw()

== nonlocal
def main(rng):
    def draw():
        return random.normal(rng)  # ! RNG108
    draw()
    return draw()
main(key)
--
def main(rng):
    def draw():
        nonlocal rng
        rng, sub = random.split(rng)
        return random.normal(sub)
    draw()
    return draw()
main(key)
"""


@pytest.mark.parametrize("program", cases(ASSIGNMENTS))
def test_assignments(program):
    assert found(program) == marks(program)


# Branches

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

== a condition that draws
if random.uniform(key) < 2:
    random.normal(key)  # ! RNG101
--
if random.uniform(key) < 2:
    random.normal(random.fold_in(key, 1))

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
"""


@pytest.mark.parametrize("program", cases(BRANCHES))
def test_branches(program):
    assert found(program) == marks(program)


# Loops, handlers, contexts

LOOPS = """
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
"""


@pytest.mark.parametrize("program", cases(LOOPS))
def test_loops_and_handlers(program):
    assert found(program) == marks(program)


# Many paths


def flags(count: int, body: str = "x += 1") -> str:
    names = ", ".join(f"f{i}" for i in range(count))
    branches = "".join(f"    if f{i}:\n        {body}\n" for i in range(count))
    return f"{HEAD}def step(key, {names}):\n    x = 0\n{{before}}{branches}{{after}}\n    return x\n"


@pytest.mark.parametrize("count", [2, 8, 24, 60])
def test_uses_around_many_branches(count):
    program = flags(count).format(before="    random.normal(key)\n", after="    random.normal(key)  # ! RNG101")
    assert found(program) == marks(program)


@pytest.mark.parametrize("count", [2, 8, 24, 60])
def test_many_branches_are_joined_and_nothing_is_guessed(count):
    before = "    if f0:\n        random.normal(key)\n"
    after = "    if not f0:\n        random.normal(key)"
    assert found(flags(count).format(before=before, after=after)) == []


@pytest.mark.parametrize("count", [2, 8, 24])
def test_branches_that_each_leave(count):
    program = flags(count, "return random.normal(key)").format(before="", after="    x = random.normal(key)")
    assert found(program) == []


def test_many_branches_in_a_loop_end():
    body = "".join(f"        if f{i}:\n            x += {i}\n" for i in range(30))
    names = ", ".join(f"f{i}" for i in range(30))
    program = f"{HEAD}def step(key, {names}):\n    x = 0\n    for _ in range(9):\n{body}"
    bad = program + "        random.normal(key)  # ! RNG102\n"
    good = program + "        key, sub = random.split(key)\n        random.normal(sub)\n"
    assert found(bad) == marks(bad)
    assert found(good) == []
