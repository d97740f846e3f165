"""Facts of Optax, Distrax, BlackJAX, Flashbax and Diffrax, each of them executed."""

from __future__ import annotations

from typing import Any

import pytest

jax = pytest.importorskip("jax")
jnp = jax.numpy

pytestmark = pytest.mark.slow

KEY, OTHER = jax.random.key(0), jax.random.key(1)


def library(name: str) -> Any:
    """Import a library, or skip the test."""
    return pytest.importorskip(name, reason=f"not run: {name} missing (extra verify-neighbours)")


def same(one: Any, two: Any) -> bool:
    equal = jax.tree.map(lambda a, b: bool(jnp.array_equal(a, b)), one, two)
    return all(jax.tree.leaves(equal))


def noisy(key: Any) -> Any:
    return library("optax").add_noise(1.0, 0.5, key)


def buffer() -> tuple[Any, Any]:
    """Return a buffer of Flashbax that holds 32 numbers, and its state."""
    made = library("flashbax").make_item_buffer(max_length=32, min_length=2, sample_batch_size=8, add_batches=True)
    state = made.init({"x": jnp.float32(0)})
    return made, made.add(state, {"x": jnp.arange(32.0)})


def test_op01():
    """`add_noise` keeps its key in its state and renews it: each step adds other noise."""
    rule = noisy(KEY)
    zeros = jnp.zeros(8)
    one, state = rule.update(zeros, rule.init(zeros))
    two, _ = rule.update(zeros, state)
    assert not same(one, two)


def test_op02():
    """Two optimisers with one key add the same noise, and so must the replicas of one state, or they part."""
    zeros = jnp.zeros(8)
    states = [noisy(KEY).init(zeros) for _ in range(2)]
    assert same(*[noisy(KEY).update(zeros, state)[0] for state in states])
    replicated = jax.tree.map(lambda leaf: jnp.stack([leaf, leaf]), states[0])
    noise = jax.vmap(lambda state: noisy(KEY).update(zeros, state)[0])(replicated)
    assert same(noise[0], noise[1])
    own = [noisy(key).init(zeros) for key in (KEY, OTHER)]
    assert not same(*[noisy(KEY).update(zeros, state)[0] for state in own])


def test_op03():
    """`tree.random_like` splits its key: equal leaves of one tree get other numbers."""
    drawn = library("optax").tree.random_like(KEY, {"a": jnp.zeros(3), "b": jnp.zeros(3)})
    assert not same(drawn["a"], drawn["b"])


def test_dx01():
    """`sample` and `sample_and_log_prob` with one `seed` draw the same."""
    normal = library("distrax").Normal(0.0, 1.0)
    assert same(normal.sample(seed=KEY), normal.sample_and_log_prob(seed=KEY)[0])
    assert not same(normal.sample(seed=KEY), normal.sample(seed=OTHER))


def test_dx02():
    """Under `jax.vmap` with one `seed` all distributions draw from the same numbers."""
    normal = library("distrax").Normal
    drawn = jax.vmap(lambda mean: normal(mean, 1.0).sample(seed=KEY))(jnp.zeros(4))
    assert same(drawn[0], drawn[1])


def test_dx03():
    """A `seed` may be a number: it makes the key of that number."""
    normal = library("distrax").Normal(0.0, 1.0)
    assert same(normal.sample(seed=3), normal.sample(seed=jax.random.PRNGKey(3)))


def test_dx04():
    """`mode`, `mean` and `log_prob` need no key, and `Deterministic` ignores the one that it is given."""
    distrax = library("distrax")
    assert distrax.Categorical(jnp.array([0.0, 3.0])).mode() == 1
    fixed = distrax.Deterministic(2.0)
    assert same(fixed.sample(seed=KEY), fixed.sample(seed=OTHER))


def test_bj01():
    """`step` with one key and one state makes the same step, with another key another one."""
    blackjax = library("blackjax")
    walk = blackjax.additive_step_random_walk(lambda x: -(x**2).sum(), blackjax.mcmc.random_walk.normal(jnp.ones(2)))
    state = walk.init(jnp.zeros(2))
    assert same(walk.step(KEY, state)[1].proposal.position, walk.step(KEY, state)[1].proposal.position)
    assert not same(walk.step(KEY, state)[1].proposal.position, walk.step(OTHER, state)[1].proposal.position)


def test_bj02():
    """The kernel that `build_kernel` makes is called with the key first."""
    blackjax = library("blackjax")
    kernel = blackjax.hmc.build_kernel()
    density = lambda x: -(x**2).sum()  # noqa: E731
    state = blackjax.hmc.init(jnp.zeros(2), density)
    given = (state, density, 0.1, jnp.ones(2), 3)
    assert same(kernel(KEY, *given)[0].position, kernel(KEY, *given)[0].position)


def test_fb01():
    """`sample` of a buffer with one key gives the same batch, with another key another one."""
    made, state = buffer()
    assert same(made.sample(state, KEY), made.sample(state, KEY))
    assert not same(made.sample(state, KEY), made.sample(state, OTHER))


def test_fb02():
    """`sample` of a `trajectory_queue` takes no key: it takes out what was put in first."""
    queue = library("flashbax").make_trajectory_queue(
        max_length_time_axis=8, add_batch_size=1, add_sequence_length=2, sample_sequence_length=2
    )
    state = queue.add(queue.init(jnp.float32(0)), jnp.arange(2.0)[None])
    _, taken = queue.sample(state)
    assert same(taken.experience, jnp.arange(2.0)[None])


def test_df01():
    """Two Brownian motions that are made from one key are the same, and from another key another one."""
    diffrax = library("diffrax")
    for make in (
        lambda key: diffrax.VirtualBrownianTree(0.0, 1.0, 1e-2, (2,), key),
        lambda key: diffrax.UnsafeBrownianPath((2,), key),
    ):
        increment = make(KEY).evaluate(0.0, 1.0)
        assert same(increment, make(KEY).evaluate(0.0, 1.0))
        assert not same(increment, make(OTHER).evaluate(0.0, 1.0))
