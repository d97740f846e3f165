"""Facts of NumPyro, each of them executed."""

from __future__ import annotations

from typing import Any

import pytest

numpyro = pytest.importorskip("numpyro", reason="not run: numpyro missing (extra verify-neighbours)")
jax = pytest.importorskip("jax")
jnp = jax.numpy

from numpyro import distributions as dist  # noqa: E402
from numpyro import handlers, infer  # noqa: E402
from numpyro.contrib.control_flow import scan  # noqa: E402

pytestmark = pytest.mark.slow

KEY, OTHER = jax.random.key(0), jax.random.key(1)


def model() -> Any:
    return numpyro.sample("x", dist.Normal(0.0, 1.0))


def observed(y: Any = 0.5) -> Any:
    x = numpyro.sample("x", dist.Normal(0.0, 1.0))
    return numpyro.sample("y", dist.Normal(x, 1.0), obs=y)


def entered(handler: Any) -> Any:
    with handler:
        return model()


def test_np01():
    """Two calls of what `seed(model, key)` made draw the same: each call begins with the key anew."""
    seeded = handlers.seed(model, KEY)
    assert seeded() == seeded()
    assert seeded() != handlers.seed(model, OTHER)()


def test_np02():
    """Two `seed` handlers with one key draw the same, and so do two with one constant."""
    assert handlers.seed(model, KEY)() == handlers.seed(model, KEY)()
    assert entered(handlers.seed(rng_seed=KEY)) == entered(handlers.seed(rng_seed=KEY))
    assert entered(handlers.seed(rng_seed=3)) == handlers.seed(model, 3)()


def test_np03():
    """`with seed(rng_seed=0)` in a loop draws the same in each pass."""
    found = []
    for _ in range(3):
        with handlers.seed(rng_seed=0):
            found.append(model())
    assert found[0] == found[1] == found[2]


def test_np04():
    """One handler that is entered twice by `with` goes on: the second time it draws other numbers."""
    handler = handlers.seed(rng_seed=KEY)
    assert entered(handler) != entered(handler)


def test_np05():
    """What `seed(model, key)` made draws the same in all lanes of `jax.vmap`."""
    seeded = handlers.seed(model, KEY)
    one, two = jax.vmap(lambda number: 0 * number + seeded())(jnp.arange(2))
    assert one == two


def test_np06():
    """`seed` splits its key: the first site is drawn from `split(key)[1]`."""
    assert handlers.seed(model, KEY)() == jax.random.normal(jax.random.split(KEY)[1])


def test_np07():
    """`sample` raises outside of any `seed` handler."""
    with pytest.raises(AssertionError):
        model()


def test_np08():
    """`sample` with `obs`, `rng_key` or of a `Delta` needs no handler, nor a site of `substitute` or `condition`."""
    numpyro.sample("x", dist.Normal(0.0, 1.0), obs=1.0)
    numpyro.sample("x", dist.Normal(0.0, 1.0), rng_key=KEY)
    numpyro.sample("x", dist.Delta(1.0))
    handlers.substitute(model, data={"x": 1.0})()
    handlers.condition(model, data={"x": 1.0})()


def test_np09():
    """`deterministic`, `factor`, `param` and `plate` need no handler."""
    numpyro.deterministic("d", 1.0)
    numpyro.factor("f", 1.0)
    numpyro.param("p", 1.0)
    with numpyro.plate("rows", 3):
        pass


def test_np10():
    """Under a handler `seed` that is nearer to the model, the outer one is not asked."""
    inner = handlers.seed(model, KEY)
    assert handlers.seed(inner, OTHER)() == inner()


def test_np11():
    """`Predictive` called twice with one key draws the same."""
    predict = infer.Predictive(observed, num_samples=2)
    assert jnp.array_equal(predict(KEY, None)["y"], predict(KEY, None)["y"])
    assert not jnp.array_equal(predict(KEY, None)["y"], predict(OTHER, None)["y"])


def test_np12():
    """`jax.vmap` or `jax.lax.scan` in a model draws the same for one site in all lanes and steps."""

    def lanes() -> Any:
        return jax.vmap(lambda number: 0 * number + model())(jnp.arange(2))

    def steps() -> Any:
        return jax.lax.scan(lambda carry, number: (carry, model()), 0, jnp.arange(2))[1]

    for way in (lanes, steps):
        one, two = handlers.seed(way, KEY)()
        assert one == two


def test_np13():
    """`SVI.init` with one key twice gives the same state."""
    svi = infer.SVI(observed, infer.autoguide.AutoNormal(observed), numpyro.optim.Adam(0.1), infer.Trace_ELBO())
    one, two = (jax.tree.leaves(svi.get_params(svi.init(KEY))) for _ in range(2))
    assert one == two


def test_np14():
    """`MCMC.run` with one key twice gives the same samples."""
    found = []
    for _ in range(2):
        mcmc = infer.MCMC(infer.NUTS(observed), num_warmup=2, num_samples=2, progress_bar=False)
        mcmc.run(KEY)
        found.append(mcmc.get_samples()["x"])
    assert jnp.array_equal(*found)


def test_np15():
    """`trace`, `block` and `seed` without a key let `sample` raise as before."""
    for handler in (handlers.trace(model), handlers.block(model), handlers.seed(model)):
        with pytest.raises(AssertionError):
            handler()


def test_np16():
    """`prng_key` gives another key at each place in one run, and two runs from one key the same ones."""

    def two() -> Any:
        return jax.random.key_data(numpyro.prng_key()).tolist(), jax.random.key_data(numpyro.prng_key()).tolist()

    one, other = handlers.seed(two, KEY)()
    assert one != other
    assert (one, other) == handlers.seed(two, KEY)()


def test_np17():
    """`prng_key` gives None where no handler gives it a key."""
    with pytest.warns(UserWarning, match="outside of `seed` handler"):
        assert numpyro.prng_key() is None


def test_np18():
    """`contrib.control_flow.scan` draws anew at a site in each step, and the same from a key of the outside."""

    def steps(draw: Any) -> Any:
        return handlers.seed(lambda: scan(lambda carry, _: (carry, draw()), 0.0, None, length=3)[1], KEY)().tolist()

    assert len({*steps(model)}) == len([1, 2, 3])
    assert len({*steps(lambda: jax.random.normal(OTHER))}) == 1


def test_np19():
    """`SVI.run` with `init_state` goes on from there, whatever its key is."""
    svi = infer.SVI(observed, infer.autoguide.AutoNormal(observed), numpyro.optim.Adam(0.1), infer.Trace_ELBO())
    state = svi.init(KEY)
    found = [svi.run(key, 2, progress_bar=False, init_state=state).losses.tolist() for key in (KEY, OTHER)]
    assert found[0] == found[1]
