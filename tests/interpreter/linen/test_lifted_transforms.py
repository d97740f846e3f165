"""Lifted transforms of Linen: what reaches their targets, however the transform is written."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

HEAD = """\
from functools import partial

import flax.linen as nn
import jax
import jax.numpy as jnp

x = jnp.ones((3, 4))
params_key, drop_key = jax.random.split(jax.random.key(0))


class Block(nn.Module):
    rate: float = 0.5

    @nn.compact
    def __call__(self, x, train: bool = True):
        return nn.Dropout(self.rate)(nn.Dense(4)(x), deterministic=not train)


class Step(nn.Module):
    @nn.compact
    def __call__(self, x, _):
        return Block()(x), None

"""

CASES = """\
== a class that a helper lifts
def lifted(cls):
    return nn.vmap(cls, variable_axes={"params": 0}, split_rngs={"params": True})  # ! RNG210
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return lifted(Block)()(x)
--
def lifted(cls, *streams):
    return nn.vmap(cls, variable_axes={"params": 0}, split_rngs={name: True for name in streams})
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return lifted(Block, "params", "dropout")()(x)

== a target that is not known
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.vmap(Block, variable_axes={"params": 0}, split_rngs={"params": True})()(x)  # ! RNG210
--
class Net(nn.Module):
    cls: type

    @nn.compact
    def __call__(self, x):
        return nn.vmap(self.cls, variable_axes={"params": 0}, split_rngs={"params": False})()(x)

== options that are not known
OPTIONS = {"params": False}
Net = nn.scan(Step, variable_axes={"params": 0}, split_rngs={**OPTIONS, "dropout": True}, length=2)  # ! RNG211
Net().init(params_key, x, None)
--
import json
OPTIONS = json.loads(input())
Net = nn.scan(Step, variable_axes={"params": 0}, split_rngs={**OPTIONS, "dropout": True}, length=2)
Net().init(params_key, x, None)

== a lifted module that is bound
Net = nn.vmap(Block, variable_axes={"params": 0}, split_rngs={"params": True, "dropout": True})
bound = Net().bind(Net().init(params_key, x))
bound(x)  # ! RNG203
--
Net = nn.vmap(Block, variable_axes={"params": 0}, split_rngs={"params": True, "dropout": True})
bound = Net().bind(Net().init(params_key, x), rngs={"dropout": drop_key})
bound(x)

== a decorated method, and one report for what is missing
class Net(nn.Module):
    @partial(nn.remat, rngs="params")  # ! RNG210
    @nn.compact
    def __call__(self, x):
        return nn.Dropout(0.5, deterministic=False)(x)
Net().apply({}, x)
--
class Net(nn.Module):
    @nn.remat
    @nn.compact
    def __call__(self, x):
        return nn.Dropout(0.5, deterministic=False)(x)
Net().apply({}, x, rngs={"dropout": drop_key})

== transforms in each other
inner = nn.remat(Block, rngs=("params", "dropout"))
Net = nn.vmap(inner, {"params": 0}, {"params": True})  # ! RNG210
Net().apply(Net().init(params_key, x), x, rngs={"dropout": drop_key})
--
inner = nn.remat(Block, rngs=("params", "dropout"))
Net = nn.vmap(inner, {"params": 0}, {"params": True, "dropout": True})
Net().apply(Net().init(params_key, x), x, rngs={"dropout": drop_key})

== a model of its own within a transform
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return jax.vmap(Block())(x)  # ! RNG212
--
class Net(nn.Module):
    @nn.compact
    def __call__(self, x, variables, keys):
        return jax.vmap(lambda k: Block(parent=None).apply(variables, x, rngs={"dropout": k}))(keys)

== the step in the key
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        def step(x, i):
            return x + jax.random.normal(jax.random.fold_in(self.make_rng("noise"), 3)), i
        return jax.lax.scan(step, x, jnp.arange(4))[0]  # ! RNG212
--
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        def step(x, i):
            return x + jax.random.normal(jax.random.fold_in(self.make_rng("noise"), i)), i
        return jax.lax.scan(step, x, jnp.arange(4))[0]

== an initializer that another key is handed to
def table(rng, shape, dtype):
    return jax.random.normal(jax.random.key(1), shape, dtype)
nn.Embed(3, 2, embedding_init=table)  # ! RNG214
--
def table(rng, shape, dtype, key=None):
    return jax.random.normal(rng if key is None else key, shape, dtype)
nn.Embed(3, 2, embedding_init=table)
"""


@pytest.mark.parametrize("program", cases(CASES, HEAD))
def test_lifting(program):
    assert found(program) == marks(program)
