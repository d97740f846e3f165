"""A variable that tells which way was taken: ``state = None``, bound anew where one is loaded, and asked for later.

Two uses of a key, one where it is bound anew and one where it still is what it was, are on two ways. That what was
loaded may be equal to what the variable was before is nothing that the program shows.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.syntax.cst_children import ancestors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


_FALSE = frozenset({"None", "False", "0", '""', "''"})
_EQUAL, _OTHER = (cst.Equal, cst.Is), (cst.NotEqual, cst.IsNot)


def are_told_apart(
    module: cst.Module, one: cst.CSTNode, other: cst.CSTNode, bound: Callable[[cst.CSTNode], set[str]]
) -> bool:
    """Return whether the second of two places is come to only if a variable is what the arm of the first has changed.

    Args:
        module: the text that both stand in.
        one: the first place.
        other: the second place.
        bound: returns the names that a part of the text binds.
    """
    ours, theirs = ancestors(module, one), ancestors(module, other)
    for fork, arm in _arms(theirs):
        asked = None if fork in ours else _asked(fork.test, arm is fork.body)
        if asked is not None and any(
            asked[0] in bound(taken) and _was(asked[0], ours[: ours.index(inner)], inner, bound) in asked[1]
            for inner, taken in _arms(ours)
            if inner not in theirs
        ):
            return True
    return False


def _arms(around: list[cst.CSTNode]) -> Iterator[tuple[cst.If, cst.CSTNode]]:
    """Go through the ``if`` statements around a place, each with the arm that holds it."""
    for fork, arm in pairwise(around):
        if isinstance(fork, cst.If) and arm in (fork.body, fork.orelse):
            yield fork, arm


def _asked(test: cst.BaseExpression, held: bool) -> tuple[str, frozenset[str]] | None:
    """Return of which variable a condition says what it is, and which literals it can be there."""
    if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
        return _asked(test.expression, not held)
    if isinstance(test, cst.Name):
        return None if held else (test.value, _FALSE)
    if not (isinstance(test, cst.Comparison) and isinstance(test.left, cst.Name) and len(test.comparisons) == 1):
        return None
    (target,) = test.comparisons
    literal = _literal(target.comparator)
    says = isinstance(target.operator, _EQUAL if held else _OTHER)
    return (test.left.value, frozenset({literal})) if says and literal else None


def _literal(node: cst.BaseExpression) -> str:
    """Return how a literal is written, nothing for any other expression."""
    if isinstance(node, (cst.Integer, cst.SimpleString)):
        return node.value
    if isinstance(node, cst.Name) and node.value in ("None", "True", "False"):
        return node.value
    if isinstance(node, cst.UnaryOperation) and isinstance(node.operator, cst.Minus):
        return f"-{inner}" if (inner := _literal(node.expression)) else ""
    return ""


def _was(name: str, around: list[cst.CSTNode], fork: cst.CSTNode, bound: Callable[[cst.CSTNode], set[str]]) -> str:
    """Return the literal that a variable was before a statement, nothing where it is not known."""
    inner = fork
    for outer in reversed(around):
        if isinstance(outer, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            return _default(outer, name)
        if isinstance(outer, (cst.IndentedBlock, cst.Module)):
            for statement in reversed(outer.body[: outer.body.index(inner)]):
                if name in bound(statement):
                    return _assigned(statement, name)
        inner = outer
    return ""


def _assigned(statement: cst.CSTNode, name: str) -> str:
    parts = statement.body if isinstance(statement, cst.SimpleStatementLine) else ()
    for part in reversed(parts):
        if isinstance(part, cst.Assign) and any(
            isinstance(target.target, cst.Name) and target.target.value == name for target in part.targets
        ):
            return _literal(part.value)
    return ""


def _default(function: cst.CSTNode, name: str) -> str:
    parameters = function.params if isinstance(function, cst.FunctionDef) else cst.Parameters()
    for parameter in (*parameters.params, *parameters.kwonly_params):
        if parameter.name.value == name and parameter.default is not None:
            return _literal(parameter.default)
    return ""
