"""Flax, apart from its modules: see ``semantics.linen`` for these."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library

LIBRARY = Library(
    "flax",
    pure=True,
    consumers={"flax.training.common_utils.shard_prng_key": Consumer(0, "prng_key", splits=True)},
)
