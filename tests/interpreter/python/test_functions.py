"""Functions of the program, as they are called."""

from __future__ import annotations

import pytest

from tests.programs import HEAD, cases, found, marks

PROGRAMS = """
== a helper called twice
def noise(k):
    return random.normal(k)
noise(key)
noise(key)  # ! RNG101
--
def noise(k):
    return random.normal(k)
for k in random.split(key):
    noise(k)

== a helper that draws, then a draw
def noise(k):
    return random.normal(k)
noise(key)
random.uniform(key)  # ! RNG101
--
def shape(k):
    return k.shape
shape(key)
random.uniform(key)

== a helper of a helper
def inner(k):
    return random.normal(k)
def outer(k):
    return 2 * inner(k)
outer(key)
inner(key)  # ! RNG101
--
def inner(k):
    return random.normal(k)
def outer(k):
    return 2 * inner(random.fold_in(k, 1))
outer(key)
inner(key)

== a helper that draws only when told
def noise(k, on):
    return random.normal(k) if on else 0.0
noise(key, True)
noise(key, True)  # ! RNG101
--
def noise(k, on):
    return random.normal(k) if on else 0.0
noise(key, False)
noise(key, True)

== a helper that returns the key that it used
def draw(k):
    return random.normal(k), k
x, k = draw(key)
random.normal(k)  # ! RNG101
--
def draw(k):
    k, sub = random.split(k)
    return random.normal(sub), k
x, k = draw(key)
x, k = draw(k)

== a helper that returns keys
def fork(k):
    return random.split(k, 3)
a, b, c = fork(key)
random.normal(a)
random.normal(key)  # ! RNG101
--
def fork(k):
    return random.split(k, 3)
a, b, c = fork(key)
random.normal(a)
random.normal(b)

== a helper that returns a dict
def fork(k):
    a, b = random.split(k)
    return {"a": a, "b": b}
keys = fork(key)
random.normal(keys["a"])
random.normal(keys["a"])  # ! RNG101
--
def fork(k):
    a, b = random.split(k)
    return {"a": a, "b": b}
keys = fork(key)
random.normal(keys["a"])
random.normal(keys["b"])

== early return in a helper
def maybe(k, on):
    if not on:
        return 0
    return random.normal(k)
maybe(key, True)
random.normal(key)  # ! RNG101
--
def maybe(k, on):
    if not on:
        return 0
    return random.normal(k)
maybe(key, False)
random.normal(key)

== nested functions
def main(k):
    def inner(k):
        return random.normal(k)
    inner(k)
    return inner(k)  # ! RNG101
main(key)
--
def main(k):
    def inner(k):
        return random.normal(k)
    a, b = random.split(k)
    return inner(a) + inner(b)
main(key)

== a closure that binds the key
def sampler(k):
    def draw(shape):
        return random.normal(k, shape)  # ! RNG108
    return draw
draw = sampler(key)
draw((2,))
draw((2,))
--
def sampler(k):
    def draw(shape):
        return random.normal(k, shape)
    return draw
a, b = random.split(key)
sampler(a)((2,))
sampler(b)((2,))

== a closure in a loop
def main(k):
    draw = lambda n: random.normal(k, (n,))  # ! RNG108
    for n in range(3):
        draw(n + 1)
main(key)
--
def main(k):
    draw = lambda i: random.normal(random.fold_in(k, i))
    for i in range(3):
        draw(i)
main(key)

== lambdas
draw = lambda k: random.normal(k)
draw(key)
draw(key)  # ! RNG101
--
draw = lambda k: random.normal(k)
draw(key)
draw(random.key(1))

== a function as an argument
def twice(f, k):
    return f(k) + f(k)  # ! RNG101
twice(random.normal, key)
--
def twice(f, k):
    a, b = random.split(k)
    return f(a) + f(b)
twice(random.normal, key)

== a table of functions
table = {"n": random.normal, "u": random.uniform}
table["n"](key)
table["u"](key)  # ! RNG101
--
table = {"n": random.normal, "u": random.uniform}
table["n"](key)
table["u"](random.key(1))

== a function that calls itself
def walk(k, n):
    if n == 0:
        return 0.0
    random.normal(k)
    deeper = walk(k, n - 1)  # ! RNG101
    return deeper + random.normal(k)  # ! RNG101
walk(key, 3)
--
def walk(k, n):
    if n == 0:
        return 0.0
    k, sub = random.split(k)
    return random.normal(sub) + walk(k, n - 1)
walk(key, 3)

== functions that are not known
handle = vars(sys.modules["builtins"])["print"]
random.normal(key)
handle(key)
random.normal(key)  # ! RNG101
--
handle = vars(sys.modules["builtins"])["print"]
handle(key)
random.normal(key)

== a name that is bound later
def draw():
    return noise(key)
def noise(k):
    return random.normal(k)
draw()
random.normal(key)  # ! RNG101
--
def draw():
    return noise(key)
def noise(k):
    return 0
draw()
random.normal(key)

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

== a function that is defined again
def draw(k):
    return 0.0
def draw(k):
    return random.normal(k)
draw(key)
random.normal(key)  # ! RNG101
--
def draw(k):
    return random.normal(k)
draw(key)
def draw(k):
    return 0.0
draw(key)
random.normal(key)  # ! RNG101
--
def draw(k):
    return random.normal(k)
def draw(k):
    return 0.0
draw(key)
random.normal(key)
--
draw = random.normal
def draw(k):
    return 0.0
draw(key)
random.normal(key)
--
class Noise:
    def draw(self, k):
        return random.normal(k)
class Noise:
    def draw(self, k):
        return 0.0
Noise().draw(key)
random.normal(key)

== one of two definitions
if yes:
    def draw(k):
        return random.normal(k)
else:
    def draw(k):
        return 0.0
draw(key)
random.normal(key)  # ! RNG101
--
if yes:
    def draw(k):
        return random.normal(k)
else:
    def draw(k):
        return random.uniform(k)
draw(key)

== a method that is left to subclasses
class Base:
    def draw(self, k):
        return random.normal(k)
    def twice(self, k):
        return self.draw(k) + random.normal(k)  # ! RNG101
--
class Base:
    def draw(self, k):
        raise NotImplementedError
    def twice(self, k):
        return self.draw(k) + random.normal(k)
--
class Base:
    def draw(self, k):
        'Draw something.'
        raise NotImplementedError("of a subclass")
    def twice(self, k):
        return self.draw(k) + random.normal(k)
--
import abc
class Base(abc.ABC):
    @abc.abstractmethod
    def draw(self, k):
        'Draw something.'
    def twice(self, k):
        return self.draw(k) + random.normal(k)

== a stub does not say what it returns
class Source:
    def next_key(self):
        "Return a key."
        ...
    def draw(self):
        return random.normal(self.next_key())
--
class Source:
    def next_key(self):
        "Return a key."
        return None
    def draw(self):
        return random.normal(self.next_key())  # ! RNG111
--
def next_key(): ...
random.normal(next_key())
--
def next_key():
    pass
random.normal(next_key())  # ! RNG111
--
def noise(k): ...
noise(key)
random.normal(key)

== a call that lacks an argument raises before anything is drawn
class Layer:
    def __init__(self, size, rate, k, mesh):
        self.weight = random.normal(k, (size,))
def build(mesh):
    return [Layer(4, mesh, 0.1) for _ in range(3)]
--
class Layer:
    def __init__(self, size, k, rate=0.1):
        self.weight = random.normal(k, (size,))
def build(mesh):
    return [Layer(4, mesh) for _ in range(3)]  # ! RNG102
--
def noise(k, size):
    return random.normal(k, (size,))
noise(key)
random.normal(key)
--
def noise(k, *, size):
    return random.normal(k, (size,))
given = {"size": 3}
noise(key, **given)
random.normal(key)  # ! RNG101

== a name of the outside is what it is at the call
k = key
draw = lambda: random.normal(k)
k = random.key(1)
draw()
random.normal(k)  # ! RNG101
--
k = key
draw = lambda: random.normal(k)
k = random.key(1)
draw()
random.normal(key)
--
def f(keys):
    draws = [lambda k=k: random.normal(k) for k in keys]
    return draws[0]() + draws[1]()

== generators
def pieces(k):
    for sub in random.split(k, 3):
        yield sub
for k in pieces(key):
    random.normal(k)
    random.uniform(k)  # ! RNG101
--
def pieces(k):
    for sub in random.split(k, 3):
        yield sub
for k in pieces(key):
    random.normal(k)
random.normal(key)  # ! RNG101
--
def stream(k):
    while True:
        k, sub = random.split(k)
        yield sub
keys = stream(key)
random.normal(next(keys))
random.normal(next(keys))

== a generator within a function that is none
def draw(k):
    def inner():
        yield k
    return random.normal(k)
draw(key)
random.normal(key)  # ! RNG101
--
def draw(k):
    def inner():
        yield random.normal(k)
    return inner
draw(key)
random.normal(key)

== functions that call each other
def even(k, n):
    k, sub = random.split(k)
    return random.normal(sub) if n == 0 else odd(k, n - 1)
def odd(k, n):
    k, sub = random.split(k)
    return random.normal(sub) if n == 0 else even(k, n - 1)
even(key, 4)
random.normal(key)  # ! RNG101
--
def even(k, n):
    k, sub = random.split(k)
    return random.normal(sub) if n == 0 else odd(k, n - 1)
def odd(k, n):
    k, sub = random.split(k)
    return random.normal(sub) if n == 0 else even(k, n - 1)
even(key, 4)

== a function that returns nothing, or never
def draw(k):
    random.normal(k)
if draw(key) is None:
    random.normal(key)  # ! RNG101
--
def draw(k):
    random.normal(k)
if draw(key) is not None:
    random.normal(key)
--
def stop(k):
    raise ValueError
try:
    stop(key)
    random.normal(key)
except ValueError:
    random.normal(key)

== a helper that uses its key twice, whatever its caller has done with it
def f(key):
    x = random.uniform(key)
    return x + helper(key)  # ! RNG101
def helper(key):
    y = random.normal(key)
    return y + random.gumbel(key)  # ! RNG101
def g(key):
    return f(key)
--
def f(key):
    x = random.uniform(key)
    return x + helper(key)  # ! RNG101
def helper(key):
    once, again = random.split(key)
    return random.normal(once) + random.gumbel(again)
def g(key):
    return f(key)
--
def f(key):
    first, second = random.split(key)
    x = random.uniform(first)
    return x + helper(second)
def helper(key):
    once, again = random.split(key)
    return random.normal(once) + random.gumbel(again)
def g(key):
    return f(key)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_functions(program):
    assert found(program) == marks(program)


RECURSION = [
    "def f(k, n):\n    return g(k, n)\ndef g(k, n):\n    return f(k, n)\nf(key, 3)\n",
    "def f(k):\n    return f\nf(key)(key)(key)\n",
    "f = lambda k: f(k)\nf(key)\n",
    "def f(k):\n    yield random.normal(k)\n    yield from f(k)\nnext(f(key))\n",
    "class A:\n    def __getattr__(self, name):\n        return self.x\nrandom.normal(A().key)\n",
    "def f(g):\n    return g(g)\nf(f)\n",
]


@pytest.mark.parametrize("body", RECURSION)
def test_recursion_ends_in_silence(body):
    assert found(HEAD + body) == []
