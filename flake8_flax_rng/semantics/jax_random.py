"""What ``jax.random`` does to keys. A new sampler is one line.

Facts: the table in JAX's ``experimental/key_reuse`` and runs on jax 0.10.2.
"""

from __future__ import annotations

from flake8_flax_rng.records import record


@record()
class Sampler:
    """A callable that consumes a key.

    Args:
        key: position of the key.
        name: keyword of the key.
        subject: position of the array that is permuted or chosen from, if the sampler has one; the
            same key with another array applies the same permutation on purpose.
        subject_name: keyword of that array.
        options: names and defaults of the parameters behind that array.
        splits: whether it splits its key, so that it takes no number of the key itself.
        children: those that it is known to consume then (run on jax 0.10.2).
    """

    key: int = 0
    name: str = "key"
    subject: int | None = None
    subject_name: str | None = None
    options: tuple[tuple[str, int | bool | tuple[()] | None], ...] = ()
    splits: bool = False
    children: tuple[int, ...] = ()


_PLAIN = Sampler()

SAMPLERS: dict[str, Sampler] = {
    **{
        f"jax.random.{name}": _PLAIN
        for name in [
            "bernoulli",
            "bits",
            "categorical",
            "cauchy",
            "exponential",
            "geometric",
            "gumbel",
            "laplace",
            "logistic",
            "lognormal",
            "maxwell",
            "multivariate_normal",
            "normal",
            "orthogonal",
            "pareto",
            "rademacher",
            "rayleigh",
            "triangular",
            "truncated_normal",
            "uniform",
            "weibull_min",
        ]
    },
    **{
        f"jax.random.{name}": Sampler(splits=True)
        for name in [
            "binomial",
            "chisquare",
            "dirichlet",
            "double_sided_maxwell",
            "f",
            "gamma",
            "generalized_normal",
            "loggamma",
            "multinomial",
            "wald",
        ]
    },
    **{
        f"jax.random.{name}": Sampler(splits=True, children=(0, 1))
        for name in ["ball", "beta", "poisson", "randint", "t"]
    },
    "jax.random.permutation": Sampler(
        subject=1,
        subject_name="x",
        options=(("axis", 0), ("independent", False), ("out_sharding", None)),
        splits=True,
        children=(1,),
    ),
    "jax.random.shuffle": Sampler(subject=1, subject_name="x", options=(("axis", 0),)),
    "jax.random.choice": Sampler(
        subject=1,
        subject_name="a",
        options=(("shape", ()), ("replace", True), ("p", None), ("axis", 0), ("mode", None), ("out_sharding", None)),
        splits=True,
        children=(0, 1),
    ),
}

SEEDS: frozenset[str] = frozenset({"jax.random.key", "jax.random.PRNGKey"})
LEGACY: frozenset[str] = frozenset({"jax.random.PRNGKey"})
"""Those that make a raw array, of which JAX does not know that it is a key."""

FLIPPING: frozenset[str] = frozenset({"jax.random.rademacher"})
"""Samplers of signs: to multiply by them twice changes nothing."""

ORDERING: frozenset[str] = frozenset({"jax.random.permutation", "jax.random.shuffle"})
"""Samplers of an order."""

CHOOSING: frozenset[str] = frozenset(f"jax.random.{name}" for name in ["bernoulli", "choice", "permutation", "randint"])
"""Samplers of what a random transformation does: where it crops, whether it flips, in which order."""

SPLIT = "jax.random.split"
KEY_DATA = "jax.random.key_data"
FOLD_IN = "jax.random.fold_in"
CLONE = "jax.random.clone"
WRAP = "jax.random.wrap_key_data"

INITIALIZER_FACTORIES: frozenset[str] = frozenset(
    f"jax.nn.initializers.{name}"
    for name in [
        "uniform",
        "normal",
        "truncated_normal",
        "variance_scaling",
        "glorot_uniform",
        "glorot_normal",
        "lecun_uniform",
        "lecun_normal",
        "he_uniform",
        "he_normal",
        "kaiming_uniform",
        "kaiming_normal",
        "xavier_uniform",
        "xavier_normal",
        "orthogonal",
        "delta_orthogonal",
    ]
)
"""Factories whose result ``f(key, shape, dtype)`` consumes its key."""

CONSTANT_INITIALIZERS: frozenset[str] = frozenset(
    {"jax.nn.initializers.zeros", "jax.nn.initializers.ones", "jax.nn.initializers.zeros_init"}
    | {"jax.nn.initializers.ones_init", "jax.nn.initializers.constant", "jax.nn.initializers.Initializer"}
)
"""Initialisers that do not depend on their key."""

FORWARDING: frozenset[str] = frozenset(
    {"jax.device_put", "jax.lax.stop_gradient", "jax.block_until_ready", "jax.device_get"}
    | {f"jax.numpy.{name}" for name in ["array", "asarray", "squeeze", "ravel", "reshape", "atleast_1d", "copy"]}
    | {"jax.lax.with_sharding_constraint", "jax.lax.optimization_barrier"}
)
"""Functions that return their first argument as far as randomness is concerned."""

STACKING: frozenset[str] = frozenset({"jax.numpy.stack", "jax.numpy.array", "jax.numpy.asarray"})
"""Functions that make an array of keys from a sequence of keys."""

INTEGERS = "jax.random.randint"
"""Draws whole numbers, from its third argument up to but without its fourth."""

JOINING = "jax.numpy.concatenate"
"""The function that makes one array of several arrays of keys."""

REPEATING: frozenset[str] = frozenset(
    [f"jax.numpy.{name}" for name in ("broadcast_to", "tile", "repeat")] + ["flax.jax_utils.replicate"]
)
"""Functions that make an array of one key many times over."""

COPYING: frozenset[str] = frozenset({"numpy.asarray", "numpy.array", "jax.numpy.asarray", "jax.numpy.array"})
"""Functions that copy an array as it is."""

PICKING: frozenset[str] = frozenset({"jax.lax.dynamic_index_in_dim", "jax.numpy.take"})
"""Functions that take an element out of an array, as a subscript does."""

FLOATS = frozenset(f"{module}.{name}" for module in ("jax.numpy", "numpy") for name in ("zeros", "ones", "empty"))
"""What makes an array of floats of a shape alone."""

LISTED = frozenset(f"{module}.{name}" for module in ("jax.numpy", "numpy") for name in ("array", "asarray"))
"""What makes an array of the numbers that it is given."""
