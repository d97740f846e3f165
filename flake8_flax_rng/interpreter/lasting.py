"""What a function that is followed by itself knows of the code around it: the modules made there.

A key that was bound before may have been used or renewed since. A Linen module, which nothing can change, is the same
in each call.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter import classes
from flake8_flax_rng.interpreter.heap import DictObject, HeapObject, Instance, ListObject
from flake8_flax_rng.interpreter.values import (
    Bound,
    Class,
    Function,
    Key,
    Keys,
    Native,
    Partial,
    Ref,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.semantics.linen import TRAIN_STATES
from flake8_flax_rng.syntax.walk import walk

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.engine import Engine
    from flake8_flax_rng.interpreter.state import State
    from flake8_flax_rng.syntax.source import Chunk

_NESTING = 8
_NONLOCAL = re.compile(r"\bnonlocal\b([^\n#;]*)")
_ANY = "*"
_SETATTR = 3
_APPLY = "apply_fn"


@dataclass
class Lasting:
    """Names with what they stand for as long as the program runs.

    Args:
        names: the names.
        heap: the objects that they refer to.
        example: whether others may stand for them in another run of the program, as the engine knows it.
        others: the names of which nothing is known, and which hide those of the text around.
    """

    names: dict[str, Value] = field(default_factory=dict)
    heap: dict[int, HeapObject] = field(default_factory=dict)
    example: int = 0
    others: frozenset[str] = frozenset()

    def add(self, other: Lasting, names: set[str]) -> None:
        """Take over some names of another one."""
        taken = {name: value for name, value in other.names.items() if name in names}
        if taken:
            self.names.update(taken)
            self.heap.update(other.heap)
            self.example = max(self.example, other.example)

    def give(self, state: State) -> None:
        """Put the objects into the heap of a path."""
        for address, found in self.heap.items():
            state.heap.setdefault(address, found)


def _kept(names: dict[str, Value], state: State, example: int) -> Lasting:
    """Return those of the names that stand for a Linen module, for one of its classes or for a method of one."""
    found = Lasting(example=example)
    for name, value in names.items():
        heap: dict[int, HeapObject] = {}
        if _lasts(value, state) and _gathered(value, state, heap):
            found.names[name] = value
            found.heap.update(heap)
    return found


def nonlocal_names(text: str) -> frozenset[str]:
    """Return the names that inner functions of a text set anew."""
    if "nonlocal" not in text:
        return frozenset()
    return frozenset(name for names in _NONLOCAL.findall(text) for name in re.findall(r"\w+", names))


def common(
    engine: Engine, paths: list[tuple[dict[str, Value], State]], without: frozenset[str] = frozenset()
) -> Lasting:
    """Return what lasts of names on several paths.

    Args:
        engine: the analysis.
        paths: the names and the state of each path.
        without: the names that do not last.

    Returns:
        those that stand for the same Linen module, class of modules or method of one on all paths; of two modules of
        one class only the fields are known that are alike.
    """
    if not paths:
        return Lasting()
    bound = {name for names, _ in paths for name in names}
    first, *others = [_kept(names, state, engine.example) for names, state in paths]
    for other in others:
        names: dict[str, Value] = {}
        for name, value in first.names.items():
            joined = _joined(engine, first, value, other, other.names.get(name))
            if joined is not None:
                names[name] = joined
        first = Lasting(names, {**other.heap, **first.heap}, first.example)
    for name in without:
        first.names.pop(name, None)
    first.others = frozenset(bound.difference(first.names))
    return first


def _joined(engine: Engine, first: Lasting, ours: Value, second: Lasting, theirs: Value | None) -> Value | None:
    if ours == theirs:
        return ours
    if isinstance(ours, Native) and isinstance(theirs, Native) and ours.name == theirs.name:
        receiver = _joined(engine, first, ours.receiver, second, theirs.receiver)
        return None if receiver is None else Native(ours.name, receiver)
    if not (isinstance(ours, Ref) and isinstance(theirs, Ref)):
        return None
    one, two = first.heap.get(ours.address), second.heap.get(theirs.address)
    if not (isinstance(one, Instance) and isinstance(two, Instance)) or one.cls != two.cls:
        return None
    alike: dict[str, Value] = {}
    for name, value in one.attributes.items():
        joined = _joined(engine, first, value, second, two.attributes.get(name))
        if joined is not None:
            alike[name] = joined
    if _APPLY in one.attributes and _APPLY not in alike:
        return None
    either = Ref(engine.number())
    first.heap[either.address] = replace(one, attributes=alike, symbolic=True)
    return either


def _lasts(value: Value, state: State) -> bool:
    if isinstance(value, Function):
        return value.owner is None
    if isinstance(value, Class | Symbol):
        return classes.is_linen(value)
    if isinstance(value, Ref):
        found = state.instance(value)
        return found is not None and found.frozen and (classes.is_linen(found.cls) or _is_state(found, state))
    if isinstance(value, Native):
        return value.name.startswith("linen.") and _lasts(value.receiver, state)
    if isinstance(value, Partial | Wrapped):
        return _lasts(value.function, state)
    return False


def is_state(value: Value, held: Lasting) -> bool:
    """Return whether a value is a ``TrainState``, which is made anew in each step and keeps its model."""
    found = held.heap.get(value.address) if isinstance(value, Ref) else None
    return isinstance(found, Instance) and classes.derives(found.cls, TRAIN_STATES)


def _is_state(found: Instance, state: State) -> bool:
    held = found.attributes.get(_APPLY)
    return classes.derives(found.cls, TRAIN_STATES) and held is not None and _lasts(held, state)


def _gathered(value: Value, state: State, heap: dict[int, HeapObject], depth: int = 0) -> bool:
    """Gather the objects that a value refers to; return False where a key is among them."""
    if isinstance(value, Key | Keys) or depth > _NESTING:
        return False
    if isinstance(value, Ref):
        found = state.heap.get(value.address)
        if found is None or value.address in heap:
            return True
        if isinstance(found, Instance) and classes.derives(found.cls, TRAIN_STATES):
            found = replace(found, attributes={_APPLY: found.attributes[_APPLY]}, symbolic=True)
        heap[value.address] = found
        return all(_gathered(inner, state, heap, depth + 1) for inner in _held(found))
    return all(_gathered(inner, state, heap, depth + 1) for inner in _parts(value))


def _held(found: HeapObject) -> Iterator[Value]:
    if isinstance(found, Instance):
        yield from found.attributes.values()
    elif isinstance(found, ListObject):
        yield from found.items
    elif isinstance(found, DictObject):
        yield from (value for _, value in found.entries)


def _parts(value: Value) -> Iterator[Value]:
    if isinstance(value, Tuple):
        yield from value.items
    elif isinstance(value, Bound):
        yield from (value.function, value.receiver)
    elif isinstance(value, Native):
        yield value.receiver
    elif isinstance(value, Partial):
        yield from (value.function, *value.args, *(item for _, item in value.keywords))
    elif isinstance(value, Wrapped):
        yield from (value.function, *(item for _, item in value.options))


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
                for statement in chunk.tree:
                    self._read(statement)

    def _read(self, statement: ast.stmt) -> None:
        if not isinstance(statement, ast.ClassDef):
            self._note(statement, "", "")
            return
        for part in statement.body:
            if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef):
                self._note(part, statement.name, part.name)

    def _note(self, node: ast.AST, owner: str, method: str) -> None:
        values: dict[ast.Attribute, ast.expr] = {}
        for inner in walk(node):
            if isinstance(inner, ast.Assign):
                values.update(
                    (part, inner.value) for target in inner.targets for part in _attributes(target, ast.Store)
                )
            elif isinstance(inner, ast.AnnAssign) and isinstance(inner.target, ast.Attribute) and inner.value:
                values[inner.target] = inner.value
            elif isinstance(inner, ast.Call):
                self._note_call(inner, owner, method)
            elif isinstance(inner, ast.Attribute) and not isinstance(inner.ctx, ast.Load):
                own = owner if _is_self(inner.value) else ""
                self._stored.setdefault(inner.attr, set()).add(_Store(own, method, _kind(inner, values.get(inner))))

    def _note_call(self, call: ast.Call, owner: str, method: str) -> None:
        """Note ``setattr(x, name, value)``, which may set any attribute of ``self`` where the name is computed."""
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if called not in ("setattr", "__setattr__") or len(call.args) < _SETATTR - _of_super(call.func):
            return
        name = call.args[-2]
        own = owner if _of_super(call.func) or _is_self(call.args[-3]) else ""
        if isinstance(name, ast.Constant):
            self._stored.setdefault(str(name.value), set()).add(_Store(own, method, ""))
        elif own:
            self._stored.setdefault(_ANY, set()).add(_Store(own, f"{method} by name", ""))

    def only_in(self, name: str, method: str, owners: set[str], renewed: bool) -> bool:
        """Return whether an attribute is set in one method only, but for one that is None at first.

        Args:
            name: the attribute.
            method: the method.
            owners: the names of the class and its ancestors.
            renewed: whether it may also be set to something that is made from what it was.
        """
        return all(
            store.method == method or store.kind == "none" or (renewed and store.kind == "renewed")
            for store in (*self._stored.get(name, ()), *self._stored.get(_ANY, ()))
            if not store.owner or store.owner in owners
        )

    def setters(self, owners: set[str], constructor: str) -> dict[str, set[str]]:
        """Return the attributes that one method sets to what a call returns, and that no other does, by that method.

        Args:
            owners: the names of the class and its ancestors.
            constructor: a method that does not count.
        """
        found: dict[str, set[str]] = {}
        for name, stores in self._stored.items():
            made = {store.method for store in stores if store.owner in owners and store.kind == "call"}
            if len(made) == 1 and constructor not in made and self.only_in(name, next(iter(made)), owners, True):
                found.setdefault(next(iter(made)), set()).add(name)
        return found


@dataclass(frozen=True)
class _Store:
    """An assignment to an attribute.

    Args:
        owner: the class in whose method it stands, if it is one of ``self``.
        method: that method.
        kind: ``renewed`` if the attribute's old value is part of the new one, ``none``, ``call`` or empty.
    """

    owner: str
    method: str
    kind: str


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _of_super(called: ast.expr) -> bool:
    """Return whether this is ``super().__setattr__``, which sets an attribute of ``self``."""
    inner = called.value if isinstance(called, ast.Attribute) else None
    return isinstance(inner, ast.Call) and isinstance(inner.func, ast.Name) and inner.func.id == "super"


def _kind(target: ast.Attribute, value: ast.expr | None) -> str:
    if value is None:
        return ""
    if isinstance(value, ast.Constant) and value.value is None:
        return "none"
    old = ast.dump(target.value)
    if any(part.attr == target.attr and ast.dump(part.value) == old for part in _attributes(value, ast.Load)):
        return "renewed"
    return "call" if isinstance(value, ast.Call) else ""


def _attributes(node: ast.AST, context: type[ast.expr_context]) -> Iterator[ast.Attribute]:
    for inner in walk(node):
        if isinstance(inner, ast.Attribute) and isinstance(inner.ctx, context):
            yield inner
