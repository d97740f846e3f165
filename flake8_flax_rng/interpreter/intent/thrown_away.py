"""Values that are thrown away: overwritten before they are read, given up by an exception, or bound to ``_``.

So is a model whose leaves are read from a file afterwards: only its structure counts.

This module reads the text of one function. What a value was computed into goes on; what cannot be told counts as read,
and so does a name that is only never read: the text may not be finished.
"""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

from flake8_flax_rng.records import field, record
from flake8_flax_rng.semantics.checkpoints import TEMPLATES
from flake8_flax_rng.syntax.cst_children import children_of, holds, nodes_of
from flake8_flax_rng.syntax.main_guard import is_main_guard

_FORM = frozenset({"shape", "dtype", "ndim", "size"})
_DEFINING = (cst.FunctionDef, cst.ClassDef)
_OF_OTHER_SCOPES = frozenset({*_DEFINING, cst.Global, cst.Nonlocal})

_Place = tuple[cst.BaseSuite, ...]
"""The blocks around a statement, outermost first: what stands in one of them runs whenever the statement does."""


def is_thrown_away(scope: cst.BaseSuite, call: cst.CSTNode, other: cst.CSTNode, keys: bool) -> bool:
    """Return whether a block throws away what a call returns, and what is computed from that.

    Args:
        scope: the body of a function, or of a script.
        call: a call in it.
        other: another call in it: what is returned unless an exception leads there is not read beside it.
        keys: whether the call returns keys, of which it says nothing that they are overwritten.
    """
    names, may_raise = _bindings(scope)
    if not may_raise and call not in names:
        return False
    flow = _Flow(call, other, _captured(scope))
    flow.block(scope, ())
    left = any(name.strip("_") for name in flow.tainted.keys() - _filled(scope))
    return flow.met and not flow.read and (flow.escaped or not (left or keys))


def scope_of(around: list[cst.CSTNode]) -> cst.BaseSuite | None:
    """Return the body of the function, or of the script, that a place stands in.

    Args:
        around: what the place stands in, outermost first.

    Returns:
        the body; None for the body of a file, whose names others may read, and for a lambda.
    """
    for node in reversed(around):
        if isinstance(node, cst.FunctionDef) or (isinstance(node, cst.If) and is_main_guard(node.test)):
            return node.body
        if isinstance(node, (cst.Lambda, cst.ClassDef)):
            return None
    return None


@record(frozen=False)
class _Flow:
    """Follows the result of a call through a block.

    Args:
        call: the call.
        other: the call beside which it may not be read.
        captured: the names that functions within the block read.
        tainted: the names that hold something that was computed from its result, and the block that binds them.
        met: whether the call was met.
        read: whether its value does something.
        given_up: whether what follows is given up where the other call is reached.
        escaped: whether its value was given up so.
        again: whether a second pass of a loop is followed, in which a loop within it is followed once.
    """

    call: cst.CSTNode
    other: cst.CSTNode
    captured: set[str]
    tainted: dict[str, _Place] = field(default_factory=dict)
    met: bool = False
    read: bool = False
    given_up: bool = False
    escaped: bool = False
    again: bool = False

    def block(self, body: cst.BaseSuite, around: _Place) -> None:
        self._statements(body, (*around, body))

    def _statements(self, body: cst.BaseSuite, place: _Place) -> None:
        for statement in body.body:
            if self.read:
                return  # nothing that follows changes that
            if type(statement) is cst.SimpleStatementLine:
                for small in statement.body:
                    self._simple(small, place)
            elif isinstance(statement, cst.BaseSmallStatement):
                self._simple(statement, place)
            else:
                self._compound(statement, place)

    def _simple(self, node: cst.BaseSmallStatement, place: _Place) -> None:
        if isinstance(node, cst.Assign):
            self._assign(node.value, [target.target for target in node.targets], place)
        elif isinstance(node, (cst.AnnAssign, cst.AugAssign)):
            added = isinstance(node, cst.AugAssign) and self._taints(node.target)
            if node.value is not None and not added:
                self._assign(node.value, [node.target], place)
        elif isinstance(node, cst.Expr):
            # A call of which nobody takes the result is made for what it does.
            self.read = self._taints(node.value) or self.read
        elif isinstance(node, cst.Return):
            tainted = self._taints(node)
            self.read = (tainted and not self.given_up) or self.read
        elif not isinstance(node, cst.Assert):
            self.read = self._taints(node) or self.read

    def _assign(self, value: cst.BaseExpression, targets: list[cst.BaseExpression], place: _Place) -> None:
        tainted = self._taints(value)
        for target in targets:
            for name in _bound(target):
                if name is None:
                    self.read = self.read or tainted
                elif tainted:
                    self.tainted[name] = place
                    self.read = self.read or name in self.captured
                elif name in self.tainted and self.tainted[name][: len(place)] == place:
                    del self.tainted[name]

    def _compound(self, node: cst.CSTNode, place: _Place) -> None:
        if isinstance(node, cst.If):
            self._branch(node, place)
        elif isinstance(node, (cst.For, cst.While)):
            self._loop(node, place)
        elif isinstance(node, cst.Try):
            self._try(node, place)
        elif isinstance(node, cst.With):
            self.read = any(self._taints(item) for item in node.items) or self.read
            self.block(node.body, place)
        else:
            self.read = (self._taints(node) and not isinstance(node, _DEFINING)) or self.read

    def _branch(self, node: cst.If, place: _Place) -> None:
        self.read = self._taints(node.test) or self.read
        self.block(node.body, place)
        if isinstance(node.orelse, cst.If):
            self._branch(node.orelse, place)
        elif node.orelse is not None:
            self.block(node.orelse.body, place)

    def _loop(self, node: cst.For | cst.While, place: _Place) -> None:
        if isinstance(node, cst.For):
            self._assign(node.iter, [node.target], place)
        around = self.again
        for again in (False, True) if not around else (True,):
            self.again = again
            if isinstance(node, cst.While):
                self.read = self._taints(node.test) or self.read
            self.block(node.body, place)
        self.again = around
        if node.orelse is not None:
            self.block(node.orelse.body, place)

    def _try(self, node: cst.Try, place: _Place) -> None:
        before = self.given_up
        self.given_up = before or any(holds(handler, self.other) for handler in node.handlers)
        self.block(node.body, place)
        self.given_up = before
        for part in (*node.handlers, node.orelse, node.finalbody):
            if part is not None and holds(part, self.other):
                # The way to the other call leads through this handler, and so past whatever it binds.
                self._statements(part.body, place)
            elif part is not None:
                self.block(part.body, place)

    def _taints(self, node: cst.CSTNode) -> bool:
        """Return whether the value of an expression comes of the call."""
        names, nodes = _said(node)
        found = self.call in nodes
        self.met = self.met or found
        found = found or not names.isdisjoint(self.tainted)
        self.escaped = self.escaped or (found and self.given_up)
        return found


