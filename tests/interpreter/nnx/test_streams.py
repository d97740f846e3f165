"""Streams of NNX: draws are children of a root, whoever holds the stream and however it was made."""

from __future__ import annotations

import pytest

from tests.programs import cases, found, marks

HEAD = """\
import copy
from functools import partial

import jax
import jax.numpy as jnp
from flax import nnx

x = jnp.ones((3, 4))


class Net(nnx.Module):
    def __init__(self, rngs, rate=0.5):
        self.dense = nnx.Linear(4, 4, rngs=rngs)
        self.drop = nnx.Dropout(rate, rngs=rngs)

    def __call__(self, x):
        return self.drop(self.dense(x))

"""

CASES = """\
== a count that two holders share
rngs = nnx.Rngs(0)
other = rngs
a = jax.random.normal(rngs.noise(), (3,))
b = jax.random.normal(other.params(), (3,))
c = jax.random.normal(jax.random.split(jax.random.key(0), 3)[1], (3,))  # ! RNG307
--
rngs = nnx.Rngs(0)
other = rngs
a = jax.random.normal(rngs.noise(), (3,))
b = jax.random.normal(other.params(), (3,))
c = jax.random.normal(jax.random.split(jax.random.key(0), 3)[2], (3,))
== a count that is not known
def draw(flag):
    rngs = nnx.Rngs(noise=0, move=1)
    if flag:
        a = rngs.noise()
    b = jax.random.normal(rngs.noise(), (3,))
    return b, jax.random.normal(jax.random.fold_in(jax.random.key(0), 5), (3,))
--
def draw(flag):
    rngs = nnx.Rngs(noise=0)
    a = jax.random.normal(rngs.noise(), (3,))
    return a, jax.random.normal(jax.random.fold_in(jax.random.key(0), 0), (3,))  # ! RNG307
== a key that was drawn is a key like others
rngs = nnx.Rngs(0)
key = rngs.noise()
a = jax.random.normal(key, (3,))
b = jax.random.normal(key, (3,))  # ! RNG101
--
rngs = nnx.Rngs(0)
a = jax.random.normal(rngs.noise(), (3,))
b = jax.random.normal(rngs.noise(), (3,))
== a cell of a recurrent network runs in each step
class Cell(nnx.Module):
    def __init__(self, rngs):
        self.key = rngs.noise()
    def initialize_carry(self, shape, rngs):
        return jnp.zeros(shape)
    def __call__(self, carry, x):
        return carry, x + jax.random.normal(self.key, x.shape)  # ! RNG102
y = nnx.RNN(Cell(nnx.Rngs(0)), rngs=nnx.Rngs(1))(x)
--
class Cell(nnx.Module):
    def __init__(self, rngs):
        self.rngs = rngs
    def initialize_carry(self, shape, rngs):
        return jnp.zeros(shape)
    def __call__(self, carry, x):
        return carry, x + jax.random.normal(self.rngs.noise(), x.shape)
net = nnx.RNN(Cell(nnx.Rngs(0)), rngs=nnx.Rngs(1))
y = net(x) + net(x)
--
class Cell(nnx.Module):
    def __init__(self, rngs):
        self.drop = nnx.Dropout(0.5, rngs=rngs)
    def initialize_carry(self, shape, rngs):
        return jnp.zeros(shape)
    def __call__(self, carry, x):
        return carry, self.drop(x)
net = nnx.RNN(Cell(nnx.Rngs(0)), broadcast_rngs="default", rngs=nnx.Rngs(1))
y = net(x) + net(x)
--
class Cell(nnx.Module):
    def initialize_carry(self, shape, rngs):
        return jax.random.normal(rngs(), shape)
    def __call__(self, carry, x):
        return carry, x
net = nnx.RNN(Cell(), rngs=nnx.Rngs(1))
run = jax.jit(lambda net, x: net(x))
y = run(net, x) + run(net, x)  # ! RNG304
--
class Cell(nnx.Module):
    def initialize_carry(self, shape, rngs):
        return jax.random.normal(rngs(), shape)
    def __call__(self, carry, x):
        return carry, x
net = nnx.RNN(Cell(), rngs=nnx.Rngs(1))
run = jax.jit(lambda net, x: net(x, initial_carry=jnp.zeros(())))
y = run(net, x) + run(net, x)
== a recurrent network of two directions
class Cell(nnx.Module):
    def __init__(self, rngs):
        self.drop = nnx.Dropout(0.5, rngs=rngs)
    def initialize_carry(self, shape, rngs):
        return jnp.zeros(shape)
    def __call__(self, carry, x):
        return carry, self.drop(x)
net = nnx.Bidirectional(nnx.RNN(Cell(nnx.Rngs(0))), nnx.RNN(Cell(nnx.Rngs(1))))
run = jax.jit(lambda net, x: net(x))
y = run(net, x) + run(net, x)  # ! RNG304
--
class Cell(nnx.Module):
    def __init__(self, rngs):
        self.drop = nnx.Dropout(0.5, rngs=rngs)
    def initialize_carry(self, shape, rngs):
        return jnp.zeros(shape)
    def __call__(self, carry, x):
        return carry, self.drop(x)
net = nnx.Bidirectional(nnx.RNN(Cell(nnx.Rngs(0))), nnx.RNN(Cell(nnx.Rngs(1))))
run = nnx.jit(lambda net, x: net(x))
y = run(net, x) + run(net, x)
--
cells = [nnx.GRUCell(3, 4, rngs=nnx.Rngs(seed)) for seed in range(2)]
net = nnx.Bidirectional(nnx.RNN(cells[0]), nnx.RNN(cells[1]), rngs=nnx.Rngs(params=0))  # ! RNG301
--
rngs = nnx.Rngs(0)
cells = [nnx.GRUCell(3, 4, rngs=rngs) for _ in range(2)]
net = nnx.Bidirectional(nnx.RNN(cells[0]), nnx.RNN(cells[1]), rngs=rngs)
y = net(x) + net(x)
== a default stream stands in
rngs = nnx.Rngs(params=0)
drop = nnx.Dropout(0.1, rngs=rngs)  # ! RNG301
--
rngs = nnx.Rngs(params=0, default=1)
drop = nnx.Dropout(0.1, rngs=rngs)
== streams that are given by a dict that is not known
def build(config):
    return nnx.Linear(2, 2, rngs=nnx.Rngs(**config))
--
def build():
    return nnx.Linear(2, 2, rngs=nnx.Rngs(**{"dropout": 0}))  # ! RNG301
== a collection of its own
drop = nnx.Dropout(0.1, rng_collection="noise", rngs=nnx.Rngs(dropout=0))  # ! RNG301
--
drop = nnx.Dropout(0.1, rng_collection="noise", rngs=nnx.Rngs(noise=0))
== a fork is a root of its own
rngs = nnx.Rngs(noise=0)
fork = rngs.fork()
a = jax.random.normal(fork.noise(), (3,))
b = jax.random.normal(nnx.Rngs(noise=0).fork().noise(), (3,))  # ! RNG307
--
rngs = nnx.Rngs(noise=0)
one, two = rngs.fork(), rngs.fork()
a = jax.random.normal(one.noise(), (3,))
b = jax.random.normal(two.noise(), (3,))
== a stream that hides a sampler
rngs = nnx.Rngs(normal=0)
a = jax.random.uniform(rngs.normal(), (3,))
--
rngs = nnx.Rngs(params=0)
a = rngs.normal((3,))  # ! RNG301
== modes of a model that is not known in full
def evaluate(model):
    model = model.eval()
    return model(x)
--
def evaluate():
    model = Net(nnx.Rngs(0))
    model = model.eval()  # ! RNG310
    return model(x)
== a rate that is not known
def build(config):
    drop = nnx.Dropout(config.rate)
    return drop(x)
--
def build(config):
    drop = nnx.Dropout(0.1)
    return drop(x)  # ! RNG301
== a failure that is expected
try:
    y = nnx.Dropout(0.1)(x)
except ValueError:
    y = x
--
y = nnx.Dropout(0.1)(x)  # ! RNG301
"""

