"""Jumanji: environments, whose steps need no key."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

LIBRARY = Library(
    "jumanji",
    objects={r"jumanji\.(make|((env|environments|wrappers)\.(\w+\.)*)?[A-Z]\w*)": Objects({"reset": Consumer()})},
)
