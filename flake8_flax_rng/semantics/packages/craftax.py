"""Craftax: environments."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

LIBRARY = Library(
    "craftax",
    objects={
        r"craftax\.(\w+\.)*(make_craftax_env_from_name|Craftax\w*Env\w*)": Objects(
            {"reset": Consumer(), "step": Consumer()}
        )
    },
)
