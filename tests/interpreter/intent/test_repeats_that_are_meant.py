"""Repeated draws that are meant, beside those that are not."""

from __future__ import annotations

import pytest

from tests.programs import HEAD, cases, found, marks

INTENDED = {
    "one shuffle of several arrays": "x = random.permutation(key, x)\ny = random.permutation(key, y)",
    "one shuffle of a tree": "jax.tree.map(lambda a: random.permutation(key, a), (x, y))",
    "antithetic pairs": "a = random.normal(key, (3,))\nb = -random.normal(key, (3,))",
    "a test of determinism": "assert (random.normal(key) == random.normal(key)).all()",
}


@pytest.mark.parametrize("body", INTENDED.values(), ids=[name.replace(" ", "_") for name in INTENDED])
def test_repetition_that_is_meant(body):
    assert found(f"{HEAD}x, y = jnp.arange(4), jnp.ones(4)\n{body}\n") == []


PROGRAMS = """
== one function with two settings, on the same data
def drop(x, rate, train, key):
    return jnp.where(train, x * random.bernoulli(key, 1 - rate, x.shape), x)
def f(x, y, rate, train, key):
    return drop(x, rate, train, key) + drop(y, rate, train, key)  # ! RNG101
--
def rollout(policy, env, start, horizon, key):
    keys = random.split(key, horizon)
    return lax.scan(lambda s, k: (env.step(s, policy(s), k), random.normal(k)), start, keys)
def f(old, new, env, start, horizon, key):
    before = rollout(old, env, start, horizon, key)
    return before, rollout(new, env, start, horizon, key)
--
def rollout(policy, env, start, horizon, key):
    keys = random.split(key, horizon)
    return lax.scan(lambda s, k: (env.step(s, policy(s), k), random.normal(k)), start, keys)
def f(policy, env, start, horizon, key):
    state, _ = rollout(policy, env, start, horizon, key)
    return rollout(policy, env, start, horizon, key)  # ! RNG101

== operands of a benchmark that grow
def f(arrays, y):
    for x in arrays:
        y = jnp.tanh(y + x + random.normal(random.key(0), x.shape))  # ! RNG104
    return y
--
def f(sizes):
    for n in sizes:
        random.normal(random.key(0), (n, n))
--
def f(sizes):
    for i, n in enumerate(sizes):
        random.normal(random.key(0), (2 * n, n))
"""


@pytest.mark.parametrize("program", cases(PROGRAMS))
def test_a_repeat_beside_its_look_alike(program):
    assert found(program) == marks(program)


EVALUATIONS = """
== a split in the loop that only evaluates
def f(weights, batches, key, measure):
    for batch in batches:
        weights = weights - batch
        _, score_key = random.split(key)  # ! RNG102
        score = measure(weights, score_key)
        print(score)
    return weights
--
def f(weights, batches, key, measure):
    _, score_key = random.split(key)
    for batch in batches:
        weights = weights - batch
        score = measure(weights, score_key)
        print(score)
    return weights
"""


@pytest.mark.parametrize("program", cases(EVALUATIONS))
def test_who_splits_a_key_wants_another_one(program):
    assert found(program) == marks(program)
