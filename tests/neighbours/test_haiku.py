"""Facts of Haiku, each of them executed."""

from __future__ import annotations

from typing import Any

import pytest

hk = pytest.importorskip("haiku", reason="not run: dm-haiku missing (extra verify-neighbours)")
jax = pytest.importorskip("jax")
jnp = jax.numpy

pytestmark = pytest.mark.slow

KEY, OTHER = jax.random.key(0), jax.random.key(1)
X = jnp.ones(64)
ROWS = jnp.ones((4, 64))


def noisy(x: Any) -> Any:
    return hk.dropout(hk.next_rng_key(), 0.5, x)


def noisy_too(x: Any) -> Any:
    return noisy(x)


def dense(x: Any) -> Any:
    return hk.Linear(3)(x)


def same(one: Any, two: Any) -> bool:
    return bool(jnp.array_equal(one, two))


def rows_are_equal(array: Any) -> bool:
    return all(same(array[0], row) for row in array)


def run(function: Any, x: Any = X) -> Any:
    """Apply a function without parameters."""
    return hk.transform(function).apply({}, KEY, x)


def test_hk01():
    """`apply` with one key twice draws the same numbers, of which another key draws others."""
    net = hk.transform(noisy)
    assert same(net.apply({}, KEY, X), net.apply({}, KEY, X))
    assert not same(net.apply({}, KEY, X), net.apply({}, OTHER, X))


def test_hk02():
    """The key of `init` gives `apply` exactly the same keys: unlike Flax, Haiku folds nothing in."""
    keys = []
    net = hk.transform(lambda: keys.append(hk.next_rng_key()))
    net.apply(net.init(KEY), KEY)
    assert keys[0] == keys[1]


def test_hk03():
    """A key that a function does not draw from at `apply` makes no difference."""
    net = hk.transform(dense)
    params = net.init(KEY, X)
    assert same(net.apply(params, KEY, X), net.apply(params, OTHER, X))


def test_hk04():
    """`next_rng_key` gives another key in each call of one run, and the next run begins anew."""
    net = hk.transform(lambda: (hk.next_rng_key(), hk.next_rng_key()))
    one, two = net.apply({}, KEY)
    assert one != two
    assert net.apply({}, KEY)[0] == one


def test_hk05():
    """What draws raises at `apply(params, None, x)`, and what does not draw runs."""
    with pytest.raises(ValueError, match="non-None PRNGKey"):
        hk.transform(noisy).apply({}, None, X)
    net = hk.transform(dense)
    net.apply(net.init(KEY, X), None, X)


def test_hk06():
    """`apply(params, x)` without a key raises, whether or not the function draws."""
    for function in (noisy, dense):
        net = hk.transform(function)
        with pytest.raises(ValueError, match="must be called with an RNG"):
            net.apply(net.init(KEY, X), X)


def test_hk07():
    """`init(None, x)` raises where parameters are drawn, and runs where none are."""
    with pytest.raises(ValueError, match="non-None PRNGKey"):
        hk.transform(dense).init(None, X)
    assert hk.transform(lambda x: 2 * x).init(None, X) == {}


def test_hk08():
    """After `without_apply_rng` what draws raises at `apply(params, x)`, and what does not draw runs."""
    with pytest.raises(ValueError, match="non-None PRNGKey"):
        hk.without_apply_rng(hk.transform(noisy)).apply({}, X)
    net = hk.without_apply_rng(hk.transform(dense))
    net.apply(net.init(KEY, X), X)


def test_hk09():
    """`next_rng_key`, `next_rng_keys` and `maybe_next_rng_key` raise outside of a transform."""
    for function, arguments in ((hk.next_rng_key, ()), (hk.next_rng_keys, (2,)), (hk.maybe_next_rng_key, ())):
        with pytest.raises(ValueError, match=r"must be used as part of an `hk\.transform`"):
            function(*arguments)


def test_hk10():
    """`maybe_next_rng_key` without a key gives None, and raises nothing."""
    assert hk.transform(hk.maybe_next_rng_key).apply({}, None) is None


def test_hk11():
    """`jax.vmap` in a transformed function gives all lanes the same key of `next_rng_key`."""
    assert rows_are_equal(run(jax.vmap(noisy), ROWS))


def test_hk12():
    """`jax.lax.scan`, `fori_loop` and `lax.map` in a transformed function draw the same in each step."""
    keys = jax.random.split(OTHER, 3)

    def loop(_: Any) -> Any:
        return jax.lax.fori_loop(0, 3, lambda i, found: found.at[i].set(hk.next_rng_key()), keys)

    assert rows_are_equal(run(lambda rows: jax.lax.scan(lambda c, x: (c, noisy(x)), 0, rows)[1], ROWS))
    assert rows_are_equal(run(lambda rows: jax.lax.map(noisy, rows), ROWS))
    assert rows_are_equal(run(loop))


