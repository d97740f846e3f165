"""Candidates: a loop scores each on the same numbers, and keeps the best one.

Common random numbers make the scores comparable. This module reads syntax.
"""

from __future__ import annotations

import libcst as cst

from flake8_flax_rng.interpreter.intent.evaluates_the_model import closure, names_in, statements_of
from flake8_flax_rng.semantics.comparisons import RANKING
from flake8_flax_rng.syntax.cst_children import holds, nodes_of

_ORDER = cst.LessThan | cst.LessThanEqual | cst.GreaterThan | cst.GreaterThanEqual


def keeps_the_best(loop: cst.CSTNode, call: cst.CSTNode) -> bool:
    """Return whether a loop scores what it goes over with a call, and keeps what scores best.

    Args:
        loop: the loop.
        call: a call in its body.

    Returns:
        whether the call is given what the loop goes over, and its result is compared with the best one before, while
        nothing that comes of the result is given to the call in a later pass.
    """
    if not isinstance(loop, cst.For):
        return False
    statements = list(statements_of(loop.body))
    place = next((item for item in statements if holds(item.node, call)), None)
    if place is None or not isinstance(place.node, (cst.Assign, cst.AnnAssign)):
        return False
    given = closure(set(names_in(call)), [(item.writes, item.reads) for item in statements])
    scores = closure(set(place.writes), [(item.reads, item.writes) for item in statements])
    if given & scores or not given & set(names_in(loop.target)):
        return False
    return any(_keeps(node, scores) for node in nodes_of(loop.body))


def ranks_all(scope: cst.CSTNode, comprehension: cst.CSTNode) -> bool:
    """Return whether what a comprehension makes of the things that it goes over is ranked.

    Args:
        scope: the function that it stands in.
        comprehension: the comprehension.
    """
    bound: set[str] = set()
    for node in nodes_of(scope):
        if isinstance(node, cst.Assign) and holds(node.value, comprehension):
            bound |= {name for target in node.targets for name in names_in(target.target)}
    calls = [node for node in nodes_of(scope) if isinstance(node, cst.Call) and _last(node.func) in RANKING]
    return any(holds(call, comprehension) or not bound.isdisjoint(names_in(call)) for call in calls)


def _keeps(node: cst.CSTNode, scores: set[str]) -> bool:
    """Return whether a statement keeps the better one of a score and the best one before."""
    if isinstance(node, cst.If):
        test = set(names_in(node.test))
        kept = {name for item in statements_of(node.body) for name in item.writes}
        return _compares_size(node.test, scores) and bool(kept & test)
    if isinstance(node, cst.Assign) and isinstance(node.value, cst.Call):
        read = set(names_in(node.value))
        kept = {name for target in node.targets for name in names_in(target.target)}
        return _last(node.value.func) in RANKING and bool(kept & read)
    return False


def _compares_size(test: cst.BaseExpression, scores: set[str]) -> bool:
    return any(
        isinstance(node, cst.Comparison)
        and any(isinstance(target.operator, _ORDER) for target in node.comparisons)
        and not scores.isdisjoint(names_in(node))
        for node in nodes_of(test)
    )


def _last(function: cst.BaseExpression) -> str:
    """Return the last name of what is called."""
    name = function.attr if isinstance(function, cst.Attribute) else function
    return name.value if isinstance(name, cst.Name) else ""
