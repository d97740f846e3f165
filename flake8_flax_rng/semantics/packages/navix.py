"""Navix: environments, whose steps need no key."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

LIBRARY = Library("navix", objects={r"navix\.(make|(environments\.(\w+\.)*)?[A-Z]\w*)": Objects({"reset": Consumer()})})
