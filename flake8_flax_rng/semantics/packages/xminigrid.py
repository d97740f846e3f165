"""XLand-MiniGrid: environments; ``make`` returns one together with its parameters, and steps need no key."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

LIBRARY = Library("xminigrid", objects={r"xminigrid\.make": Objects({"reset": Consumer(1, "key")}, first=True)})
