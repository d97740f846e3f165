"""Facts of Equinox, each of them executed."""

from __future__ import annotations

from typing import Any

import pytest

eqx = pytest.importorskip("equinox", reason="not run: equinox missing (extra verify-neighbours)")
jax = pytest.importorskip("jax")
jnp = jax.numpy

pytestmark = pytest.mark.slow

KEY, OTHER = jax.random.key(0), jax.random.key(1)
X = jnp.ones(64)
ROWS = jnp.ones((4, 64))
DROP = eqx.nn.Dropout(0.5)
WITHOUT = "requires a key when running in non-deterministic mode"


class Net(eqx.Module):
    linear: eqx.nn.Linear
    drop: eqx.nn.Dropout

    def __init__(self, key: Any) -> None:
        self.linear = eqx.nn.Linear(64, 64, key=key)
        self.drop = eqx.nn.Dropout(0.5)

    def __call__(self, x: Any, key: Any = None) -> Any:
        return self.drop(self.linear(x), key=key)


def same(one: Any, two: Any) -> bool:
    return bool(jnp.array_equal(one, two))


def rows_are_equal(array: Any) -> bool:
    return all(same(array[0], row) for row in array)


def test_eq01():
    """`Dropout` without a key raises, and so does a module that hands on no key."""
    for call in (lambda: DROP(X), lambda: DROP(X, key=None), lambda: Net(KEY)(X)):
        with pytest.raises(RuntimeError, match=WITHOUT):
            call()
    assert not same(DROP(X, key=KEY), X)


def test_eq02():
    """In inference mode, or with the rate 0, `Dropout` needs no key, and returns what it is given."""
    assert same(eqx.nn.Dropout(0.5, inference=True)(X), X)
    assert same(eqx.nn.inference_mode(DROP)(X), X)
    assert same(DROP(X, inference=True), X)
    assert same(eqx.nn.Dropout(0)(X), X)


def test_eq03():
    """`inference_mode` returns another module, and leaves the one that it is given."""
    net = Net(KEY)
    evaluated = eqx.nn.inference_mode(net)
    assert evaluated.drop.inference
    assert not net.drop.inference
    assert not eqx.nn.inference_mode(evaluated, value=False).drop.inference


def test_eq04():
    """Two layers of one shape that are made from one key have the same weights."""
    assert same(eqx.nn.Linear(3, 3, key=KEY).weight, eqx.nn.Linear(3, 3, key=KEY).weight)
    assert not same(eqx.nn.Linear(3, 3, key=KEY).weight, eqx.nn.Linear(3, 3, key=OTHER).weight)


def test_eq05():
    """A layer splits its key: the weight of a `Linear` is drawn from `split(key)[0]`."""
    limit = 1 / jnp.sqrt(3)
    drawn = jax.random.uniform(jax.random.split(KEY)[0], (3, 3), minval=-limit, maxval=limit)
    assert same(eqx.nn.Linear(3, 3, key=KEY).weight, drawn)


def test_eq06():
    """`jax.vmap(model, in_axes=(0, None))` drops the same elements of all examples, and so does a closed-over key."""
    net = Net(KEY)
    assert rows_are_equal(jax.vmap(net, in_axes=(0, None))(ROWS, OTHER))
    assert rows_are_equal(eqx.filter_vmap(net, in_axes=(0, None))(ROWS, OTHER))
    assert rows_are_equal(jax.vmap(lambda x: net(x, OTHER))(ROWS))


def test_eq07():
    """With a key for each lane each example drops elements of its own."""
    keys = jax.random.split(OTHER, 4)
    assert not rows_are_equal(jax.vmap(Net(KEY))(ROWS, keys))
    assert not rows_are_equal(eqx.filter_vmap(Net(KEY))(ROWS, keys))


def test_eq08():
    """Two `Dropout` layers that are given one key drop the same elements."""
    assert same(DROP(X, key=KEY), eqx.nn.Dropout(0.5)(X, key=KEY))
    assert not same(DROP(X, key=KEY), DROP(X, key=OTHER))


def test_eq09():
    """`Sequential` splits its key and gives each layer one of its own; without a key what draws in it raises."""
    net = eqx.nn.Sequential([DROP, eqx.nn.Lambda(jnp.cumsum), DROP])
    one, _, two = jax.random.split(KEY, 3)
    assert same(net(X, key=KEY), DROP(jnp.cumsum(DROP(X, key=one)), key=two))
    with pytest.raises(RuntimeError, match=WITHOUT):
        net(X)


def test_eq10():
    """`MultiheadAttention` needs a key only where `dropout_p` is not 0, which it is by default."""
    eqx.nn.MultiheadAttention(2, 64, key=KEY)(ROWS, ROWS, ROWS)
    dropping = eqx.nn.MultiheadAttention(2, 64, dropout_p=0.5, key=KEY)
    with pytest.raises(RuntimeError, match=WITHOUT):
        dropping(ROWS, ROWS, ROWS)
    dropping(ROWS, ROWS, ROWS, inference=True)
    assert not same(dropping(ROWS, ROWS, ROWS, key=KEY), dropping(ROWS, ROWS, ROWS, key=OTHER))


