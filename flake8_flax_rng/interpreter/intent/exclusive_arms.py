"""Uses in two arms of which no run of the program reaches both: those of one ``if`` whose condition is the same in all
passes, and those of two that a variable tells apart.

A path that is followed into a second pass no longer tells which arm it took in the first. This module reads syntax: a
condition is the same in all passes if nothing in what is repeated binds a name of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.syntax.cst_children import ancestors, children_of, holds
from flake8_flax_rng.syntax.sentinels import are_told_apart

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Parting, Use

_LOOPS = (cst.For, cst.While)
_TARGETED = (cst.AnnAssign, cst.AugAssign, cst.For, cst.CompFor, cst.NamedExpr)
_FIXED = (cst.Name, cst.BooleanOperation, cst.UnaryOperation, cst.Comparison, cst.ComparisonTarget, cst.SimpleString)
_LITERAL = (cst.Integer, cst.BaseBooleanOp, cst.BaseUnaryOp, cst.BaseCompOp)


def never_both(first: Use, second: Use, parting: Parting) -> bool:
    """Return whether two uses stand in arms of which each run of the program takes one.

    Args:
        first: the first use.
        second: the second use.
        parting: where the ways to them part.
    """
    early, late = parting.first.site, parting.second.site
    if early.chunk is late.chunk and are_told_apart(early.chunk.module, early.node, late.node, _bound):
        return True
    one, other = first.site, second.site
    if parting.around is None or one.node is other.node or one.chunk is not other.chunk:
        return False
    around = ancestors(one.chunk.module, one.node), ancestors(one.chunk.module, other.node)
    fork = fork_of([*around[0], one.node], [*around[1], other.node])
    if fork is None:
        return False
    outside = around[0][: around[0].index(fork)]
    loop = parting.around.site.node
    repeated = loop if loop in outside and isinstance(loop, _LOOPS) else _innermost_function(outside)
    if repeated is None or not _within(loop, repeated, outside):
        return False
    names = _names(fork.test)
    return names is not None and names.isdisjoint(_bound(repeated))


def fork_of(one: list[cst.CSTNode], other: list[cst.CSTNode]) -> cst.If | None:
    """Return the ``if`` in whose two arms the ends of two lines of ancestors stand."""
    for depth, (ours, theirs) in enumerate(zip(one, other, strict=False)):
        if ours is not theirs:
            fork = one[depth - 1] if depth else None
            arms = isinstance(fork, cst.If) and {ours, theirs} == {fork.body, fork.orelse}
            return fork if isinstance(fork, cst.If) and arms else None
    return None


def _innermost_function(around: list[cst.CSTNode]) -> cst.FunctionDef | None:
    return next((node for node in reversed(around) if isinstance(node, cst.FunctionDef)), None)


def _within(loop: cst.CSTNode, repeated: cst.CSTNode, outside: list[cst.CSTNode]) -> bool:
    """Return whether the passes are those of one call of the function around what is repeated.

    A function that is called again from elsewhere may be given another condition.
    """
    if repeated is loop:
        return True
    function = _innermost_function(outside[: outside.index(repeated)])
    return function is not None and holds(function.body, loop)


def _names(test: cst.CSTNode) -> set[str] | None:
    """Return the names that a condition reads, None where it reads anything that may change by itself."""
    found: set[str] = set()
    waiting = [test]
    while waiting:
        node = waiting.pop()
        if isinstance(node, cst.Name):
            found.add(node.value)
        elif not isinstance(node, _FIXED + _LITERAL):
            return None
        waiting.extend([] if isinstance(node, cst.Name) else children_of(node))
    return found


def _bound(repeated: cst.CSTNode) -> set[str]:
    """Return the names that are bound in a loop or function, or that it declares as those of an outer one."""
    found: set[str] = set()
    waiting: list[tuple[cst.CSTNode, bool]] = [(repeated, False)]
    while waiting:
        node, target = waiting.pop()
        if isinstance(node, cst.Name) and target:
            found.add(node.value)
        for child in children_of(node):
            waiting.append((child, target or _binds(node, child)))
    return found


def _binds(node: cst.CSTNode, child: cst.CSTNode) -> bool:
    if isinstance(node, (cst.AssignTarget, cst.NameItem, cst.AsName)):
        return True
    if isinstance(node, cst.Param):
        return child is node.name
    return (
        isinstance(node, (cst.AnnAssign, cst.AugAssign, cst.For, cst.CompFor, cst.NamedExpr)) and child is node.target
    )
