"""Mctx: tree searches."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library

LIBRARY = Library(
    "mctx",
    consumers={
        f"mctx.{name}_policy": Consumer(1, "rng_key") for name in ["muzero", "gumbel_muzero", "stochastic_muzero"]
    },
)
