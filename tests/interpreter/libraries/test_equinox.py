"""Modules of Equinox, and environments that are only declared."""

from __future__ import annotations

import pytest

from tests.programs import HEAD, cases, found, marks

EQUINOX = (
    HEAD
    + """\
import distrax
import equinox as eqx
import gymnax
from gymnax.environments.environment import Environment
from gymnax.wrappers.purerl import LogWrapper

x = jnp.ones((3, 4))


class Net(eqx.Module):
    linear: eqx.nn.Linear
    drop: eqx.nn.Dropout

    def __init__(self, key):
        self.linear = eqx.nn.Linear(4, 4, key=key)
        self.drop = eqx.nn.Dropout(0.5)

    def __call__(self, x, key=None):
        return self.drop(self.linear(x), key=key)


k0, k1, k2 = random.split(key, 3)
net = Net(k0)

"""
)

PROGRAMS = """
== axes by name
run = eqx.filter_vmap(lambda x, key: net(x, key), in_axes={"key": None})  # ! RNG109
y = run(x, k2)
--
run = eqx.filter_vmap(lambda x, key: net(x, key), in_axes={"key": 0})
y = run(x, random.split(k2, 3))

== a module and its state
net, state = eqx.nn.make_with_state(Net)(k2)
y = net(x[0])  # ! RNG402
--
net, state = eqx.nn.make_with_state(Net)(k2)
y = eqx.nn.inference_mode(net)(x[0])

== a module that was cut and put together
params, static = eqx.partition(net, eqx.is_array)
y = eqx.combine(params, static)(x[0])  # ! RNG402
--
params, static = eqx.partition(net, eqx.is_array)
y = eqx.combine(params, static)(x[0], k2)

== members of an ensemble
nets = eqx.filter_vmap(Net)(random.split(k2, 3))
y = eqx.filter_vmap(lambda net, x: net(x, k1))(nets, x)  # ! RNG109
--
nets = eqx.filter_vmap(Net)(random.split(k2, 3))
y = eqx.filter_vmap(lambda net, x, k: net(x, k))(nets, x, random.split(k1, 3))

== fields say what a module holds
class Block(eqx.Module):
    one: eqx.nn.Dropout
    two: eqx.nn.Dropout

    def __call__(self, x, *, key):
        return self.two(self.one(x, key=key), key=key)  # ! RNG101
--
class Block(eqx.Module):
    one: eqx.nn.Dropout
    two: eqx.nn.LayerNorm

    def __call__(self, x, *, key):
        return self.two(self.one(x, key=key), key=key)

== a parameter that is said to be a module
def both(net: Net, x, key):
    return net(x, key) + net(2 * x, key)  # ! RNG101
--
def both(net: Net, x, key):
    one, two = random.split(key)
    return net(x, one) + net(2 * x, two)

== a mode that nobody keeps
def evaluate(net, x):
    eqx.nn.inference_mode(net)  # ! RNG402
    return jax.vmap(net)(x)
--
def evaluate(net, x):
    net = eqx.nn.inference_mode(net)
    return jax.vmap(net)(x)

== an environment that is only declared
class Runner:
    def __init__(self, env: Environment):
        self.env = env

    def step(self, key, state, action):
        out = self.env.step(key, state, action)
        return out, self.env.reset(key)  # ! RNG101
--
class Runner:
    def __init__(self, env: Environment):
        self.env = env

    def step(self, key, state, action):
        step_key, reset_key = random.split(key)
        out = self.env.step(step_key, state, action)
        return out, self.env.reset(reset_key)

== an environment in a wrapper
env, params = gymnax.make("CartPole-v1")
env = LogWrapper(env)
obs, state = env.reset(k2, params)
obs, state, *_ = env.step(k2, state, 0, params)  # ! RNG101
--
env, params = gymnax.make("CartPole-v1")
env = LogWrapper(env)
obs, state = env.reset(k1, params)
obs, state, *_ = env.step(k2, state, 0, params)

== lanes of distributions
def act(logits, key):
    return jax.vmap(lambda row: distrax.Categorical(row).sample(seed=key))(logits)  # ! RNG109
--
def act(logits, key):
    keys = random.split(key, logits.shape[0])
    return jax.vmap(lambda row, k: distrax.Categorical(row).sample(seed=k))(logits, keys)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, EQUINOX))
def test_marked_lines_and_no_others(program):
    assert found(program) == marks(program)