@lru_cache(maxsize=2048)
def _said(node: cst.CSTNode) -> tuple[frozenset[str], frozenset[cst.CSTNode]]:
    """Return the names that an expression consists of, and all nodes: it is asked for each pair of calls."""
    nodes = frozenset(_read(node))
    return frozenset(part.value for part in nodes if type(part) is cst.Name), nodes


def _read(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Go through what an expression consists of, without what only its form is asked of."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        if type(part) is cst.Attribute:
            waiting.extend([] if part.attr.value in _FORM else [part.value])
        elif type(part) is cst.Arg:
            waiting.append(part.value)
        elif (template := _template(part)) is not None:
            waiting.extend(child for child in children_of(part) if child is not template)
        elif not (type(part) is cst.Call and type(part.func) is cst.Name and part.func.value == "len"):
            waiting.extend(children_of(part))


def _bound(target: cst.CSTNode) -> Iterator[str | None]:
    """Go through the names that an assignment binds, None for what is no name."""
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _bound(element.value)
    else:
        yield target.value if isinstance(target, cst.Name) else None


@lru_cache(maxsize=4)
def _bindings(scope: cst.BaseSuite) -> tuple[frozenset[cst.CSTNode], bool]:
    """Return the calls whose result is bound to a name that is bound again, or to ``_``; and whether one may raise.

    What another call returns stays where it is, so that the text need not be followed for each pair of calls.
    """
    made: dict[str, list[cst.CSTNode]] = {}
    counts: Counter[str] = Counter()
    may_raise = False
    waiting: list[tuple[cst.CSTNode, int]] = [(scope, 1)]
    while waiting:
        node, passes = waiting.pop()
        kind = type(node)
        may_raise = may_raise or kind is cst.Try
        passes = 2 if kind is cst.For or kind is cst.While else passes
        value, targets = _assigned(node)
        calls = [part for part in _read(value) if type(part) is cst.Call] if value is not None else []
        for name in (name for target in targets for name in _bound(target) if name is not None):
            counts[name] += passes
            made.setdefault(name, []).extend(calls)
        waiting.extend((child, passes) for child in children_of(node))
    filled = _filled(scope)
    again = (calls for name, calls in made.items() if counts[name] > 1 or not name.strip("_") or name in filled)
    return frozenset(call for calls in again for call in calls), may_raise


def _template(node: cst.CSTNode) -> cst.Arg | None:
    """Return the argument of which a call takes the structure only, and reads the leaves from a file."""
    if type(node) is not cst.Call:
        return None
    called = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
    index, keyword = TEMPLATES.get(called.value if isinstance(called, cst.Name) else "", (0, ""))
    if not keyword or _is_of_python(node.func):
        return None
    named = next((arg for arg in node.args if arg.keyword is not None and arg.keyword.value == keyword), None)
    plain = len(node.args) > index and all(arg.keyword is None and not arg.star for arg in node.args[: index + 1])
    return named or (node.args[index] if plain else None)


def _is_of_python(called: cst.BaseExpression) -> bool:
    """Return whether a function is a method of a type of Python's own, as ``int.from_bytes`` is."""
    owner = called.value if isinstance(called, cst.Attribute) else None
    return isinstance(owner, cst.Name) and hasattr(builtins, owner.value)


@lru_cache(maxsize=4)
def _filled(scope: cst.BaseSuite) -> frozenset[str]:
    """Return the names that stand for such an argument."""
    templates = (_template(node) for node in nodes_of(scope))
    return frozenset(arg.value.value for arg in templates if arg is not None and isinstance(arg.value, cst.Name))


def _assigned(node: cst.CSTNode) -> tuple[cst.CSTNode | None, list[cst.BaseExpression]]:
    """Return what a statement binds, and to what."""
    if type(node) is cst.Assign:
        return node.value, [target.target for target in node.targets]
    if type(node) is cst.AnnAssign or type(node) is cst.AugAssign:
        return node.value, [node.target]
    if type(node) is cst.For:
        return node.iter, [node.target]
    return None, []


@lru_cache(maxsize=4)
def _captured(scope: cst.BaseSuite) -> set[str]:
    """Return the names that functions within a block read, or that belong to more than the block."""
    found: set[str] = set()
    waiting: list[tuple[cst.CSTNode, bool]] = [(scope, False)]
    while waiting:
        node, inside = waiting.pop()
        inside = inside or type(node) in _OF_OTHER_SCOPES
        if inside and type(node) is cst.Name:
            found.add(node.value)
        waiting.extend((child, inside) for child in children_of(node))
    return found
