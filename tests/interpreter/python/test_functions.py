"""Functions, classes and JAX's transforms, seen from outside: a program and the lines that are wrong."""

from __future__ import annotations

import pytest

from tests.programs import HEAD, cases, found, marks

FUNCTIONS = """
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

== partial with a key
draw = partial(random.normal, key)
draw((2,))
draw((2,))  # ! RNG101
--
draw = partial(random.normal, shape=(2,))
draw(key)
draw(random.key(1))

== partial by keyword
draw = functools.partial(random.normal, key=key)
draw(shape=(2,))
random.normal(key)  # ! RNG101
--
draw = functools.partial(random.normal, key=key)
draw(shape=(2,))

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

== keyword arguments
def noise(scale, *, k):
    return scale * random.normal(k)
noise(2.0, k=key)
noise(scale=1.0, k=key)  # ! RNG101
--
def noise(scale, *, k):
    return scale * random.normal(k)
noise(2.0, k=key)
noise(scale=1.0, k=random.key(1))

== positional only
def noise(k, /, scale=1.0):
    return scale * random.normal(k)
noise(key)
noise(key, scale=2.0)  # ! RNG101
--
def noise(k, /, **more):
    return random.normal(k)
noise(key, k=random.key(1))
random.normal(random.key(2))

== star arguments
def noise(k, shape):
    return random.normal(k, shape)
args = (key, (2,))
noise(*args)
noise(*args)  # ! RNG101
--
def noise(k, shape):
    return random.normal(k, shape)
a, b = random.split(key)
noise(*(a, (2,)))
noise(*(b, (2,)))

== double star arguments
def noise(k, shape):
    return random.normal(k, shape)
kwargs = {"k": key, "shape": (2,)}
noise(**kwargs)
noise(**kwargs)  # ! RNG101
--
def noise(k, shape):
    return random.normal(k, shape)
kwargs = {"k": key, "shape": (2,)}
noise(**kwargs)
noise(**{**kwargs, "k": random.key(1)})

== star parameters
def noise(*keys):
    return [random.normal(k) for k in keys]
noise(key, random.key(1))
random.normal(key)  # ! RNG101
--
def noise(*keys, **more):
    return [random.normal(k) for k in keys]
noise(key, other=random.key(1))
random.normal(random.key(1))

== defaults
def noise(k, scale=1.0, twice=True):
    random.normal(k)
    if twice:
        random.normal(k)  # ! RNG101
noise(key)
--
def noise(k, scale=1.0, draw=False):
    if draw:
        random.normal(k)
noise(key)
random.normal(key)

== a default that is None
def pair(a, b=None):
    random.normal(a)
    return random.normal(a if b is None else b)  # ! RNG101
pair(key)
--
def pair(a, b=None):
    if b is None:
        a, b = random.split(a)
    return random.normal(a) + random.normal(b)
pair(key)

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
"""


@pytest.mark.parametrize("program", cases(FUNCTIONS))
def test_functions(program):
    assert found(program) == marks(program)


