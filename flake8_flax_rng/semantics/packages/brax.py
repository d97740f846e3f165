"""Brax: environments, whose steps need no key."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

LIBRARY = Library(
    "brax",
    objects={
        r"brax\.envs\.(get_environment|create|(\w+\.)*[A-Z]\w*)": Objects({"reset": Consumer(0, "rng")}),
    },
    modules=frozenset({"brax.envs"}),
)
