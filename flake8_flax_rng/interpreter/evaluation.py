"""Calls in a loop that look at what it has come to, and do not change how it goes on.

A model is evaluated again and again while it is trained. With one key for all evaluations they can be compared:
it is no mistake that the key stays the same from pass to pass.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import libcst as cst

_OPAQUE = (cst.FunctionDef, cst.ClassDef)


@dataclass
class _Statement:
    """A statement, or the head of a compound one.

    Args:
        node: its syntax.
        reads: the variables that it reads.
        writes: the variables that it binds or changes.
    """

    node: cst.CSTNode
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)


def looks_on(loop: cst.CSTNode, call: cst.CSTNode) -> bool:
    """Return whether a call in a Python loop evaluates what the loop changes, and nothing that it returns comes back.

    Args:
        loop: the loop.
        call: a call in its body.

    Returns:
        whether the call depends on a variable that each pass computes from its last value, while none of those that
        depend on the call's result takes part in computing what the call is given.
    """
    if not isinstance(loop, cst.For | cst.While):
        return False
    statements = list(_statements(loop.body))
    place = next((item for item in statements if _holds(item.node, call)), None)
    if place is None or not isinstance(place.node, cst.Assign | cst.AnnAssign | cst.Expr):
        return False
    given = _closure(set(_names(call)), [(item.writes, item.reads) for item in statements])
    touched = _closure(set(place.writes), [(item.reads, item.writes) for item in statements])
    return bool(given & _carried(statements)) and not given & touched


def _closure(names: set[str], arrows: list[tuple[set[str], set[str]]]) -> set[str]:
    """Return the names that are reached from some: each arrow leads from any of its first ones to all others."""
    found = set(names)
    while True:
        more = {name for ours, theirs in arrows if ours & found for name in theirs} - found
        if not more:
            return found
        found |= more


def _carried(statements: list[_Statement]) -> set[str]:
    """Return the variables that a pass computes from what the one before has left in them."""
    found: set[str] = set()
    bound: set[str] = set()
    read: set[str] = set()
    for item in statements:
        read |= item.reads - bound
        found |= item.writes & read
        bound |= item.writes
    return found


def _statements(body: cst.BaseSuite) -> Iterator[_Statement]:
    for statement in body.body:
        if isinstance(statement, cst.SimpleStatementLine):
            yield from map(_simple, statement.body)
        elif isinstance(statement, cst.BaseSmallStatement):
            yield _simple(statement)
        else:
            yield from _compound(statement)


def _simple(node: cst.BaseSmallStatement) -> _Statement:
    found = _Statement(node)
    if isinstance(node, cst.Assign):
        for target in node.targets:
            _bind(target.target, found)
        found.reads |= set(_names(node.value))
    elif isinstance(node, cst.AnnAssign | cst.AugAssign):
        _bind(node.target, found)
        found.reads |= set(_names(node.value)) if node.value is not None else set()
        if isinstance(node, cst.AugAssign):
            found.reads |= set(_names(node.target))
    else:
        found.reads |= set(_names(node))
        if isinstance(node, cst.Expr):
            found.writes |= _receiver(node.value)
    return found


def _bind(target: cst.CSTNode, found: _Statement) -> None:
    """Note what an assignment binds; one to an attribute or an item changes the object."""
    if isinstance(target, cst.Tuple | cst.List):
        for element in target.elements:
            _bind(element.value, found)
        return
    names = set(_names(target))
    if not isinstance(target, cst.Name):
        found.reads |= names
        target = _base(target)
        names = {target.value} if isinstance(target, cst.Name) else names
    found.writes |= names


def _base(node: cst.CSTNode) -> cst.CSTNode:
    while isinstance(node, cst.Attribute | cst.Subscript):
        node = node.value
    return node


def _receiver(node: cst.BaseExpression) -> set[str]:
    """Return the object whose method is called for what it does: ``buffer.add(x)``."""
    owner = node.func.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) else None
    return {owner.value} if isinstance(owner, cst.Name) else set()


def _compound(node: cst.CSTNode) -> Iterator[_Statement]:
    """Go through a compound statement: its head, and what stands in its blocks."""
    head = _Statement(node)
    blocks: list[cst.BaseSuite] = []
    if isinstance(node, _OPAQUE):
        yield _Statement(node, set(_names(node)), {node.name.value})
        return
    waiting: list[cst.CSTNode] = list(node.children)
    if isinstance(node, cst.For):
        _bind(node.target, head)
        waiting.remove(node.target)
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, cst.BaseSuite):
            blocks.append(part)
        elif isinstance(part, cst.WithItem):
            head.reads |= set(_names(part.item))
            if part.asname is not None:
                _bind(part.asname.name, head)
        elif isinstance(part, cst.Else | cst.Finally | cst.ExceptHandler | cst.If | cst.MatchCase):
            waiting = [*part.children, *waiting]
        else:
            head.reads |= set(_names(part))
    head.node = cst.Pass()
    yield head
    for block in blocks:
        yield from _statements(block)


def _names(node: cst.CSTNode) -> Iterator[str]:
    """Go through the variables that an expression names."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, cst.Name):
            yield part.value
        elif isinstance(part, cst.Attribute | cst.Arg):
            waiting.append(part.value)
        else:
            waiting.extend(part.children)


def _holds(node: cst.CSTNode, wanted: cst.CSTNode) -> bool:
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if part is wanted:
            return True
        waiting.extend(part.children)
    return False
