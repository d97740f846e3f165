"""The block of a program that runs where it is started, and not where it is imported."""

from __future__ import annotations

import libcst as cst


def is_main_guard(test: cst.BaseExpression) -> bool:
    """Return whether a condition is ``__name__ == '__main__'``."""
    return isinstance(test, cst.Comparison) and isinstance(test.left, cst.Name) and test.left.value == "__name__"
