"""The whole way from text to findings."""

from __future__ import annotations

import ast

from flake8_flax_rng.finding import Finding


def lint(source: str, tree: ast.Module | None = None, filename: str = "<unknown>") -> list[Finding]:
    """Analyse one file.

    Args:
        source: the file's text.
        tree: its ``ast``, when the caller has parsed it already; it is only read.
        filename: the name that the caller knows the file by.

    Returns:
        the findings, sorted by place.
    """
    return []
