"""Pgx: games; a step needs a key where the game has chance in it."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

LIBRARY = Library("pgx", objects={r"pgx\.(make|(\w+\.)*[A-Z]\w*)": Objects({"init": Consumer(), "step": Consumer(2)})})
