"""NumPyro: handlers around a model, and the sites that draw from the key of the nearest one."""

from __future__ import annotations

import pytest

from tests.programs import HEAD, cases, found, marks

NUMPYRO = (
    HEAD
    + """\
import numpyro
import numpyro.distributions as dist
from numpyro import handlers


def model(loc=0.0):
    return numpyro.sample("x", dist.Normal(loc, 1.0))

"""
)

PROGRAMS = """
== a run that goes on from a state reads no key
def fit(key, guide, optimiser, y):
    svi = numpyro.infer.SVI(model, guide, optimiser, numpyro.infer.Trace_ELBO())
    state = svi.init(key, y)
    return svi.run(key, 10, y, init_state=state)
--
def fit(key, guide, optimiser, y):
    svi = numpyro.infer.SVI(model, guide, optimiser, numpyro.infer.Trace_ELBO())
    state = svi.init(key, y)
    return state, svi.run(key, 10, y)  # ! RNG101

== what is given to a model that is not known
def trace(model, key):
    a, b = random.split(key)
    return handlers.trace(handlers.seed(model, key)).get_trace(random.normal(a), random.normal(b))  # ! RNG101
--
def trace(model, key, values):
    a, b = random.split(key)
    return handlers.trace(handlers.substitute(handlers.seed(model, key), values)).get_trace()
--
def trace(model, key):
    a, b = random.split(key)
    return handlers.trace(handlers.seed(model, a)).get_trace(), random.normal(b)

== a trace for its structure
def infer(key):
    sites = handlers.trace(handlers.seed(model, key)).get_trace()
    return sites, random.normal(key)
--
def infer(key):
    value = handlers.seed(model, key)()
    return value, random.normal(key)  # ! RNG101

== a key that a handler gives
def noise():
    return random.normal(numpyro.prng_key()) + random.normal(numpyro.prng_key())
handlers.seed(noise, key)()
handlers.seed(noise, key)()  # ! RNG101
--
def noise():
    return random.normal(numpyro.prng_key())  # ! RNG111
noise()
--
def noise():
    return random.normal(numpyro.prng_key())
k1, k2 = random.split(key)
handlers.seed(noise, k1)()
handlers.seed(noise, k2)()
--
def noise():
    return random.normal(numpyro.prng_key())
with unknown():
    noise()

== the steps of a scan of NumPyro
from numpyro.contrib.control_flow import scan
def steps(k):
    return scan(lambda carry, _: (carry, model() + random.normal(k)), 0.0, None, length=3)  # ! RNG102
handlers.seed(steps, key)(random.key(1))
--
from numpyro.contrib.control_flow import scan
def steps():
    return scan(lambda carry, _: (carry, model()), 0.0, None, length=3)
handlers.seed(steps, key)()
--
from numpyro.contrib.control_flow import scan
def steps():
    return scan(lambda carry, _: (carry, model()), 0.0, None, length=3)  # ! RNG404
steps()

== two blocks
with handlers.seed(rng_seed=key):
    a = model(0.0)
with handlers.seed(rng_seed=key):
    b = model(1.0)  # ! RNG101
--
with handlers.seed(rng_seed=key):
    a = model(0.0)
    b = model(1.0)

== the nearest handler
seeded = handlers.seed(model, key)
k1, k2 = random.split(random.key(1))
a = handlers.seed(seeded, k1)()
b = handlers.seed(seeded, k2)()  # ! RNG101
--
k1, k2 = random.split(key)
a = handlers.seed(handlers.block(model), k1)()
b = handlers.seed(handlers.block(model), k1)()

== a decorator
seeded = handlers.seed(rng_seed=key)(model)
a = seeded(0.0) + seeded(1.0)  # ! RNG101
--
k1, k2 = random.split(key)
a = handlers.seed(rng_seed=k1)(model)(0.0) + handlers.seed(rng_seed=k2)(model)(1.0)

== sites that draw nothing
def fixed():
    numpyro.sample("d", dist.Delta(1.0))
    return numpyro.sample("y", dist.Normal(0.0, 1.0), obs=1.0)

with handlers.seed(rng_seed=key):
    a = fixed()
b = random.normal(key)
--
def fixed():
    numpyro.sample("d", dist.Delta(1.0))
    return numpyro.sample("y", dist.Normal(0.0, 1.0))

with handlers.seed(rng_seed=key):
    a = fixed()
b = random.normal(key)  # ! RNG101

== a site that may be observed
def likelihood(y=None):
    return numpyro.sample("y", dist.Normal(0.0, 1.0), obs=y)

a = likelihood(jnp.ones(3))
--
def likelihood(y=None):
    return numpyro.sample("y", dist.Normal(0.0, 1.0), obs=y)

a = likelihood()  # ! RNG404

== who runs a model
def run(x):
    return model(x)
--
def run(x):
    return model(x)  # ! RNG404

run(1.0)
--
with somewhere():
    model()
--
with numpyro.plate("rows", 3):
    model()  # ! RNG404
"""


@pytest.mark.parametrize("program", cases(PROGRAMS, NUMPYRO))
def test_numpyro(program: str) -> None:
    assert found(program) == marks(program)
