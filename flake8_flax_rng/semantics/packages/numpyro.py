"""NumPyro: distributions, and what runs a model."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import RNG_KEY, Consumer, Library, Makes, Objects

SAMPLE = "numpyro.sample"
PRNG_KEY = "numpyro.prng_key"
SEED = "numpyro.handlers.seed"
TRACE = "numpyro.handlers.trace"
DISTRIBUTIONS = "numpyro.distributions."

CERTAIN: frozenset[str] = frozenset({"numpyro.distributions.Delta", "numpyro.distributions.Unit"})
"""Distributions of one value, which is not drawn."""

TRANSPARENT: frozenset[str] = frozenset(
    f"numpyro.handlers.{name}" for name in ("trace", "mask", "scale", "scope", "infer_config")
)
"""Handlers that leave it to others which value a site gets."""

HANDLERS: frozenset[str] = TRANSPARENT | {
    f"numpyro.handlers.{name}"
    for name in (
        *("seed", "block", "collapse", "condition", "do", "lift"),
        *("reparam", "replay", "substitute", "uncondition"),
    )
}

LIBRARY = Library(
    "numpyro",
    consumers={
        "numpyro.sample": Consumer(3, "rng_key", unless_given=("obs", 2)),
        "numpyro.infer.initialize_model": Consumer(0, "rng_key", makes=Makes.MODEL),
    },
    objects={
        r"numpyro\.distributions\.(?!Delta$|Unit$)[A-Z]\w*": Objects(
            {
                "sample": Consumer(),
                "rsample": Consumer(),
                "sample_with_intermediates": Consumer(),
                "__call__": Consumer(None, "rng_key"),
            },
            same=frozenset({"expand", "expand_by", "to_event", "mask"}),
        ),
        r"numpyro\.infer\.MCMC": Objects({"run": RNG_KEY}),
        r"numpyro\.infer\.SVI": Objects(
            {
                "init": Consumer(0, "rng_key", makes=Makes.MODEL),
                "run": Consumer(0, "rng_key", unless_given=("init_state", None)),
            }
        ),
        r"numpyro\.infer\.Predictive": Objects({"__call__": RNG_KEY}),
        r"numpyro\.infer\.autoguide\.Auto(?!Delta$)\w+": Objects({"sample_posterior": RNG_KEY}),
    },
    control={
        "numpyro.contrib.control_flow.scan": "scan",
        "numpyro.contrib.control_flow.cond": "cond",
    },
    modules=frozenset({"numpyro.distributions", "numpyro.infer"}),
    followed=HANDLERS | {PRNG_KEY},
    spellings=(
        ("numpyro.distributions.continuous.", "numpyro.distributions."),
        ("numpyro.distributions.discrete.", "numpyro.distributions."),
        ("numpyro.primitives.", "numpyro."),
        ("numpyro.infer.mcmc.", "numpyro.infer."),
        ("numpyro.infer.svi.", "numpyro.infer."),
        ("numpyro.infer.util.", "numpyro.infer."),
    ),
)
