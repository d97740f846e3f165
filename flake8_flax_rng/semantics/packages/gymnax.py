"""Gymnax: environments; ``make`` returns one together with its parameters."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

_KEYED = {"reset": Consumer(), "step": Consumer()}

LIBRARY = Library(
    "gymnax",
    objects={
        r"gymnax\.make": Objects(_KEYED, first=True),
        r"gymnax\.(environments|wrappers)\.(\w+\.)*[A-Z]\w*": Objects(_KEYED),
    },
)
