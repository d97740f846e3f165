"""A known bug, and what is reported of a text without flake8."""

from __future__ import annotations

import ast

from flake8_flax_rng.plugin import Plugin

BUG = "key = jax.random.key(0)\na = jax.random.normal(key)\nb = jax.random.normal(key)\n"
"""RNG101 on its third line, once jax is imported."""

CAN_REUSE = "beside.py:4:23 RNG101"


def plugin(text: str) -> list[str]:
    """Lint without flake8, whose own pyflakes does not survive deep trees."""
    reports = Plugin(ast.parse(text), text.splitlines(keepends=True), "bad.py").run()
    return [f"{line}:{column + 1} {message.split(' ')[0]}" for line, column, message, _ in reports]
