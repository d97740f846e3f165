"""Evosax: evolution strategies."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

_FIRST = Consumer(0, None)

LIBRARY = Library(
    "evosax",
    objects={r"evosax\.(\w+\.)*[A-Z]\w*": Objects({"initialize": _FIRST, "ask": _FIRST})},
)
