"""Diffrax: Brownian motions, whose increments all come of one key; one motion may be made twice alike."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Makes

LIBRARY = Library(
    "diffrax",
    consumers={
        # ``VirtualBrownianTree(t0, t1, tol, shape, key)``
        "diffrax.VirtualBrownianTree": Consumer(4, "key", makes=Makes.MODEL),
        "diffrax.UnsafeBrownianPath": Consumer(1, "key", makes=Makes.MODEL),
    },
)
