"""RNG106: a key that lies idle tells that the one beside it was given in its place, as far as nothing refutes it."""

from __future__ import annotations

import pytest

from tests.programs import HEAD, cases, found, marks

PROGRAMS = """
== a state keeps the key that was split
def f(state, x):
    next_key, noise_key = random.split(state.key)
    x = x + random.normal(noise_key, x.shape)
    return state.replace(x=x, key=state.key)  # ! RNG106
--
def f(state, x):
    next_key, noise_key = random.split(state.key)
    x = x + random.normal(noise_key, x.shape)
    return state.apply_gradients(grads=x, key=state.key)  # ! RNG106
--
def f(state, x):
    next_key, noise_key = random.split(state.key)
    x = x + random.normal(noise_key, x.shape)
    return state.replace(x=x, key=next_key)
--
def f(state, x):
    return state.replace(x=x, key=state.key)
--
def f(state, x):
    _, noise_key = random.split(state.key)
    x = x + random.normal(noise_key, x.shape)
    return state.replace(x=x, key=state.key)
--
def f(state, x):
    x = x + random.normal(random.fold_in(state.key, 1), x.shape)
    return state.replace(x=x, key=state.key)

== nothing that a split has made is read
def f(key, x, run):
    _, subkey = random.split(key)  # ! RNG106
    return run(x, key)
--
def f(key, x, run):
    a_key, b_key = random.split(key)  # ! RNG106
    x = x + 1
    return run(x, key=key)
--
def f(key, x, run):
    _, subkey = random.split(key)
    return run(x, subkey)
--
def f(key, x, run):
    _, subkey = random.split(key)
    return run(x), key
--
def f(key, x, run):
    y = run(x, key)
    _, subkey = random.split(key)
    return y
--
def f(key, x, record):
    _, subkey = random.split(key)
    record(key)
    return x

== a record is the same behind a call that is given it
def f(state: TrainState, x, loss):
    next_key, noise_key = random.split(state.key)
    x = loss(state, x, noise_key)
    return state.apply_gradients(grads=x, key=state.key)  # ! RNG106
--
def f(state, x, loss):
    next_key, noise_key = random.split(state.key)
    x = loss(state, x, noise_key)
    return state.apply_gradients(grads=x, key=state.key)

== the key that is carried on has no reader
def f(state, key):
    key, subkey = random.split(key)
    keys = random.split(subkey, 3)
    return state.reset(subkey), keys  # ! RNG106
--
def f(state, key):
    key, subkey = random.split(key)
    keys = random.split(subkey, 3)
    return state.reset(key), keys
--
def f(state, key):
    key, subkey = random.split(key)
    keys = random.split(subkey, 3)
    return state.reset(subkey), keys, key
--
def f(state, key):
    key, subkey, other = random.split(key, 3)
    start = state.reset(subkey)
    return start, random.normal(other), random.split(subkey, 3), key
--
def f(state, key):
    key, subkey = random.split(key)
    return state.reset(subkey), state.step(subkey)
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, HEAD + "from flax.training.train_state import TrainState\n\n"))
def test_an_idle_key(program):
    assert found(program) == marks(program)
