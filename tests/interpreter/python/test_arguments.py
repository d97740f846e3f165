"""What a parameter stands for: arguments by position, by name and spread, and defaults."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

PROGRAMS = """
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

== a default is what its name was at the definition
a, b = random.split(key)
def draw(x, k=a):
    return x + random.normal(k)
a = random.key(1)
draw(1)
random.normal(random.split(key)[0])  # ! RNG101
--
a, b = random.split(key)
def draw(x, k=a):
    return x + random.normal(k)
a = random.key(1)
draw(1)
random.normal(a)

== arguments that are handed on
def noise(k, shape=()):
    return random.normal(k, shape)
def forward(*args, **kwargs):
    return noise(*args, **kwargs)
forward(key, shape=(2,))
forward(key, (3,))  # ! RNG101
--
def noise(k, shape=()):
    return random.normal(k, shape)
def forward(*args, **kwargs):
    return noise(*args, **kwargs)
a, b = random.split(key)
forward(a, shape=(2,))
forward(k=b)

== keywords that are left over
def noise(scale, **more):
    return scale * random.normal(more["k"])
noise(1.0, k=key)
noise(2.0, k=key)  # ! RNG101
--
def noise(scale, **more):
    return scale * random.normal(more["k"])
a, b = random.split(key)
noise(1.0, k=a)
noise(2.0, k=b)
--
def noise(scale, **more):
    return scale * random.normal(more["k"])
def f(options, a):
    return noise(1.0, k=a) + noise(2.0, **options)

== positions that are left over
def noise(first, *rest):
    return random.normal(rest[0])
a, b = random.split(key)
noise(a, b)
random.normal(b)  # ! RNG101
--
def noise(first, *rest):
    return random.normal(rest[0])
a, b = random.split(key)
noise(a, b)
random.normal(a)

== arguments that the call does not show
def noise(a, b=None):
    return random.normal(a)
def f(more, k):
    noise(k, *more)
    return random.normal(k)  # ! RNG101
--
def noise(a, b=None):
    return random.normal(a)
def f(options, k):
    noise(k, **options)
    return random.normal(k)  # ! RNG101
--
def noise(a, b=None):
    return random.normal(a if b is None else b)
def f(more, k):
    noise(k, *more)
    return random.normal(k)
--
def noise(a, b=None):
    return random.normal(a)
def f(more, k):
    noise(*more)
    return random.normal(k)

== keywords only
def noise(*, k=None, scale=1.0):
    return 0.0 if k is None else scale * random.normal(k)
noise(k=key)
random.normal(key)  # ! RNG101
--
def noise(*, k=None, scale=1.0):
    return 0.0 if k is None else scale * random.normal(k)
noise(scale=2.0)
random.normal(key)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_arguments(program):
    assert found(program) == marks(program)
