"""Transformers: the models for Flax."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

_GENERATE = Consumer(2, "prng_key", only_with="do_sample")

LIBRARY = Library(
    "transformers",
    objects={
        # Without ``dropout_rng`` a training call raises, but only where the model's configuration has a dropout rate.
        r"transformers\.Flax(?!OPT)\w+(\.from_pretrained|\.from_config)?": Objects(
            {"generate": _GENERATE, "__call__": Consumer(None, "dropout_rng", only_with="train", idle=True)}
        ),
        r"transformers\.FlaxOPT\w+(\.from_pretrained|\.from_config)?": Objects({"generate": _GENERATE}),
    },
)
