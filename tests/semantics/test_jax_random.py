"""What the table says of the samplers of JAX is what JAX does."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from jax.extend.random import define_prng_impl, threefry_prng_impl

from flake8_flax_rng.semantics.jax_random import SAMPLERS

ONE = jnp.float32(1)
GIVEN = {
    "ball": (3,),
    "beta": (1.0, 2.0),
    "binomial": (5, 0.5),
    "categorical": (jnp.ones(3),),
    "chisquare": (2.0,),
    "choice": (5, (3,)),
    "dirichlet": (jnp.ones(3),),
    "double_sided_maxwell": (0.0, 1.0),
    "f": (2.0, 3.0),
    "gamma": (2.0,),
    "generalized_normal": (2.0,),
    "geometric": (0.5,),
    "loggamma": (2.0,),
    "multinomial": (5, jnp.ones(3) / 3),
    "multivariate_normal": (jnp.zeros(2), jnp.eye(2)),
    "orthogonal": (3,),
    "pareto": (2.0,),
    "permutation": (jnp.arange(5),),
    "randint": ((3,), 0, 9),
    "rayleigh": (ONE,),
    "t": (2.0,),
    "triangular": (0.0, 0.5, 1.0),
    "truncated_normal": (-1.0, 1.0),
    "wald": (ONE,),
    "weibull_min": (1.0, 1.0),
}
ELSEWHERE = {"poisson", "shuffle"}
"""Those that refuse a generator of one's own, or are gone."""


def drawn_from(sampler, *args, **options):
    """Return the keys that a sampler takes its bits of, and its own key."""
    seen = []
    base = threefry_prng_impl

    def bits(key, width, shape):
        jax.debug.callback(lambda words: seen.append(tuple(np.asarray(words).tolist())), key)
        return base.random_bits(key, width, shape)

    watched = define_prng_impl(
        key_shape=(2,), seed=base.seed, split=base.split, random_bits=bits, fold_in=base.fold_in, name="watched"
    )
    key = jax.random.key(0, impl=watched)
    with jax.disable_jit():
        sampler(key, *args, **options)
    jax.effects_barrier()
    assert seen
    return set(seen), tuple(np.asarray(jax.random.key_data(key)).tolist())


@pytest.mark.parametrize("path", sorted(SAMPLERS))
def test_a_sampler_splits_its_key_or_draws_from_it(path):
    name = path.rpartition(".")[2]
    if name in ELSEWHERE:
        pytest.skip("it cannot be watched")
    seen, own = drawn_from(getattr(jax.random, name), *GIVEN.get(name, ()))
    assert (own not in seen) is SAMPLERS[path].splits


def test_a_choice_with_probabilities_draws_from_its_key():
    seen, own = drawn_from(jax.random.choice, 5, (3,), p=jnp.ones(5) / 5)
    assert own in seen
