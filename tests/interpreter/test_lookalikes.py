"""Right programs that look like wrong ones, as published code writes them, each beside its wrong twin."""

from __future__ import annotations

import pytest

from flake8_flax_rng.lint import lint
from tests.programs import HEAD, cases, found, marks

CASES = cases(
    r"""
== keys that are split in each lane, and flattened
def f(keys, n, step):
    split = jax.vmap(lambda k: random.split(k, n))(keys)
    return jax.vmap(lambda k: random.fold_in(k, step))(split)  # ! RNG111
--
def f(keys, n, step):
    split = jax.vmap(lambda k: random.split(k, n))(keys)
    flat = jnp.reshape(split, (-1, *keys.shape[1:]))
    return jax.vmap(lambda k: random.fold_in(k, step))(flat)
--
def f(keys, n, step):
    split = jax.vmap(lambda k: random.split(k, n))(keys).reshape(-1)
    return jax.vmap(lambda k: random.fold_in(k, step))(split)
== a deque that is filled from the left
from collections import deque
def f(key):
    one, two = random.split(key)
    pool = deque([one])
    pool.appendleft(two)
    return random.normal(pool[0]) + random.normal(two)  # ! RNG101
--
from collections import deque
def f(key):
    one, two = random.split(key)
    pool = deque([one])
    pool.appendleft(two)
    return random.normal(pool[1]) + random.normal(two)
== a list that is turned round
def f(key):
    keys = list(random.split(key, 3))
    x = random.normal(keys[0])
    keys.reverse()
    return x + random.normal(keys[2])  # ! RNG101
--
def f(key):
    keys = list(random.split(key, 3))
    x = random.normal(keys[0])
    keys.reverse()
    return x + random.normal(keys[0])
== an index that JAX refuses is the same in each pass
def f(key):
    keys = random.split(key, 3)
    return [random.normal(keys[1]) for scale in (0.5, 2.0)]  # ! RNG102
--
def f(key):
    keys = random.split(key, 3)
    return [random.normal(keys[scale]) for _ in range(3) for scale in (0.5, 2.0)]
== each element is taken from one of two draws
def f(key, low, high):
    inside = random.uniform(key, low.shape)
    outside = random.exponential(key, low.shape)  # ! RNG101
    return jnp.where(low < high, 2 * inside, 0.0) + outside
--
def f(key, low, high):
    return jnp.where(random.uniform(key) < 0.5, random.normal(key), high)  # ! RNG101
--
def f(key, low, high):
    inside = random.uniform(key, low.shape)
    outside = random.exponential(key, low.shape)
    return jnp.where(low < high, 2 * inside, low - outside)
--
def f(key, low, high):
    drawn = random.uniform(key, low.shape)
    if jnp.isinf(high).any():
        drawn = jnp.where(jnp.isinf(high), low + random.exponential(key, low.shape), drawn)
    both = jnp.isinf(low) & jnp.isinf(high)
    return lax.select(both, random.normal(key, low.shape), drawn)
--
def inside(key):
    a, b = random.split(key)
    return random.uniform(a) + random.uniform(b)
def outside(key):
    a, b = random.split(key)
    return random.uniform(a) * random.uniform(b)
def f(key, low):
    return jnp.where(low < 0, inside(key), outside(key))
--
def f(key, low):
    twice = random.normal(key) + random.normal(key)  # ! RNG101
    return jnp.where(low < 0, twice, 2 * twice)
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
def f(arrays):
    for x in arrays:
        x + random.normal(random.key(0), x.shape)  # ! RNG104
--
def f(sizes):
    for n in sizes:
        random.normal(random.key(0), (n, n))
--
def f(sizes):
    for i, n in enumerate(sizes):
        random.normal(random.key(0), (2 * n, n))
== a function that older versions lack
def f(key):
    again = random.clone(key) if hasattr(random, "cloned") else key
    return random.normal(key) + random.normal(again)  # ! RNG101
--
def f(key):
    again = random.clone(key) if hasattr(random, "clone") else key
    return random.normal(key) + random.normal(again)
== functions that are returned, with a helper beside them
def make(scale):
    def noise(key):
        return scale * random.normal(key)
    def update(x, key):
        return x + noise(key) + random.uniform(key)  # ! RNG101
    return update
--
def make(scale):
    def noise(key):
        return scale * random.normal(key)
    def loss(x, key):
        a, b = random.split(key)
        return x + noise(a) + noise(b)
    def init(x, key):
        again = lax.scan(lambda c, _: (noise(key), None), x, None, length=3)  # ! RNG102
        return again
    return init, loss
--
def make(scale):
    def noise(key):
        key, sub = random.split(key)
        return key, scale * random.normal(sub)
    def update(x, key):
        key, drawn = noise(key)
        return x + drawn + random.uniform(key)
    return update
--
def make(key):
    def fresh():
        nonlocal key
        key, sub = random.split(key)
        return sub
    def update(x):
        return x + random.normal(fresh()) + random.normal(fresh())
    return update
--
def make(key, held, found):
    def fresh():
        held["key"], sub = random.split(held["key"])
        return sub
    def other():
        found.key, sub = random.split(found.key)
        return sub
    def update(x):
        return x + random.normal(fresh()) + random.normal(fresh()) + random.normal(other()) + random.normal(other())
    return update
--
class Source:
    def __init__(self, key):
        self.key = key
    def make(self):
        def fresh():
            self.key, sub = random.split(self.key)
            return sub
        def update(x):
            return x + random.normal(fresh()) + random.normal(fresh())
        return update
--
def make(scale, quiet):
    def noise(key):
        return scale * random.normal(key)
    if quiet:
        def noise(key):
            return 0.0
    def update(x, key):
        return x + noise(key) + random.normal(key)
    return update
--
def make(keys):
    def fresh():
        return next(keys)
    def update(x):
        return x + random.normal(fresh()) + random.normal(fresh())
    return update
--
def make(n):
    count = 0
    def fresh(key):
        nonlocal count
        count += 1
        return random.fold_in(key, count)
    def update(x, key):
        return x + random.normal(fresh(key)) + random.normal(fresh(key))
    return update
"""
)


@pytest.mark.parametrize("program", CASES)
def test_a_program_and_its_look_alike(program):
    assert found(program) == marks(program)


def test_one_key_for_two_parameters_is_traced_to_the_call():
    program = HEAD + "def f(a, b):\n    return random.normal(a) + random.normal(b)\n\n\nf(key, key)\n"
    (finding,) = lint(program)
    assert finding.message.startswith("`b` was already consumed")
    assert "it is `a` there" in finding.message
    assert f"the call on line {program.splitlines().index('f(key, key)') + 1} " in finding.message


def test_a_captured_key_is_not_called_by_the_name_of_its_children():
    program = (
        HEAD + "def f(key, n):\n"
        "    def one(sub):\n        return random.normal(sub) + random.normal(key)\n\n"
        "    subs = random.split(key, n)\n    return lax.map(one, subs)\n"
    )
    messages = [finding.message for finding in lint(program)]
    assert messages
    assert not any(message.startswith("`subs`") for message in messages)
