"""What a pass of a loop does with a value that is the same in every pass: carries it on, keeps it, or only looks at it.

A constant key in a loop is a mistake for certain where the numbers drawn from it change what the next pass starts from,
or where equal results are collected. A whole run, a benchmark or a figure may well start from one seed each time.
"""

from __future__ import annotations

import libcst as cst

from flake8_flax_rng.interpreter.intent.evaluates_the_model import (
    Statement,
    carried,
    closure,
    names_in,
    statements_of,
)
from flake8_flax_rng.records import record
from flake8_flax_rng.syntax.cst_children import ancestors, holds
from flake8_flax_rng.syntax.mutators import FILLING

_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.GeneratorExp)


@record(frozen=False)
class _Body:
    """The statements of a loop's body, and the one in question.

    Args:
        statements: all of them, each without what it does to the owner of a method.
        place: the one that holds the call.
        touched: the variables that depend on the call's result.
        tallies: the variables that only sum things up.
        varying: the variables that differ from pass to pass.
    """

    statements: list[Statement]
    place: Statement
    touched: set[str]
    tallies: set[str]
    varying: set[str]


def feeds_back(loop: cst.CSTNode, call: cst.CSTNode) -> bool:
    """Return whether the next pass of a loop surely starts from what came of a call's result.

    Args:
        loop: the loop; one of JAX, a call, carries its state.
        call: a call in its body.

    Returns:
        whether a variable which each pass computes from its last value, and not merely as a sum, depends on the call.
    """
    if isinstance(loop, cst.Call):
        return True
    body = _body(loop, call)
    return body is not None and bool((body.touched & carried(body.statements)) - body.tallies)


def keeps_equal_results(module: cst.CSTNode, loop: cst.CSTNode, call: cst.CSTNode) -> bool:
    """Return whether a loop collects or sums up what comes of a call and of nothing that differs from pass to pass.

    Args:
        module: the text that the loop stands in.
        loop: the loop, or the ``for`` of a comprehension.
        call: a call in its body, whose result is the same in every pass if its arguments are.
    """
    if isinstance(loop, cst.CompFor):
        around = ancestors(module, loop)
        whole = around[-1] if around else None
        bound = set(names_in(loop.target))
        return isinstance(whole, _COMPREHENSIONS) and bound.isdisjoint(names_in(whole.elt))
    body = _body(loop, call)
    return body is not None and any(_keeps(item, body) for item in body.statements)


def _body(loop: cst.CSTNode, call: cst.CSTNode) -> _Body | None:
    if not isinstance(loop, (cst.For, cst.While)):
        return None
    statements = [_told_apart(item, loop) for item in statements_of(loop.body)]
    place = next((item for item in statements if holds(item.node, call)), None)
    if place is None:
        return None
    arrows = [(item.reads, item.writes) for item in statements]
    tallies = _tallies(statements)
    given = set(names_in(loop.target)) if isinstance(loop, cst.For) else set()
    varying = closure(given | (carried(statements) - tallies), arrows)
    return _Body(statements, place, closure(set(place.writes), arrows), tallies, varying)


def _told_apart(item: Statement, loop: cst.For | cst.While) -> Statement:
    """Leave out that a method may change its owner, and that an attribute is set which no pass reads.

    A plot, a log and a library are owners too.
    """
    node = item.node
    if isinstance(node, cst.Expr):
        return Statement(node, item.reads)
    if isinstance(node, cst.Assign) and all(isinstance(part.target, cst.Attribute) for part in node.targets):
        targets = [part.target for part in node.targets]
        if not any(_read_elsewhere(loop, target) for target in targets):
            return Statement(node, item.reads)
    return item


def _read_elsewhere(loop: cst.CSTNode, target: cst.CSTNode) -> bool:
    """Return whether a loop names what is assigned to in another place, too."""
    waiting = list(loop.children)
    while waiting:
        node = waiting.pop()
        if node is not target and isinstance(node, cst.Attribute) and node.deep_equals(target):
            return True
        waiting.extend(node.children)
    return False


def _tallies(statements: list[Statement]) -> set[str]:
    """Return the variables that only sum something up, or are containers that are only filled."""
    sums = {id(item): name for item in statements if (name := _summed(item.node) or _filled(item.node)) is not None}
    found = set(sums.values())
    for item in statements:
        if item.writes:
            found -= item.reads - {sums.get(id(item), "")}
    return found


def _summed(node: cst.CSTNode) -> str | None:
    """Return the name in ``total += x`` or ``total = total + x``."""
    if isinstance(node, cst.AugAssign):
        if not isinstance(node.target, cst.Name) or not isinstance(node.operator, cst.AddAssign):
            return None
        return node.target.value if node.target.value not in names_in(node.value) else None
    if not isinstance(node, cst.Assign) or len(node.targets) != 1 or not isinstance(node.value, cst.BinaryOperation):
        return None
    target, value = node.targets[0].target, node.value
    if not isinstance(target, cst.Name) or not isinstance(value.operator, cst.Add):
        return None
    sides = [side for side in (value.left, value.right) if target.value not in names_in(side)]
    names = [side for side in (value.left, value.right) if isinstance(side, cst.Name) and side.value == target.value]
    return target.value if len(sides) == len(names) == 1 else None


def _filled(node: cst.CSTNode) -> str | None:
    """Return the name in ``rows[i] = x``."""
    target = node.targets[0].target if isinstance(node, cst.Assign) and len(node.targets) == 1 else None
    if (
        not isinstance(node, cst.Assign)
        or not isinstance(target, cst.Subscript)
        or not isinstance(target.value, cst.Name)
    ):
        return None
    return target.value.value if target.value.value not in names_in(node.value) else None


def _keeps(item: Statement, body: _Body) -> bool:
    """Return whether a statement keeps what came of the call, and nothing of what differs from pass to pass."""
    kept = _kept(item.node, body.tallies)
    names = {name for node in kept for name in names_in(node)}
    reached = item is body.place or bool(names & body.touched)
    return bool(kept) and reached and names.isdisjoint(body.varying)


def _kept(node: cst.CSTNode, tallies: set[str]) -> list[cst.CSTNode]:
    """Return what a statement adds to a sum, or puts into a container."""
    if isinstance(node, cst.Expr) and isinstance(node.value, cst.Call) and isinstance(node.value.func, cst.Attribute):
        return [arg.value for arg in node.value.args] if node.value.func.attr.value in FILLING else []
    if isinstance(node, cst.AugAssign):
        return [node.value] if _summed(node) in tallies else []
    if not isinstance(node, cst.Assign):
        return []
    if all(isinstance(part.target, cst.Subscript) for part in node.targets):
        return [node.value]
    name = _summed(node)
    value = node.value
    if name is None or name not in tallies or not isinstance(value, cst.BinaryOperation):
        return []
    return [side for side in (value.left, value.right) if name not in names_in(side)]