CLASSES = """
== a key of the object
class Sampler:
    def __init__(self, key):
        self.key = key
    def draw(self):
        return random.normal(self.key)  # ! RNG108
sampler = Sampler(key)
sampler.draw()
sampler.draw()
--
class Sampler:
    def __init__(self, key):
        self.key = key
    def draw(self):
        self.key, sub = random.split(self.key)
        return random.normal(sub)
sampler = Sampler(key)
sampler.draw()
sampler.draw()

== a method in a loop
class Sampler:
    def __init__(self, key):
        self.key = key
    def draw(self):
        return random.normal(self.key)  # ! RNG108
sampler = Sampler(key)
for _ in range(3):
    sampler.draw()
--
class Sampler:
    def __init__(self, key):
        self.key = key
    def next(self):
        self.key, sub = random.split(self.key)
        return sub
    def draw(self):
        return random.normal(self.next())
sampler = Sampler(key)
for _ in range(3):
    sampler.draw()

== two draws in a method
class Agent:
    def __init__(self, key):
        self.key = key
    def act(self):
        random.normal(self.key)
        return random.uniform(self.key)  # ! RNG101
Agent(key).act()
--
class Agent:
    def __init__(self, key):
        self.key = key
    def act(self):
        self.key, a, b = random.split(self.key, 3)
        random.normal(a)
        return random.uniform(b)
Agent(key).act()

== methods that call methods
class Agent:
    def noise(self, key):
        return random.normal(key)
    def act(self, key):
        self.noise(key)
        return self.noise(key)  # ! RNG101
Agent().act(key)
--
class Agent:
    def noise(self, key):
        return random.normal(key)
    def act(self, key):
        a, b = random.split(key)
        return self.noise(a) + self.noise(b)
Agent().act(key)

== two objects of one key
class Layer:
    def __init__(self, key):
        self.w = random.normal(key)
Layer(key)
Layer(key)  # ! RNG101
--
class Layer:
    def __init__(self, key):
        self.w = random.normal(key)
a, b = random.split(key)
Layer(a)
Layer(b)

== static and class methods
class Noise:
    @staticmethod
    def draw(key):
        return random.normal(key)
    @classmethod
    def make(cls, key):
        return cls.draw(key)
Noise.draw(key)
Noise.make(key)  # ! RNG101
--
class Noise:
    @staticmethod
    def draw(key):
        return random.normal(key)
    @classmethod
    def make(cls, key):
        return cls.draw(random.fold_in(key, 1))
Noise.draw(key)
Noise.make(key)

== properties
class Stream:
    def __init__(self, key):
        self._key = key
    @property
    def key(self):
        return self._key
stream = Stream(key)
random.normal(stream.key)
random.normal(stream.key)  # ! RNG101
--
class Stream:
    def __init__(self, key):
        self._key = key
    @property
    def key(self):
        self._key, sub = random.split(self._key)
        return sub
stream = Stream(key)
random.normal(stream.key)
random.normal(stream.key)

== base classes
class Base:
    def draw(self, key):
        return random.normal(key)
class Sub(Base):
    def act(self, key):
        super().draw(key)
        return self.draw(key)  # ! RNG101
Sub().act(key)
--
class Base:
    def draw(self, key):
        return random.normal(key)
class Sub(Base):
    def draw(self, key):
        return 0
Sub().draw(key)
random.normal(key)

== calls of objects
class Noise:
    def __call__(self, key):
        return random.normal(key)
noise = Noise()
noise(key)
noise(key)  # ! RNG101
--
class Noise:
    def __call__(self, key):
        return random.normal(key)
noise = Noise()
noise(key)
noise(random.key(1))

== bound methods
class Noise:
    def draw(self, key):
        return random.normal(key)
draw = Noise().draw
draw(key)
draw(key)  # ! RNG101
--
class Noise:
    def draw(self, key):
        return random.normal(key)
draw = Noise().draw
draw(key)
draw(random.key(1))

== named tuples
from typing import NamedTuple
class State(NamedTuple):
    key: jax.Array
    step: int = 0
state = State(key)
random.normal(state.key)
random.normal(state.key)  # ! RNG101
--
from typing import NamedTuple
class State(NamedTuple):
    key: jax.Array
    step: int = 0
state = State(key)
new, sub = random.split(state.key)
random.normal(sub)
state = state._replace(key=new)
new, sub = random.split(state.key)

== data classes
from dataclasses import dataclass, replace
@dataclass
class State:
    key: jax.Array
    step: int = 0
state = State(key=key)
random.normal(state.key)
state = replace(state, step=1)
random.normal(state.key)  # ! RNG101
--
from dataclasses import dataclass, replace
@dataclass
class State:
    key: jax.Array
    step: int = 0
state = State(key=key)
new, sub = random.split(state.key)
random.normal(sub)
state = replace(state, key=new)
random.normal(state.key)
"""


@pytest.mark.parametrize("program", cases(CLASSES))
def test_classes(program):
    assert found(program) == marks(program)


