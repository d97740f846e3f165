"""Modules and how they are run."""

from __future__ import annotations

import pytest

from tests.programs import MODELS, cases, found, marks

PROGRAMS = """
== a class under a lifted transform
import functools
@functools.partial(nn.scan, variable_axes={"params": 0}, split_rngs={"params": True}, length=3)  # ! RNG210
class Layer(nn.Module):
    @nn.compact
    def __call__(self, x, _):
        return nn.Dropout(0.1, deterministic=False)(nn.Dense(3)(x)), None
class Outer(nn.Module):
    @nn.compact
    def __call__(self, x):
        return Layer()(x, None)[0]
--
import functools
@functools.partial(nn.scan, variable_axes={"params": 0}, split_rngs={"params": True, "dropout": True}, length=3)
class Layer(nn.Module):
    @nn.compact
    def __call__(self, x, _):
        return nn.Dropout(0.1, deterministic=False)(nn.Dense(3)(x)), None
class Outer(nn.Module):
    @nn.compact
    def __call__(self, x):
        return Layer()(x, None)[0]

== a state that lanes have made holds what applies the model
@jax.pmap
def make(key, x):
    params = Net().init(key, x, False)["params"]
    return TrainState.create(apply_fn=Net().apply, params=params, tx=optax.sgd(0.1))
def loss(params, state, batch, key):
    return state.apply_fn({"params": params}, batch, train=True).sum()  # ! RNG203
@jax.jit
def step(state, batch, key):
    grads = jax.grad(lambda params: loss(params, state, batch, key))(state.params)
    return state.apply_gradients(grads=grads)
def main(keys, x, batches, key):
    state = make(keys, x)
    for batch in batches:
        state = step(state, batch, key)
--
@jax.pmap
def make(key, x):
    params = Plain().init(key, x, False)["params"]
    return TrainState.create(apply_fn=Plain().apply, params=params, tx=optax.sgd(0.1))
def loss(params, state, batch, key):
    return state.apply_fn({"params": params}, batch, train=True).sum()
@jax.jit
def step(state, batch, key):
    grads = jax.grad(lambda params: loss(params, state, batch, key))(state.params)
    return state.apply_gradients(grads=grads)
def main(keys, x, batches, key):
    state = make(keys, x)
    for batch in batches:
        state = step(state, batch, key)

== streams from a helper that hands out one key, several or a dict of them
def several(key):
    return jax.random.split(key, 3)
def run(key, variables, x):
    return Net().apply(variables, x, True, rngs=several(key))  # ! RNG111
--
class Keys:
    def __init__(self, key):
        self.key = key
    def __call__(self, names=None):
        if isinstance(names, int):
            made = jax.random.split(self.key, names + 1)
            self.key = made[0]
            return made[1:]
        made = jax.random.split(self.key, len(names) + 1)
        self.key = made[0]
        return {name: key for name, key in zip(names, made[1:])}
def run(key, variables, x, model):
    return Net().apply(variables, x, True, rngs=Keys(key)(model.names()))

== a name that Flax does not have makes no module
class Outer(nn.Module):
    def __call__(self, x):
        return nn.Dense(3)(x)  # ! RNG209
--
class Outer(nn.Module):
    def __call__(self, x):
        return nn.AvgPool3D((2, 2, 2))(x)

== shapes only
def shapes(x, key):
    return jax.eval_shape(Net().init, {"dropout": key}, x, True)  # ! RNG202
def table(x, key):
    return Net().tabulate({"dropout": key}, x, True, depth=1)  # ! RNG202
def paths(x, key):
    return Net().module_paths({"dropout": key}, x, train=True)  # ! RNG202
--
def shapes(x, key):
    first = jax.eval_shape(Net().init, {"params": key, "dropout": key}, x, True)
    print(Net().tabulate({"params": key, "dropout": key}, x, True, depth=1))
    jax.eval_shape(lambda k: (jax.random.normal(k), jax.random.normal(k)), key)
    return first, Net().init(key, x, True)

== a state from a checkpoint
from flax import serialization
from flax.training import checkpoints
def make(key, x):
    model = Net()
    params = model.init(key, x, False)["params"]
    return TrainState.create(apply_fn=model.apply, params=params, tx=optax.sgd(0.1))
def main(key, x, where):
    state = checkpoints.restore_checkpoint(where, make(key, x))
    return state.apply_fn({"params": state.params}, x, True)  # ! RNG203
--
from flax import serialization
from flax.training import checkpoints
def make(key, x):
    model = Net()
    params = model.init(key, x, False)["params"]
    return TrainState.create(apply_fn=model.apply, params=params, tx=optax.sgd(0.1))
def main(key, x, where, drop):
    state = checkpoints.restore_checkpoint(where, make(key, x))
    return state.apply_fn({"params": state.params}, x, True, rngs={"dropout": drop})
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, MODELS))
def test_modules(program):
    assert found(program) == marks(program)
