"""Classes of the program, their objects and methods."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

PROGRAMS = """
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

== a flag that all code sets to one constant
class Net:
    def __init__(self, sizes):
        if sizes:
            self.samples = False
    def run(self, k):
        if self.samples:
            return random.normal(k)
        return 0.0
    def best(self):
        return self.run(None)
--
class Net:
    def __init__(self, sizes):
        self.samples = True
    def run(self, k):
        if self.samples:
            return random.normal(k)
        return 0.0
    def best(self):
        return self.run(None)  # ! RNG111
--
class Net:
    def __init__(self, sizes):
        self.samples = False
    def switch(self):
        self.samples = True
    def run(self, k):
        if self.samples:
            return random.normal(k)
        return 0.0
    def best(self):
        return self.run(None)  # ! RNG111
--
class Net:
    def __init__(self, sizes):
        self.samples = False
    def run(self, k):
        if self.samples:
            return random.normal(k)
        return 0.0
    def best(self):
        return self.run(None)  # ! RNG111
def on(net):
    net.samples = True
--
class Net:
    def __init__(self, sizes):
        self.samples = False
    def run(self, k):
        if self.samples:
            return random.normal(k)
        return 0.0
    def best(self):
        return self.run(None)  # ! RNG111
def on(net):
    setattr(net, "samples", True)
--
class Net:
    def __init__(self, sizes):
        self.samples = False
    def run(self, k):
        if self.samples:
            return random.normal(k)
        return 0.0
    def best(self):
        return self.run(None)  # ! RNG111
def turn(net, name):
    setattr(net, name, True)
--
class Net:
    def __init__(self, sizes):
        self.samples, self.sizes = False, sizes
    def run(self, k):
        if self.samples:
            return random.normal(k)
        return 0.0
    def best(self):
        return self.run(None)  # ! RNG111

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


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_classes(program):
    assert found(program) == marks(program)
