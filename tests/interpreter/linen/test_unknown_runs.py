"""Training steps of a model that comes from the caller, in files that name nothing of Flax or `jax.random`."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

HEAD = "import jax\nimport jax.numpy as jnp\n\n"

PROGRAMS = """
== a step that is given its key
@jax.jit
def step(state, batch, key):
    def loss(params):
        return jnp.mean(state.apply_fn({"params": params}, batch, train=True, rngs={"dropout": key}))
    return state.apply_gradients(grads=jax.grad(loss)(state.params))
def run(state, batches, key):
    for batch in batches:
        state = step(state, batch, key)  # ! RNG102
    return state
--
@jax.jit
def step(state, batch, key):
    def loss(params):
        return jnp.mean(state.apply_fn({"params": params}, batch, train=True, rngs={"dropout": key}))
    return state.apply_gradients(grads=jax.grad(loss)(state.params))
def run(state, batches, keys):
    for batch, key in zip(batches, keys):
        state = step(state, batch, key)
    return state
--
@jax.jit
def step(state, batch, key):
    key = jax.random.fold_in(key, state.step)
    def loss(params):
        return jnp.mean(state.apply_fn({"params": params}, batch, train=True, rngs={"dropout": key}))
    return state.apply_gradients(grads=jax.grad(loss)(state.params))
def run(state, batches, key):
    for batch in batches:
        state = step(state, batch, key)
    return state

== a loop that runs the model itself
def run(model, variables, batches, key):
    return [model.apply(variables, b, deterministic=False, rngs={"dropout": key}) for b in batches]  # ! RNG102
--
def run(model, variables, batches, key):
    return [model.apply(variables, b, deterministic=True, rngs={"dropout": key}) for b in batches]
--
def run(model, variables, batches, key, deterministic):
    return [model.apply(variables, b, deterministic=deterministic, rngs={"dropout": key}) for b in batches]

== the class of a model is known by the method that is run
from flax import linen as nn
class World(nn.Module):
    def setup(self):
        self.cell, self.drop = nn.Dense(3), nn.Dropout(0.5)
    def next(self, z, training):
        return self.cell(z)
    def act(self, z, training):
        return self.drop(z, deterministic=not training)
def rollout(state, z, key):
    for _ in range(3):
        z = state.apply_fn(state.params, z, training=True, method=World.act, rngs={"dropout": key})  # ! RNG102
    return z
--
from flax import linen as nn
class World(nn.Module):
    def setup(self):
        self.cell, self.drop = nn.Dense(3), nn.Dropout(0.5)
    def next(self, z, training):
        return self.cell(z)
    def act(self, z, training):
        return self.drop(z, deterministic=not training)
def rollout(state, z, key):
    for _ in range(3):
        z = state.apply_fn(state.params, z, training=True, method=World.next, rngs={"dropout": key})
    return z
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, HEAD))
def test_unknown_runs(program):
    assert found(program) == marks(program)
