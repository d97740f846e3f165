"""Where a value goes in the text of one function, from the place that makes it on.

Each name holds what was computed from the value, or from a part of it. What cannot be told counts as read: a name that
is read by a class within the function, an attribute, an item that is set, a condition, an exception, a generator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import libcst as cst

from flake8_flax_rng.interpreter.domain.budget import PASSES_UNREAD
from flake8_flax_rng.interpreter.domain.parts_of_values import ANYWHERE, NOWHERE, Parts, as_item, as_whole, of_item
from flake8_flax_rng.interpreter.intent.evaluates_the_model import SHAPES
from flake8_flax_rng.syntax.cst_children import children_of, holds, nodes_of
from flake8_flax_rng.syntax.free_names import declared_names, free_names

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Names = dict[str, Parts]
Function = cst.FunctionDef | cst.Lambda


class Read(Exception):
    """The value is read, or it cannot be told that it is not."""


class Calls(Protocol):
    """Who knows what the calls of the text do."""

    def spend(self) -> None:
        """Count one expression; raises :class:`Read` where these are too many."""

    def result(self, call: cst.Call, owner: Parts, given: Sequence[tuple[cst.Arg, Parts]]) -> Parts:
        """Return the parts of a call's result that come of the value; raises :class:`Read` where it reads the value.

        Args:
            call: the call.
            owner: the parts of what is called, or of the object whose method it is.
            given: each argument with its parts.
        """


class Flow:
    """Follows a value through the text of one function, or of a block.

    Args:
        calls: knows what calls do.
        names: what is known of the names at the beginning.
        source: the place that makes the value, None where a name holds it.
        made: the parts of the source that come of the value.
        toward: another place that the program comes to: arms of an ``if`` beside it are not followed.

    Attributes:
        returned: the parts of what the function returns.
        met: whether the source was met.
        left: the names that still hold something of the value where the function ends.
        seen: the names that were read while they held something.
        apart: the names that held something before arms beside the way to the other place, and are read there.
        bound: the names that have held something.
    """

    def __init__(
        self,
        calls: Calls,
        names: Mapping[str, Parts],
        source: cst.CSTNode | None = None,
        made: Parts = ANYWHERE,
        toward: cst.CSTNode | None = None,
    ) -> None:
        self.returned: Parts = NOWHERE
        self.met = False
        self.left: set[str] = set()
        self.seen: set[str] = set()
        self.apart: set[str] = set()
        self.bound: set[str] = set()
        self._calls = calls
        self._names: Names | None = dict(names)
        self._source = source
        self._made = made
        self._toward = toward
        self._outer: frozenset[str] = frozenset()
        self._closures: dict[str, cst.FunctionDef] = {}
        self._fixed: set[str] = set()
        self._loops: list[tuple[list[Names], list[Names]]] = []
        self._tried: list[Names] = []
        self._passed = False

    def follow(self, scope: cst.CSTNode) -> None:
        """Follow the body of a function, a lambda, or a block."""
        if isinstance(scope, cst.Lambda):
            self._return(self._value(scope.body))
            return
        self._outer = declared_names(scope)
        self._block(scope.body if isinstance(scope, cst.FunctionDef) else scope)
        self._leave()

    # -- names -------------------------------------------------------------------------------------------

    def _bind(self, name: str, parts: Parts) -> None:
        if self._names is None:
            return
        if not parts:
            self._names.pop(name, None)
            return
        if name in self._outer or name in self._fixed:
            raise Read
        self.bound.add(name)
        known = self._names.get(name, NOWHERE)
        self._names[name] = parts
        for tried in self._tried:
            tried[name] = tried.get(name, NOWHERE) | parts
        for function, node in list(self._closures.items()):
            if name in free_names(node) and not parts <= known and (captured := self._captured(node)):
                self._bind(function, captured)

    def _captured(self, function: Function) -> Parts:
        """Return the parts of what a function within this one returns, given what it reads of this one."""
        held = {name: parts for name in free_names(function) if (parts := (self._names or {}).get(name))}
        if not held:
            return NOWHERE
        self.seen |= held.keys()
        inner = Flow(self._calls, held)
        inner.follow(function)
        return as_whole(inner.returned)

    def _assign(self, target: cst.CSTNode, parts: Parts) -> None:
        if isinstance(target, cst.Name):
            self._bind(target.value, parts)
        elif isinstance(target, (cst.Tuple, cst.List)):
            plain = all(isinstance(element, cst.Element) for element in target.elements)
            for place, element in enumerate(target.elements):
                self._assign(element.value, of_item(parts, place) if plain else as_whole(parts))
        else:
            self._refuse(parts)
            self._refuse(self._value(target))

    def _leave(self) -> None:
        if self._names is not None:
            self.left |= {name for name, parts in self._names.items() if parts}

    def _return(self, parts: Parts) -> None:
        self.returned |= parts
        self._leave()
        self._names = None

    @staticmethod
    def _refuse(parts: Parts) -> None:
        if parts:
            raise Read

    # -- statements --------------------------------------------------------------------------------------

    def _block(self, body: cst.CSTNode) -> None:
        for statement in getattr(body, "body", ()):
            if self._names is None:
                return  # nothing comes here
            if isinstance(statement, cst.SimpleStatementLine):
                for small in statement.body:
                    self._simple(small)
            elif isinstance(statement, cst.BaseSmallStatement):
                self._simple(statement)
            else:
                self._compound(statement)

    def _simple(self, node: cst.CSTNode) -> None:
        if self._names is None:
            return
        match node:
            case cst.Assign():
                parts = self._value(node.value)
                for target in node.targets:
                    self._assign(target.target, parts)
            case cst.AnnAssign(value=cst.BaseExpression() as value):
                self._assign(node.target, self._value(value))
            case cst.AugAssign():
                # An array may be changed in place, and others may hold it.
                self._refuse(self._value(node.value) | self._value(node.target))
            case cst.Expr():
                # A call of which nobody takes the result is made for what it does.
                self._refuse(self._value(node.value))
            case cst.Return():
                self._return(self._of_all(node) if node.value is None else self._value(node.value))
            case cst.Raise() | cst.Assert():
                self._refuse(self._of_all(node))
                self._names = self._names if isinstance(node, cst.Assert) else None
            case cst.Break() | cst.Continue():
                self._jump(node)
            case _:
                pass  # an import, ``pass``, ``del``, what is declared

    def _jump(self, node: cst.Break | cst.Continue) -> None:
        if self._loops and self._names is not None:
            self._loops[-1][isinstance(node, cst.Continue)].append(self._names)
        self._names = None

    def _compound(self, node: cst.CSTNode) -> None:
        match node:
            case cst.If():
                self._if(node)
            case cst.For() | cst.While():
                self._loop(node)
            case cst.With():
                for item in node.items:
                    self._refuse(self._value(item.item))
                    if item.asname is not None:
                        self._assign(item.asname.name, NOWHERE)
                self._block(node.body)
            case cst.Try():
                self._try(node)
            case cst.FunctionDef():
                self._refuse(self._of_all(*node.decorators, node.params))
                self._closures[node.name.value] = node
                self._bind(node.name.value, self._captured(node))
            case _:
                self._other(node)

    def _other(self, node: cst.CSTNode) -> None:
        """Follow a class, or a statement that programs on arrays hardly have: what it holds is read."""
        names = free_names(node) if isinstance(node, cst.ClassDef) else frozenset(self._names or ())
        self._fixed |= names
        self._refuse(frozenset().union(*((self._names or {}).get(name, NOWHERE) for name in names)))
        if self._source is not None and holds(node, self._source):
            raise Read

    def _if(self, node: cst.If) -> None:
        self._refuse(self._value(node.test))
        arms = self._arms(node)
        before = dict(self._names or {})
        after: list[Names | None] = []
        for arm in arms:
            self._names = dict(before)
            if isinstance(arm, cst.If):
                self._if(arm)
            elif arm is not None:
                self._block(arm)
            after.append(self._names)
        self._names = _joined(after)

    def _arms(self, node: cst.If) -> list[cst.CSTNode | None]:
        """Return the arms on the way to the other place, or all where the way does not tell."""
        other = node.orelse.body if isinstance(node.orelse, cst.Else) else node.orelse
        arms: list[cst.CSTNode | None] = [node.body, other]
        toward = self._toward
        if toward is None or self._passed or self._loops:
            return arms
        leading: list[cst.CSTNode | None] = [arm for arm in arms if arm is not None and holds(arm, toward)]
        kept = leading or [arm for arm in arms if not _leaves(arm)] or arms
        for arm in arms:
            if arm is not None and arm not in kept:
                named = {part.value for part in nodes_of(arm) if isinstance(part, cst.Name)}
                self.apart |= named & (self._names or {}).keys()
        return kept

    def _loop(self, node: cst.For | cst.While) -> None:
        breaks: list[Names] = []
        entry: Names = dict(self._names or {})
        for _ in range(PASSES_UNREAD):
            continues: list[Names] = []
            self._names = dict(entry)
            if isinstance(node, cst.For):
                self._assign(node.target, as_whole(self._value(node.iter)))
            else:
                self._refuse(self._value(node.test))
            self._loops.append((breaks, continues))
            self._block(node.body)
            self._loops.pop()
            joined = _joined([entry, self._names, *continues]) or {}
            if joined == entry:
                break
            entry = joined
        else:
            raise Read
        self._names = dict(entry)
        if node.orelse is not None:
            self._block(node.orelse.body)
        self._names = _joined([self._names, *breaks])

    def _try(self, node: cst.Try) -> None:
        anywhere: Names = dict(self._names or {})
        self._tried.append(anywhere)
        self._block(node.body)
        self._tried.pop()
        whole, ends = self._names, list[Names | None]()
        for handler in node.handlers:
            self._names = dict(anywhere)
            self._block(handler.body)
            ends.append(self._names)
        self._names = whole
        if node.orelse is not None:
            self._block(node.orelse.body)
        self._names = _joined([self._names, *ends])
        if node.finalbody is not None:
            self._names = self._names if self._names is not None else dict(anywhere)
            self._block(node.finalbody.body)

    # -- expressions -------------------------------------------------------------------------------------

    def _value(self, node: cst.CSTNode) -> Parts:
        """Return the parts of an expression that come of the value."""
        self._calls.spend()
        parts = self._parts_of(node)
        self._passed = self._passed or node is self._toward
        if node is self._source:
            self.met = True
            return parts | self._made
        return parts

    def _parts_of(self, node: cst.CSTNode) -> Parts:
        match node:
            case cst.Name():
                return self._named(node.value)
            case cst.Attribute():
                parts = self._value(node.value)
                return NOWHERE if node.attr.value in SHAPES else as_whole(parts)
            case cst.Call():
                owner = self._value(node.func.value if isinstance(node.func, cst.Attribute) else node.func)
                return self._calls.result(node, owner, [(arg, self._value(arg.value)) for arg in node.args])
            case cst.Tuple() | cst.List() if all(isinstance(element, cst.Element) for element in node.elements):
                items = [as_item(place, self._value(element.value)) for place, element in enumerate(node.elements)]
                return NOWHERE.union(*items)
            case cst.Subscript():
                return self._subscript(node)
            case cst.IfExp():
                test = as_whole(self._value(node.test))
                return test | self._value(node.body) | self._value(node.orelse)
            case cst.NamedExpr():
                parts = self._value(node.value)
                self._assign(node.target, parts)
                return parts
            case _:
                return self._rarer(node)

    def _rarer(self, node: cst.CSTNode) -> Parts:
        match node:
            case cst.Lambda():
                self._fixed |= free_names(node) - (self._names or {}).keys()
                return self._captured(node) | self._inside(node)
            case cst.ListComp() | cst.SetComp() | cst.GeneratorExp() | cst.DictComp():
                self._comprehension(node.for_in)
                inner = [self._value(part) for part in children_of(node) if part is not node.for_in]
                return as_whole(NOWHERE.union(*inner))
            case cst.Yield():
                self._refuse(self._of_all(node))
                return NOWHERE
            case cst.Arg():
                return self._value(node.value)
            case cst.Param():
                return self._value(node.default) if node.default is not None else NOWHERE
            case _:
                return as_whole(self._of_all(node))

    def _named(self, name: str) -> Parts:
        parts = (self._names or {}).get(name, NOWHERE)
        if parts:
            self.seen.add(name)
        return parts

    def _inside(self, node: cst.Lambda) -> Parts:
        """Refuse a source within a lambda, which is followed by itself."""
        if self._source is not None and holds(node, self._source):
            raise Read
        return NOWHERE

    def _subscript(self, node: cst.Subscript) -> Parts:
        parts = self._value(node.value)
        index = self._of_all(*node.slice)
        (first, *more) = node.slice
        plain = first.slice.value if isinstance(first.slice, cst.Index) and not more else None
        if isinstance(plain, cst.Integer) and not index:
            return of_item(parts, int(plain.value, 0))
        return as_whole(parts | index)

    def _comprehension(self, clause: cst.CompFor) -> None:
        self._assign(clause.target, as_whole(self._value(clause.iter)))
        self._refuse(self._of_all(*clause.ifs))
        if clause.inner_for_in is not None:
            self._comprehension(clause.inner_for_in)

    def _of_all(self, *nodes: cst.CSTNode) -> Parts:
        """Return what the expressions within some nodes hold, which may be no expressions themselves."""
        found = NOWHERE
        for node in nodes:
            for part in children_of(node):
                found |= self._value(part)
        return found


def _leaves(arm: cst.CSTNode | None) -> bool:
    """Return whether a block returns or raises, so that what stands below it does not follow."""
    last = arm.body[-1] if isinstance(arm, cst.IndentedBlock) and arm.body else None
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], (cst.Return, cst.Raise))


def _joined(ways: Sequence[Names | None]) -> Names | None:
    """Return what the names hold where some ways meet; None where no way comes there."""
    open_ways = [way for way in ways if way is not None]
    if not open_ways:
        return None
    joined: Names = {}
    for way in open_ways:
        for name, parts in way.items():
            joined[name] = joined.get(name, NOWHERE) | parts
    return joined
