"""Flashbax: buffers that sample what was stored."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

LIBRARY = Library(
    "flashbax",
    objects={r"flashbax\.make_\w*buffer": Objects({"sample": Consumer(1, "rng_key")})},
)