def test_hk13():
    """What is drawn after a `scan`, `cond`, `jit` or `checkpoint` of JAX that draws raises at once: its key is lost."""
    ways = [
        lambda x: jax.lax.scan(lambda carry, _: (carry, noisy(x)), 0, None, 3)[1],
        lambda x: jax.lax.cond(x[0] > 0, noisy_too, lambda y: y, x),
        lambda x: jax.jit(lambda y: noisy(y))(x),
        lambda x: jax.checkpoint(lambda y: noisy(y))(x),
    ]
    for way in ways:
        with pytest.raises(jax.errors.UnexpectedTracerError):
            run(lambda x, way=way: (way(x), noisy(x)))


def test_hk14():
    """`hk.scan` and `hk.fori_loop` draw anew in each step."""
    assert not rows_are_equal(run(lambda rows: hk.scan(lambda c, x: (c, noisy(x)), 0, rows)[1], ROWS))
    keys = jax.random.split(OTHER, 3)
    step = lambda i, found: found.at[i].set(hk.next_rng_key())  # noqa: E731
    assert not rows_are_equal(run(lambda _: hk.fori_loop(0, 3, step, keys)))


def test_hk15():
    """`hk.vmap` with `split_rng=True` draws anew in each lane, with `split_rng=False` the same in all."""
    assert not rows_are_equal(run(lambda rows: hk.vmap(noisy, split_rng=True)(rows), ROWS))
    assert rows_are_equal(run(lambda rows: hk.vmap(noisy, split_rng=False)(rows), ROWS))


def test_hk16():
    """`hk.vmap` refuses `split_rng=True` where parameters are made, so `split_rng=not hk.running_init()` is right."""
    with pytest.raises(ValueError, match="split_rng to True during initialization"):
        hk.transform(lambda rows: hk.vmap(dense, split_rng=True)(rows)).init(KEY, ROWS)

    def both(x: Any) -> Any:
        return noisy(dense(x))

    net = hk.transform(lambda rows: hk.vmap(both, split_rng=not hk.running_init())(rows))
    assert not rows_are_equal(net.apply(net.init(KEY, ROWS), KEY, ROWS))


def test_hk17():
    """A `PRNGSequence` of one seed, or of one key, built twice gives the same keys."""
    assert same(next(hk.PRNGSequence(42)), next(hk.PRNGSequence(42)))
    assert next(hk.PRNGSequence(KEY)) == next(hk.PRNGSequence(KEY))
    keys = hk.PRNGSequence(KEY)
    assert next(keys) != next(keys)


def test_hk18():
    """`jax.grad` in a transformed function draws as usual, and so do `hk.grad`, `hk.remat` and `hk.cond`."""
    ways = [
        lambda x: jax.grad(lambda y: noisy(y).sum())(x),
        lambda x: hk.grad(lambda y: noisy(y).sum())(x),
        lambda x: hk.remat(noisy)(x),
        lambda x: hk.cond(x[0] > 0, noisy, lambda y: y, x),
    ]
    for way in ways:
        one, two = run(lambda x, way=way: (way(x), noisy(x)))
        assert not same(one, two)


def test_hk19():
    """A key that `jax.vmap` hands to `apply` for each lane gives each lane its own numbers."""
    apply = jax.vmap(hk.transform(noisy).apply, in_axes=(None, 0, 0))
    assert not rows_are_equal(apply({}, jax.random.split(KEY, 4), ROWS))


def test_hk20():
    """With one key for all lanes, `jax.vmap` over `apply` draws the same in all."""
    assert rows_are_equal(jax.vmap(hk.transform(noisy).apply, in_axes=(None, None, 0))({}, KEY, ROWS))


def test_hk21():
    """`with_rng` lets a function draw from the key that it is given, also where `apply` was given None."""

    def given(x: Any, key: Any) -> Any:
        with hk.with_rng(key):
            return noisy(x)

    hk.transform(given).apply({}, None, X, KEY)


def test_hk22():
    """`init` of a function that makes no parameters and asks for no key uses up nothing, so another key is as good."""
    net = hk.transform(lambda x: jnp.log(x))
    assert net.init(KEY, X) == net.init(OTHER, X) == net.init(None, X) == {}


def test_hk23():
    """`Sequential` calls its layers one after the other, and the first one with all that it is given."""
    net = hk.transform(lambda x, y: hk.Sequential([lambda a, b: a + b, noisy])(x, y))
    assert not same(net.apply({}, KEY, X, X), net.apply({}, OTHER, X, X))
    with pytest.raises(ValueError):
        net.apply({}, None, X, X)


def test_hk24():
    """A `dropout` whose rate is zero returns its input, whatever its key."""
    for rate, equal in ((0.0, True), (0, True), (0.5, False)):
        net = hk.transform(lambda x, rate=rate: hk.dropout(hk.next_rng_key(), rate, x))
        assert same(net.apply({}, KEY, X), net.apply({}, OTHER, X)) is equal
        assert same(net.apply({}, KEY, X), X) is equal