def test_eq11():
    """`Linear`, `MLP`, `Conv`, `LayerNorm` and `Lambda` take a key when they are called, and ignore it."""
    image = jnp.ones((1, 8, 8))
    for layer, x in (
        (eqx.nn.Linear(64, 3, key=KEY), X),
        (eqx.nn.MLP(64, 3, 8, 1, key=KEY), X),
        (eqx.nn.Conv2d(1, 2, 3, key=KEY), image),
        (eqx.nn.LayerNorm(64), X),
        (eqx.nn.Lambda(jax.nn.relu), X),
    ):
        assert same(layer(x, key=KEY), layer(x, key=OTHER))
        assert same(layer(x), layer(x, key=OTHER))


def test_eq12():
    """`filter_vmap` over a constructor with one key makes equal members, with a key for each lane different ones."""
    make = lambda key: eqx.nn.Linear(3, 3, key=key)  # noqa: E731
    assert rows_are_equal(eqx.filter_vmap(lambda _: make(KEY))(jnp.arange(4)).weight)
    assert rows_are_equal(eqx.filter_vmap(make, in_axes=None, axis_size=4)(KEY).weight)
    assert not rows_are_equal(eqx.filter_vmap(make)(jax.random.split(KEY, 4)).weight)


def test_eq13():
    """`tree_at` returns another module, and leaves the one that it is given."""
    net = Net(KEY)
    changed = eqx.tree_at(lambda net: net.drop.inference, net, True)
    assert changed.drop.inference
    assert not net.drop.inference


def test_eq14():
    """A key that is built in a function under `filter_jit` is the same in each call."""
    step = eqx.filter_jit(lambda net, x: net(x, jax.random.key(3)))
    assert same(step(Net(KEY), X), step(Net(KEY), X))


def test_eq15():
    """A module that is called with one key in a loop, or in `lax.scan`, drops the same elements in each pass."""
    net = Net(KEY)
    assert rows_are_equal(jnp.stack([net(X, OTHER) for _ in range(3)]))
    assert rows_are_equal(jax.lax.scan(lambda carry, x: (carry, net(x, OTHER)), 0, ROWS)[1])


def test_eq16():
    """A module is a frozen dataclass: its methods cannot keep a new key in it."""

    class Keeping(eqx.Module):
        key: Any

        def __call__(self) -> None:
            self.key = jax.random.split(self.key)[0]

    with pytest.raises(AttributeError):
        Keeping(KEY)()


def test_eq17():
    """`filter_grad`, `filter_value_and_grad`, `filter_jit` and `filter_checkpoint` hand the key on as it is."""

    def loss(net: Any, x: Any, key: Any) -> Any:
        return net(x, key).sum()

    net = Net(KEY)
    value, _ = eqx.filter_value_and_grad(loss)(net, X, OTHER)
    assert jnp.allclose(value, loss(net, X, OTHER))
    assert jnp.allclose(value, eqx.filter_jit(loss)(net, X, OTHER), atol=1e-4)
    assert jnp.allclose(value, eqx.filter_checkpoint(loss)(net, X, OTHER), atol=1e-4)
    one, two = (eqx.filter_grad(loss)(net, X, key).linear.bias for key in (OTHER, OTHER))
    assert same(one, two)


def test_eq18():
    """Axes of `filter_vmap` may be given by name; it maps over what is not named."""
    net = Net(KEY)
    run = eqx.filter_vmap(lambda x, key: net(x, key), in_axes={"key": None})
    assert rows_are_equal(run(ROWS, OTHER))


def test_eq19():
    """`make_with_state` returns the module and a state; what it makes from a key is what the class makes."""
    net, _ = eqx.nn.make_with_state(Net)(KEY)
    assert same(net.linear.weight, Net(KEY).linear.weight)


def test_eq20():
    """`filter_eval_shape` draws nothing: it returns the shapes alone."""
    assert isinstance(eqx.filter_eval_shape(Net, KEY).linear.weight, jax.ShapeDtypeStruct)


def test_eq21():
    """`inference_mode` sets the attribute `inference` of modules of one's own too."""

    class Noisy(eqx.Module):
        inference: bool = False

        def __call__(self, x: Any, key: Any = None) -> Any:
            return x if self.inference else x + jax.random.normal(key, x.shape)

    assert same(eqx.nn.inference_mode(Noisy())(X), X)


def test_eq22():
    """A module without `__init__` takes its fields as arguments; one whose base has `__init__` takes those of that."""

    class Fields(eqx.Module):
        drop: eqx.nn.Dropout
        scale: float = 2.0

    class Derived(Net):
        pass

    assert Fields(DROP).scale == 2.0
    assert same(Derived(KEY).linear.weight, Net(KEY).linear.weight)