TRANSFORMS = """
== jit as a decorator
@jax.jit
def draw(k):
    random.normal(k)
    return random.normal(k)  # ! RNG101
draw(key)
--
@jax.jit
def draw(k):
    return random.normal(k)
draw(key)
draw(random.key(1))

== jit of a function
draw = jax.jit(lambda k: random.normal(k))
draw(key)
draw(key)  # ! RNG101
--
draw = jax.jit(lambda k: random.split(k))
key, sub = draw(key)
key, sub = draw(key)

== partial of jit
@partial(jax.jit, static_argnames="n")
def draw(k, n):
    return random.normal(k, (n,))
draw(key, n=2)
draw(key, n=2)  # ! RNG101
--
@partial(jax.jit, static_argnums=(1,))
def draw(k, n):
    return random.normal(k, (n,))
draw(key, 2)
draw(random.key(1), 2)

== jit with arguments
@jax.jit(static_argnums=1)
def draw(k, n):
    return random.normal(k, (n,))
draw(key, 2)
random.normal(key, (2,))  # ! RNG101
--
@jax.jit(static_argnums=1)
def draw(k, n):
    return random.normal(k, (n,))
draw(key, 2)

== traced only
draw = jax.jit(lambda k: random.normal(k))
draw.lower(key).compile()
draw(key)
draw(key)  # ! RNG101
--
draw = jax.jit(lambda k: random.normal(k))
draw.lower(key).compile()
draw(key)

== own decorators
def logged(f):
    @functools.wraps(f)
    def wrapper(*args, **kwargs):
        print(f.__name__)
        return f(*args, **kwargs)
    return wrapper
@logged
def draw(k):
    return random.normal(k)
draw(key)
draw(key)  # ! RNG101
--
def with_key(f):
    def wrapper(k):
        k, sub = random.split(k)
        return f(sub), k
    return wrapper
@with_key
def draw(k):
    return random.normal(k)
x, key = draw(key)
x, key = draw(key)

== vmap
keys = random.split(key, 3)
jax.vmap(random.normal)(keys)
jax.vmap(random.uniform)(keys)  # ! RNG101
--
keys = random.split(key, 3)
jax.vmap(random.normal)(keys)
jax.vmap(lambda k, s: s * random.uniform(k), in_axes=(0, None))(random.split(random.key(1), 3), 2.0)

== vmap, then one of the keys
keys = random.split(key, 3)
jax.vmap(lambda k: random.normal(k))(keys)
random.normal(keys[0])  # ! RNG101
--
keys = random.split(key, 3)
jax.vmap(lambda k: random.normal(k))(keys[1:])
random.normal(keys[0])

== inside of vmap
def noise(k):
    random.normal(k)
    return random.uniform(k)  # ! RNG101
jax.vmap(noise)(random.split(key, 3))
--
def noise(k):
    a, b = random.split(k)
    return random.normal(a) + random.uniform(b)
jax.vmap(noise)(random.split(key, 3))

== pmap
keys = random.split(key, 1)
jax.pmap(lambda k: random.normal(k))(keys)
random.normal(keys[0])  # ! RNG101
--
keys = random.split(key, 1)
jax.pmap(lambda k: random.normal(k))(keys)

== grad
def loss(w, k):
    return w * random.normal(k)
w = jax.grad(loss)(1.0, key)
jax.grad(loss)(w, key)  # ! RNG101
--
def loss(w, k):
    return w * random.normal(k)
loss(1.0, key)
jax.grad(loss)(1.0, key)

== grad in a loop
def loss(w, k):
    return w * random.normal(k)
w = 1.0
for step in range(3):
    w -= jax.grad(loss)(w, key)  # ! RNG102
--
def loss(w, k):
    return w * random.normal(k)
w = 1.0
for step in range(3):
    w -= jax.grad(loss)(w, random.fold_in(key, step))

== value and gradient
def loss(w, k):
    return w * random.normal(k), k
(value, k), grads = jax.value_and_grad(loss, has_aux=True)(1.0, key)
random.normal(k)  # ! RNG101
--
def loss(w, k):
    k, sub = random.split(k)
    return w * random.normal(sub), k
(value, k), grads = jax.value_and_grad(loss, has_aux=True)(1.0, key)
random.normal(k)

== checkpoint
@jax.checkpoint
def noise(x, k):
    return x + random.normal(k)
noise(1.0, key)
noise(1.0, key)  # ! RNG101
--
@partial(jax.checkpoint, static_argnums=(0,))
def noise(x, k):
    return x + random.normal(k)
noise(1.0, key)
jax.remat(noise, static_argnums=(0,))(1.0, random.key(1))

== scan over a key of the outside
def body(carry, x):
    return carry + random.normal(key), x  # ! RNG102
lax.scan(body, 0.0, None, length=3)
--
def body(carry, k):
    return carry + random.normal(k), None
lax.scan(body, 0.0, random.split(key, 3))
--
def body(carry, i):
    return carry + random.normal(random.fold_in(key, i)), None
lax.scan(body, 0.0, jnp.arange(3))

== scan with a carried key
def body(carry, x):
    total, k = carry
    return (total + random.normal(k), k), x  # ! RNG102
lax.scan(body, (0.0, key), None, length=3)
--
def body(carry, x):
    total, k = carry
    k, sub = random.split(k)
    return (total + random.normal(sub), k), x
lax.scan(body, (0.0, key), None, length=3)

== scan, then the key that it carries
def body(k, x):
    k, sub = random.split(k)
    return k, random.normal(sub)
last, xs = lax.scan(body, key, None, length=3)
random.normal(key)  # ! RNG101
--
def body(k, x):
    k, sub = random.split(k)
    return k, random.normal(sub)
last, xs = lax.scan(body, key, None, length=3)
random.normal(last)

== fori_loop
lax.fori_loop(0, 3, lambda i, x: x + random.normal(key), 0.0)  # ! RNG102
--
lax.fori_loop(0, 3, lambda i, x: x + random.normal(random.fold_in(key, i)), 0.0)

== fori_loop with a carried key
def body(i, carry):
    x, k = carry
    return x + random.normal(k), k  # ! RNG102
lax.fori_loop(0, 3, body, (0.0, key))
--
def body(i, carry):
    x, k = carry
    k, sub = random.split(k)
    return x + random.normal(sub), k
lax.fori_loop(0, 3, body, (0.0, key))

== while_loop
lax.while_loop(lambda c: c[0] < 3, lambda c: (c[0] + 1, random.normal(key)), (0, 0.0))  # ! RNG102
--
def body(carry):
    i, k = carry
    k, sub = random.split(k)
    return i + 1 + (random.normal(sub) > 9), k
lax.while_loop(lambda c: c[0] < 3, body, (0, key))

== cond
lax.cond(yes, lambda k: random.normal(k), lambda k: random.uniform(k), key)
random.bits(key)  # ! RNG101
--
lax.cond(yes, lambda k: random.normal(k), lambda k: random.uniform(k), key)

== cond with keys of the outside
lax.cond(yes, lambda: random.normal(key), lambda: 0.0)
random.normal(key)  # ! RNG101
--
lax.cond(yes, lambda: random.normal(key), lambda: random.uniform(key))

== switch
lax.switch(some, [lambda k: 0.0, lambda k: random.normal(k)], key)
random.normal(key)  # ! RNG101
--
lax.switch(some, [lambda k: random.uniform(k), lambda k: random.normal(k), lambda k: 0.0], key)

== lax.map
lax.map(lambda x: x + random.normal(key), jnp.arange(3.0))  # ! RNG102
--
lax.map(lambda k: random.normal(k), random.split(key, 3))

== tree.map
params = {"a": jnp.zeros(2), "b": jnp.zeros(2)}
jax.tree.map(lambda p: p + random.normal(key, p.shape), params)  # ! RNG102
--
params, keys = {"a": jnp.zeros(2), "b": jnp.zeros(2)}, dict(zip("ab", random.split(key)))
jax.tree.map(lambda p, k: p + random.normal(k, p.shape), params, keys)

== tree_util
params = [jnp.zeros(2), jnp.zeros(2)]
jax.tree_util.tree_map(lambda p: p + random.normal(key, p.shape), params)  # ! RNG102
--
params = [jnp.zeros(2), jnp.zeros(2)]
jax.tree_util.tree_map(lambda p, k: p + random.normal(k, p.shape), params, list(random.split(key)))

== the built-in map
list(map(lambda i: random.normal(key), range(3)))  # ! RNG102
--
list(map(random.normal, random.split(key, 3)))

== transforms of transforms
step = jax.jit(jax.vmap(lambda k: random.normal(k)))
keys = random.split(key, 3)
step(keys)
step(keys)  # ! RNG101
--
step = jax.jit(jax.vmap(jax.grad(lambda x, k: x * random.normal(k))))
step(jnp.ones(3), random.split(key, 3))

== initialisers
init = jax.nn.initializers.normal()
init(key, (2, 2))
init(key, (2, 2))  # ! RNG101
--
init = jax.nn.initializers.normal()
init(key, (2, 2))
init(random.key(1), (2, 2))
"""


@pytest.mark.parametrize("program", cases(TRANSFORMS))
def test_transforms(program):
    assert found(program) == marks(program)


INTENDED = {
    "one shuffle of several arrays": "x = random.permutation(key, x)\ny = random.permutation(key, y)",
    "one shuffle of a tree": "jax.tree.map(lambda a: random.permutation(key, a), (x, y))",
    "antithetic pairs": "a = random.normal(key, (3,))\nb = -random.normal(key, (3,))",
    "a test of determinism": "assert (random.normal(key) == random.normal(key)).all()",
}


@pytest.mark.parametrize("body", INTENDED.values(), ids=[name.replace(" ", "_") for name in INTENDED])
def test_repetition_that_is_meant(body):
    assert found(f"{HEAD}x, y = jnp.arange(4), jnp.ones(4)\n{body}\n") == []


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