TRANSFORMS = """\
== a trace within a trace
@nnx.jit
def step(net, x):
    loss = lambda net: net(x).mean()
    return nnx.grad(loss)(net)
net = Net(nnx.Rngs(0))
a, b = step(net, x), step(net, x)
--
@nnx.jit
def step(net, drop, x):
    loss = lambda net: drop(net(x)).mean()  # ! RNG305
    return nnx.grad(loss)(net)
a = step(nnx.Linear(4, 4, rngs=nnx.Rngs(0)), nnx.Dropout(0.5, rngs=nnx.Rngs(1)), x)
== what a compiled function stores in its argument
@nnx.jit
def grow(net):
    net.extra = nnx.Dropout(0.5, rngs=nnx.Rngs(2))
net = Net(nnx.Rngs(0))
grow(net)
a, b = net.extra(x), net.extra(x)
--
@jax.jit
def run(drop, x):
    return drop(x)
drop = nnx.Dropout(0.5, rngs=nnx.Rngs(2))
a = run(drop, x)
b = run(drop, x)  # ! RNG304
== an argument that is static
@partial(nnx.jit, static_argnums=1)
def run(x, net):
    return net.drop(x)  # ! RNG305
y = run(x, Net(nnx.Rngs(0)))
--
@partial(nnx.jit, static_argnums=1)
def run(x, times):
    return x * times
y = run(x, 2)
== the module comes out of a transform of JAX
run = jax.jit(lambda drop, x: (drop, drop(x)))
drop = nnx.Dropout(0.5, rngs=nnx.Rngs(2))
for _ in range(3):
    drop, y = run(drop, x)
--
run = jax.jit(lambda drop, x: (drop, drop(x)))
drop = nnx.Dropout(0.5, rngs=nnx.Rngs(2))
for _ in range(3):
    _, y = run(drop, x)  # ! RNG304
== states within states
drop = nnx.Dropout(0.5, rngs=nnx.Rngs(2))
graph, state = nnx.split((drop, nnx.Linear(4, 4, rngs=nnx.Rngs(0))))
--
drop = nnx.Dropout(0.5, rngs=nnx.Rngs(2))
graph, state = nnx.split(drop)
@jax.jit
def run(state, x):
    return nnx.merge(graph, state)(x)
a = run(state, x)
b = run(state, x)  # ! RNG304
== streams of a model that is traced for its shapes
rngs = nnx.Rngs(0)
net = nnx.eval_shape(lambda: Net(nnx.Rngs(0)))
again = nnx.eval_shape(lambda: Net(nnx.Rngs(0)))
--
rngs = nnx.Rngs(0)
layer = nnx.eval_shape(lambda: nnx.Linear(2, 2, rngs=rngs))  # ! RNG305
"""


@pytest.mark.parametrize("program", cases(CASES, HEAD))
def test_streams(program):
    assert found(program) == marks(program)


@pytest.mark.parametrize("program", cases(TRANSFORMS, HEAD))
def test_transforms(program):
    assert found(program) == marks(program)
