"""Where a program sets the attributes of its objects, as its text says."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from enum import StrEnum
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from flake8_flax_rng.records import record
from flake8_flax_rng.syntax.mutators import CHANGING
from flake8_flax_rng.syntax.walk import called_name, walk

if TYPE_CHECKING:
    from flake8_flax_rng.syntax.source import Chunk

_ANY = "*"
_ALL = "__dict__"
_SETATTR = 3


@record()
class Held:
    """What an attribute holds.

    Args:
        renewed: whether it may also be set to something that is made from what it was.
        container: whether it is a list or dict, into which something may be put.
    """

    renewed: bool = False
    container: bool = False


class Stores:
    """Where the attributes of objects are set in some text.

    Args:
        chunks: the text.
    """

    def __init__(self, chunks: list[Chunk]):
        self._stored: dict[str, set[_Store]] = {}
        self._chunks: set[Chunk] = set()
        self.include(chunks)

    def include(self, chunks: Iterable[Chunk]) -> None:
        """Read further text; what was read already is not read again."""
        for chunk in chunks:
            if chunk not in self._chunks:
                self._chunks.add(chunk)
                for name, stores in _stores_in(chunk).items():
                    self._stored.setdefault(name, set()).update(stores)

    def only_in(self, name: str, method: str, owners: set[str], held: Held | None = None) -> bool:
        """Return whether an attribute is set in one method only, but for one that is None at first.

        Args:
            name: the attribute.
            method: the method.
            owners: the names of the class and its ancestors.
            held: what it holds.
        """
        return not self._others(name, method, owners, held or Held())

    def also_in(self, name: str, method: str, owners: set[str], held: Held) -> set[str]:
        """Return the other methods of the class that set an attribute; none if any other code does."""
        others = self._others(name, method, owners, held)
        own = all(store.owner in owners and store.kind is not _Stored.FILLED for store in others)
        return {store.method for store in others} if own else set()

    def _others(self, name: str, method: str, owners: set[str], held: Held) -> list[_Store]:
        return [
            store
            for store in (*self._stored.get(name, ()), *self._stored.get(_ANY, ()))
            if not store.owner or store.owner in owners
            if not (store.method == method or store.kind is _Stored.NONE)
            if not (held.renewed and store.kind is _Stored.RENEWED)
            if held.container or store.kind is not _Stored.FILLED
        ]

    def setters(self, owners: set[str], constructor: str) -> dict[str, set[str]]:
        """Return the attributes that one method sets to what a call returns, and that no other does, by that method.

        Args:
            owners: the names of the class and its ancestors.
            constructor: a method that does not count.
        """
        found: dict[str, set[str]] = {}
        for name, stores in self._stored.items():
            made = {store.method for store in stores if store.owner in owners and store.kind is _Stored.CALL}
            if (
                len(made) == 1
                and constructor not in made
                and self.only_in(name, next(iter(made)), owners, Held(renewed=True))
            ):
                found.setdefault(next(iter(made)), set()).add(name)
        return found


class _Stored(StrEnum):
    """What an attribute is set to."""

    RENEWED = "renewed"
    """To something that its old value is part of."""

    FILLED = "filled"
    """To what it is already: something is put into it."""

    NONE = "none"
    CALL = "call"
    """To what a call returns."""

    OTHER = "other"


@record()
class _Store:
    """An assignment to an attribute.

    Args:
        owner: the class in whose method it stands, if it is one of ``self``.
        method: that method; one in an inner function, which may run at any later time, is of none.
        kind: what it is set to.
    """

    owner: str
    method: str
    kind: _Stored


_READ: WeakKeyDictionary[Chunk, dict[str, set[_Store]]] = WeakKeyDictionary()
"""What was read of the chunks that are still there: other files outlive an analysis, and some ask twice in one."""

_NOTED = frozenset(
    {
        ast.Assign,
        ast.AnnAssign,
        ast.Call,
        ast.arg,
        ast.Name,
        ast.Attribute,
        ast.Subscript,
        ast.FunctionDef,
        ast.AsyncFunctionDef,
        ast.Lambda,
    }
)


def _is_noted(node: ast.AST) -> bool:
    """Return whether a node tells something of what is set; most that are walked over only read."""
    return type(node) in _NOTED and type(getattr(node, "ctx", None)) is not ast.Load


def _stores_in(chunk: Chunk) -> dict[str, set[_Store]]:
    """Return the stores in a chunk by the attribute."""
    known = _READ.get(chunk)
    if known is None:
        reader = _Reader()
        for statement in chunk.tree:
            reader.read(statement)
        known = _READ[chunk] = reader.stored
    return known


class _Reader:
    """Reads where attributes are set.

    Attributes:
        stored: the stores by the attribute.
    """

    def __init__(self) -> None:
        self.stored: dict[str, set[_Store]] = {}

    def read(self, statement: ast.stmt) -> None:
        """Read a top-level statement."""
        if not isinstance(statement, ast.ClassDef):
            self._note(statement, "", "")
            return
        for part in statement.body:
            if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef)):
                self._note(part, statement.name, part.name)

    def _note(self, node: ast.AST, owner: str, method: str) -> None:
        values: dict[ast.AST, ast.expr] = {}
        written: list[tuple[ast.expr, ast.AST]] = []
        names: list[ast.AST] = []
        later: set[ast.AST] = set()
        for inner in filter(_is_noted, walk(node)):
            if isinstance(inner, ast.Assign):
                targets = [part for target in inner.targets for part in walk(target)]
                values.update((part, inner.value) for part in targets if not isinstance(part, ast.expr_context))
            elif isinstance(inner, ast.AnnAssign) and inner.value:
                values[inner.target] = inner.value
            elif isinstance(inner, ast.Call):
                self._note_call(inner, owner, f"{method} later" if inner in later else method)
            elif isinstance(inner, ast.arg) or (isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store)):
                names.append(inner)
            elif isinstance(inner, ast.Attribute):
                written.append((inner, inner))
            elif isinstance(inner, ast.Subscript):
                written.append((inner.value, inner))
            elif isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)) and inner is not node:
                later.update(walk(inner))
        sources = _sources(names, values) if written else {}
        for place, target in written:
            attribute = _attribute(place)
            if attribute is None:
                continue
            kind = _kind(attribute, values.get(target), sources)
            if target is not place and kind is not _Stored.RENEWED:
                kind = _Stored.FILLED
            own = owner if _is_self(attribute.value) else ""
            self._add(attribute.attr, _Store(own, f"{method} later" if target in later else method, kind))

    def _add(self, name: str, store: _Store) -> None:
        """Note that an attribute is set; with the ``__dict__`` of ``self`` any of its attributes is."""
        if name != _ALL:
            self.stored.setdefault(name, set()).add(store)
        elif store.owner:
            self.stored.setdefault(_ANY, set()).add(_Store(store.owner, f"{store.method} by name", _Stored.OTHER))

    def _note_call(self, call: ast.Call, owner: str, method: str) -> None:
        """Note ``setattr(x, name, value)``, which may set any attribute of ``self`` where the name is computed.

        What methods of a list or dict change in it is noted too.
        """
        filling = isinstance(call.func, ast.Attribute) and call.func.attr in CHANGING
        filled = _attribute(call.func.value) if isinstance(call.func, ast.Attribute) and filling else None
        if filled is not None:
            own = owner if _is_self(filled.value) else ""
            self._add(filled.attr, _Store(own, method, _Stored.FILLED))
        called = called_name(call)
        if called not in ("setattr", "__setattr__") or len(call.args) < _SETATTR - _of_super(call.func):
            return
        name = call.args[-2]
        own = owner if _of_super(call.func) or _is_self(call.args[-3]) else ""
        if isinstance(name, ast.Constant):
            self._add(str(name.value), _Store(own, method, _Stored.OTHER))
        else:
            self._add(_ALL, _Store(own, method, _Stored.OTHER))


def _attribute(node: ast.expr) -> ast.Attribute | None:
    """Return the attribute that an expression stands for; ``vars(x)`` stands for ``x.__dict__``."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "vars" and node.args:
        return ast.Attribute(node.args[0], _ALL, ast.Load())
    return node if isinstance(node, ast.Attribute) else None


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _of_super(called: ast.expr) -> bool:
    """Return whether this is ``super().__setattr__``, which sets an attribute of ``self``."""
    inner = called.value if isinstance(called, ast.Attribute) else None
    return isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "super"


