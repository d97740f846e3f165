"""Flashbax: buffers that sample what was stored."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

LIBRARY = Library(
    "flashbax",
    objects={
        # ``replace`` puts compiled functions into the place of its own.
        r"flashbax\.make_\w*buffer": Objects({"sample": Consumer(1, "rng_key")}, same=frozenset({"replace"})),
        r"flashbax\.make_mixer": Objects({"sample": Consumer(1, "key")}),
    },
)
