"""Registries of functions and classes that are looked into with a name that is not known."""

from __future__ import annotations

import pytest

from flake8_flax_rng.lint import lint
from tests.programs import cases, found, marks

PROGRAMS = """
== the only function that is registered
def noise(x, key):
    return x + random.normal(key, x.shape)
KINDS = {"noise": noise}
def f(name, x, key):
    draw = KINDS[name]
    first = draw(x, key)
    return first, random.split(key)  # ! RNG101
--
def noise(x, key):
    return x + random.normal(key, x.shape)
KINDS = {"noise": noise}
def f(name, x, key):
    key, sub = random.split(key)
    return KINDS[name](x, sub), key

== all that are registered draw
def normal(x, key):
    return x + random.normal(key, x.shape)
@jax.jit
def uniform(x, *, key):
    return x + random.uniform(key, x.shape)
KINDS = {"normal": normal, "uniform": uniform}
def f(name, x, key):
    return KINDS.get(name)(x, key=key) + KINDS[name](x, key=key)  # ! RNG101
--
def normal(x, key):
    return x + random.normal(key, x.shape)
def nothing(x, key):
    return x
KINDS = {"normal": normal, "nothing": nothing}
def f(name, x, key):
    return KINDS[name](x, key) + KINDS[name](x, key)
--
def normal(x, key):
    return x + random.normal(key, x.shape)
def second(key, x):
    return x + random.normal(key, x.shape)
KINDS = {"normal": normal, "second": second}
def f(name, x, key):
    return KINDS[name](x, key) + KINDS[name](x, key)
--
def normal(x, key):
    return x + random.normal(key, x.shape)
def uniform(x, key):
    return x + random.uniform(key, x.shape)
KINDS = {"normal": normal, "uniform": uniform, "strange": sys.modules["strange"].draw}
def f(name, x, key):
    return KINDS[name](x, key) + KINDS[name](x, key)

== a function that others register too
def normal(x, key):
    return x + random.normal(key, x.shape)
KINDS = {"normal": normal}
def f(name, x, key):
    return KINDS[name](x, key) + KINDS[name](x, key)  # ! RNG101
--
def normal(x, key):
    return x + random.normal(key, x.shape)
KINDS = {"normal": normal}
def register(name, draw):
    KINDS[name] = draw
def f(name, x, key):
    return KINDS[name](x, key) + KINDS[name](x, key)
--
def normal(x, key):
    return x + random.normal(key, x.shape)
KINDS = {"normal": normal}
def register(draws):
    KINDS.update(draws)
def f(name, x, key):
    return KINDS.get(name)(x, key) + KINDS.get(name)(x, key)

== a method of whichever class it is
class Walk:
    def reset(self, key):
        return random.normal(key)
class Jump:
    def reset(self, key):
        return random.uniform(key)
ENVS = {"walk": Walk, "jump": Jump}
def f(name, key):
    env = ENVS[name]()
    start = env.reset(key)
    return env, start, random.split(key)  # ! RNG101
--
class Walk:
    def reset(self, key):
        return random.normal(key)
class Still:
    def reset(self, key):
        return 0.0
ENVS = {"walk": Walk, "still": Still}
def f(name, key):
    env = ENVS[name]()
    start = env.reset(key)
    return env, start, random.split(key)

== constructors that draw
class Walk:
    def __init__(self, key):
        self.start = random.normal(key)
class Jump:
    def __init__(self, key):
        self.height = random.uniform(key)
ENVS = {"walk": Walk, "jump": Jump}
def f(name, key):
    return ENVS[name](key), random.split(key)  # ! RNG101
--
class Walk:
    def __init__(self, key):
        self.start = random.normal(key)
class Still:
    def __init__(self, key):
        self.key = key
ENVS = {"walk": Walk, "still": Still}
def f(name, key):
    return ENVS[name](key), random.split(key)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_registries(program):
    assert found(program) == marks(program)


def test_the_message_names_what_is_registered():
    program = next(case.values[0] for case in cases(PROGRAMS) if "KINDS.get(name)(x, key=key)" in case.values[0])
    assert ["`normal or uniform`" in finding.message for finding in lint(program)] == [True]
