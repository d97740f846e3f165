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
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, MODELS))
def test_what_an_outer_function_has_made(program):
    assert found(program) == marks(program)
