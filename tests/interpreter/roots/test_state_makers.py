"""States that one function makes and another one takes."""

from __future__ import annotations

import pytest

from tests.programs import MODELS, cases, found, marks

PROGRAMS = """
== states that one method makes and another takes
class Algorithm:
    def __init__(self, features):
        self.net = Net(features)
        self.plain = Plain()
    def init(self, key, x):
        key, one, two = jax.random.split(key, 3)
        state = TrainState.create(apply_fn=self.net.apply, params=self.net.init(one, x, False), tx=optax.sgd(0.1))
        plain = TrainState.create(apply_fn=self.plain.apply, params=self.plain.init(two, x, False), tx=optax.sgd(0.1))
        return {"net": state, "plain": plain, "key": key}
    def update(self, state, x):
        def loss(params):
            state["plain"].apply_fn(params, x, True)
            return state["net"].apply_fn(params, x, True).sum()  # ! RNG203
        return {**state, "net": state["net"].apply_gradients(grads=jax.grad(loss)(state["net"].params))}
--
class Algorithm:
    def __init__(self, features):
        self.net = Net(features)
    def init(self, key, x):
        state = TrainState.create(apply_fn=self.net.apply, params=self.net.init(key, x, False), tx=optax.sgd(0.1))
        return {"net": state}
    def init_other(self, net, key, x):
        return {"net": TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1))}
    def update(self, state, x):
        return state["net"].apply_fn(state["net"].params, x, True).sum()
class Second:
    def __init__(self, features):
        self.net = Net(features)
    def init(self, key, x):
        state = TrainState.create(apply_fn=self.net.apply, params=self.net.init(key, x, False), tx=optax.sgd(0.1))
        return {"net": state}
    def update(self, state, x):
        return state["net"].apply_fn(state["model"], x, True).sum()

== records of states, and functions that make and take states
from flax import struct
from typing import Any
@struct.dataclass
class Both:
    net: TrainState
    plain: TrainState
    rng: Any
class Algorithm:
    def __init__(self, features):
        self.net, self.plain = Net(features), Plain()
    def start(self, rng, x):
        rng, one, two = jax.random.split(rng, 3)
        net = TrainState.create(apply_fn=self.net.apply, params=self.net.init(one, x, False), tx=optax.sgd(0.1))
        plain = TrainState.create(apply_fn=self.plain.apply, params=self.plain.init(two, x, False), tx=optax.sgd(0.1))
        return Both(net=net, plain=plain, rng=rng)
    def loss(self, state, x):
        state.plain.apply_fn({}, x, True)
        return state.net.apply_fn({}, x, True)  # ! RNG203
def start(rng, x):
    rng, key = jax.random.split(rng)
    net = Net()
    state = TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1))
    return {"student": state, "rng": rng}
def loss(state, x):
    rng, key = jax.random.split(state["rng"])
    return state["student"].apply_fn({}, x, True)  # ! RNG203
--
from flax import struct
from typing import Any
@struct.dataclass
class Both:
    net: TrainState
    rng: Any
class Algorithm:
    def __init__(self, features):
        self.net = Net(features)
    def start(self, rng, x, quiet):
        net = self.net if quiet else Plain()
        return Both(net=TrainState.create(apply_fn=net.apply, params=net.init(rng, x, False), tx=None), rng=rng)
    def loss(self, state, x):
        return state.net.apply_fn({}, x, True)
def start(net, rng, x):
    rng, key = jax.random.split(rng)
    state = TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1))
    return {"student": state, "rng": rng}
def loss(state, x):
    rng, key = jax.random.split(state["rng"])
    return state["student"].apply_fn({}, x, True)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, MODELS))
def test_states(program):
    assert found(program) == marks(program)
