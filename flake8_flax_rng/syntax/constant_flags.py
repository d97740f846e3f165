"""Attributes that some text sets to one truth value only."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from flake8_flax_rng.syntax.walk import walk

_SETTING = frozenset({"setattr", "vars"})
_ALL = "__dict__"


def constant_flag(name: str, text: Iterable[ast.stmt]) -> bool | None:
    """Return the truth value that all assignments to an attribute give it.

    Args:
        name: the attribute.
        text: all statements in which it may be set.

    Returns:
        the value; None where it is set to anything else, or may be, by its name or by any name, or where nothing sets
        it.
    """
    values: set[bool] = set()
    known: set[ast.AST] = set()
    for node in (inner for statement in text for inner in walk(statement)):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
            truth = node.value.value
            targets = [target for target in node.targets if isinstance(target, ast.Attribute) and target.attr == name]
            if targets and isinstance(truth, bool):
                values.add(truth)
                known.update(targets)
        elif isinstance(node, ast.Attribute):
            if node.attr == _ALL or (node.attr == name and not isinstance(node.ctx, ast.Load) and node not in known):
                return None
        elif isinstance(node, ast.Name):
            if node.id in _SETTING or (node.id == name and not isinstance(node.ctx, ast.Load)):
                return None
        elif (isinstance(node, ast.keyword) and node.arg == name) or _is_called(node, name):
            return None
    return values.pop() if len(values) == 1 else None


def _is_called(node: ast.AST, name: str) -> bool:
    """Return whether a text or a definition names the attribute: ``"name"``, ``def name``."""
    named = node.value if isinstance(node, ast.Constant) else getattr(node, "name", None)
    return named == name
