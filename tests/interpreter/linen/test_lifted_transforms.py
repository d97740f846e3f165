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

== a class that nobody initialises in sight
class Net(nn.Module):
    def setup(self):
        self.blocks = nn.vmap(nn.Dense, variable_axes={"params": 0}, split_rngs={})(4)  # ! RNG210
    def __call__(self, x):
        return self.blocks(x)
--
class Net(nn.Module):
    def setup(self):
        self.blocks = nn.vmap(nn.Dense, variable_axes={"batch_stats": 0}, split_rngs={})(4)
    def __call__(self, x):
        return self.blocks(x)

== a lifted method of submodules that setup made
class Net(nn.Module):
    def setup(self):
        self.layer = nn.Dense(4)
    @partial(nn.scan, variable_broadcast="params", split_rngs={})  # ! RNG210
    def step(self, carry, row):
        return self.layer(carry) + row, None
    def __call__(self, rows):
        return self.step(rows[0], rows)[0]
--
class Net(nn.Module):
    def setup(self):
        self.layer = nn.Dense(4)
    @partial(nn.scan, variable_broadcast="params", split_rngs={})
    def step(self, carry, row):
        return self.layer(carry) + row, None
    def __call__(self, rows):
        return self.step(self.layer(rows[0]), rows)[0]

== a field decides whether the parameters are made outside of the transform
class Net(nn.Module):
    many: bool = False
    def setup(self):
        lifted = nn.vmap(nn.Dense, variable_axes={"params": 0}, split_rngs={}, axis_size=2)  # ! RNG210
        self.head = lifted(4) if self.many else nn.Dense(4)
    def __call__(self, x):
        return self.head(x)
--
class Net(nn.Module):
    def setup(self):
        self.head = nn.Dense(4)
    def __call__(self, x, many=False):
        if not many:
            return self.head(x)
        step = lambda module, carry, row: (module.head(carry), row)
        return nn.scan(step, variable_broadcast="params", split_rngs={})(self, x, x)[0]
"""


@pytest.mark.parametrize("program", cases(CASES, HEAD))
def test_lifting(program):
    assert found(program) == marks(program)
