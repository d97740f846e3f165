"""Distrax: distributions."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

_SEEDED = Consumer(None, "seed")

LIBRARY = Library(
    "distrax",
    objects={
        r"distrax\.(?!Deterministic$)[A-Z]\w*": Objects({"sample": _SEEDED, "sample_and_log_prob": _SEEDED}),
    },
)
