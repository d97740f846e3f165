"""Gymnax: environments; ``make`` returns one together with its parameters."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

LIBRARY = Library(
    "gymnax",
    objects={r"gymnax\.make": Objects({"reset": Consumer(), "step": Consumer()}, first=True)},
)