def _sources(names: list[ast.AST], values: dict[ast.AST, ast.expr]) -> dict[str, list[ast.expr]]:
    """Return what local names are assigned; none for those that are bound in another way too."""
    sources: dict[str, list[ast.expr]] = {}
    others: set[str] = set()
    for name in names:
        if isinstance(name, ast.Name) and name in values:
            sources.setdefault(name.id, []).append(values[name])
        else:
            others.add(name.id if isinstance(name, ast.Name) else getattr(name, "arg", ""))
    return {name: found for name, found in sources.items() if name not in others}


def _kind(target: ast.Attribute, value: ast.expr | None, sources: dict[str, list[ast.expr]]) -> _Stored:
    if value is None:
        return _Stored.OTHER
    if isinstance(value, ast.Constant) and value.value is None:
        return _Stored.NONE
    old = ast.dump(target.value)
    of = sources.get(value.id, []) if isinstance(value, ast.Name) else [value]
    if of and all(_reads(part, target.attr, old) for part in of):
        return _Stored.RENEWED
    return _Stored.CALL if isinstance(value, ast.Call) else _Stored.OTHER


def _reads(node: ast.expr, attribute: str, owner: str) -> bool:
    """Return whether an expression reads an attribute as a whole, or calls a method of it."""
    parts = list(walk(node))
    called = {part.func for part in parts if isinstance(part, ast.Call)}
    taken = {part.value for part in parts if isinstance(part, ast.Attribute) and part not in called}
    return any(
        isinstance(part, ast.Attribute)
        and part.attr == attribute
        and isinstance(part.ctx, ast.Load)
        and part not in taken
        and ast.dump(part.value) == owner
        for part in parts
    )
