"""Names of the code around that stand for one module for good."""

from __future__ import annotations

import pytest

from tests.programs import MODELS, cases, found, marks

PROGRAMS = """
== a function made in another one
def make(features):
    model = Net(features)
    @jax.jit
    def step(params, x):
        return model.apply(params, x, True)  # ! RNG203
    return step
--
def make(features):
    model = Net(features)
    @jax.jit
    def step(params, x, key):
        return model.apply(params, x, True, rngs={"dropout": key})
    return step
--
def make(features, plain):
    model = Net(features)
    def step(params, x):
        return model.apply(params, x, True)
    if plain:
        model = Plain()
    return step
--
def make(features, plain):
    if plain:
        model = Plain()
    else:
        model = Net(features)
    def step(params, x):
        return model.apply(params, x, True)
    return step

== an inner function sets the name anew
def make(features):
    model = Net(features)
    def step(params, x):
        return model.apply(params, x, True)  # ! RNG203
    def swap():
        model = Plain()
        return model
    return step, swap
--
def make(features):
    model = Net(features)
    def step(params, x):
        return model.apply(params, x, True)
    def swap():
        nonlocal model
        model = Plain()
    return step, swap

== a name of the outer function hides a global one
on = True
def make(features):
    model = Net(features)
    def step(params, x):
        return model.apply(params, x, on)  # ! RNG203
    return step
--
on = True
def make(features, switch):
    model = Net(features)
    on = switch()
    def step(params, x):
        return model.apply(params, x, on)
    return step

== modules in a dict, made on two ways
class Trainer:
    def __init__(self, wide):
        if wide:
            self.nets = {"a": Net(8), "b": Plain()}
        else:
            self.nets = {"a": Net(4), "b": Net(4)}
    def loss(self, params, x):
        return self.nets["a"].apply(params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self, wide):
        if wide:
            self.nets = {"a": Net(8), "b": Plain()}
        else:
            self.nets = {"a": Net(4), "b": Net(4)}
    def loss(self, params, x):
        return self.nets["b"].apply(params, x, True)
--
class Trainer:
    def __init__(self, wide):
        if wide:
            self.nets = {"a": Net(8)}
        else:
            self.nets = {"b": Net(4)}
    def loss(self, params, x):
        return self.nets["a"].apply(params, x, True)
--
class Trainer:
    def __init__(self, wide):
        if wide:
            self.nets = [Net(8), Plain()]
        else:
            self.nets = [Plain(), Net(8)]
    def loss(self, params, x):
        return self.nets[0].apply(params, x, True)

== states that are made on two ways
class Trainer:
    def __init__(self, key, x, fast):
        net = Net()
        params = net.init(key, x, False)
        if fast:
            self.state = TrainState.create(apply_fn=net.apply, params=params, tx=optax.adam(0.1))
        else:
            self.state = TrainState.create(apply_fn=net.apply, params=params, tx=optax.sgd(0.1))
    def loss(self, x):
        return self.state.apply_fn(self.state.params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self, key, x, wide):
        if wide:
            net = Net(8)
        else:
            net = Net(4)
        self.state = TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1))
    def loss(self, x):
        return self.state.apply_fn(self.state.params, x, True)  # ! RNG203
--
class Trainer:
    def __init__(self, key, x, quiet):
        if quiet:
            net = Plain()
        else:
            net = Net()
        self.state = TrainState.create(apply_fn=net.apply, params=net.init(key, x, False), tx=optax.sgd(0.1))
    def loss(self, x):
        return self.state.apply_fn(self.state.params, x, True)

== what a method of a module stands for
def make(features):
    apply = Net(features).apply
    def loss(params, x):
        return apply(params, x, True)  # ! RNG203
    return loss
--
def make(features, quiet):
    if quiet:
        apply = Plain().apply
    else:
        apply = Net(features).apply
    def loss(params, x):
        return apply(params, x, True)
    return loss
--
def make(features):
    apply = Net(features).apply
    def loss(params, x, key):
        return apply(params, x, True, rngs={"dropout": key})
    return loss

== a module with arguments that are fixed
import functools
def make(features):
    apply = functools.partial(Net(features).apply, train=True)
    def loss(params, x):
        return apply(params, x)  # ! RNG203
    return loss
--
import functools
def make(features):
    apply = functools.partial(Net(features).apply, train=False)
    def loss(params, x):
        return apply(params, x)
    return loss
--
import functools
def make(features, key):
    apply = functools.partial(Net(features).apply, rngs={"dropout": key})
    def loss(params, x):
        return apply(params, x, True)
    return loss

== modules in a tuple
def make():
    nets = Plain(), Net()
    def loss(params, x):
        return nets[1].apply(params, x, True)  # ! RNG203
    return loss
--
def make(other):
    nets = other, Net()
    def loss(params, x):
        return nets[0].apply(params, x, True)
    return loss
--
def make(other):
    nets = [Net()]
    def loss(params, x):
        return nets[0].apply(params, x, True)
    nets[0] = other
    return loss
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, MODELS))
def test_what_an_outer_function_has_made(program):
    assert found(program) == marks(program)
