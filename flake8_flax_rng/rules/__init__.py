"""The registry of rules: one module per rule."""

from __future__ import annotations

from flake8_flax_rng.finding import Rule

RULES: tuple[Rule, ...] = ()
