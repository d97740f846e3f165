"""What a function that is followed by itself knows of the code around it: the modules made there.

A key that was bound before may have been used or renewed since. A Linen module, which nothing can change, is the same
in each call. So is an attribute that all code of the project sets to one truth value.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.program import Chosen, FixedObjects
from flake8_flax_rng.interpreter.domain.budget import ALTERNATIVES_FOLLOWED, NESTING_FIXED, TEXTS_REMEMBERED
from flake8_flax_rng.interpreter.domain.heap import DictObject, HeapObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.values import (
    Bound,
    Class,
    Const,
    Function,
    Key,
    Keys,
    Native,
    Opaque,
    Partial,
    Ref,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.domain.walk import OBJECTS, identity, reachable
from flake8_flax_rng.interpreter.python import lineage
from flake8_flax_rng.interpreter.python.decorators import undecorated
from flake8_flax_rng.records import replaced
from flake8_flax_rng.syntax.constant_flags import constant_flag

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State

_NONLOCAL = re.compile(r"\bnonlocal\b([^\n#;]*)")
_APPLY = "apply_fn"
_RUNS = ("linen.", "haiku.")
"""The kinds of methods that run a model: of a module, or of a function that Haiku has transformed."""

_FLEETING = frozenset({Const, Opaque})
"""What most names stand for: no model, and nothing that holds one."""

_PARTS = frozenset({*OBJECTS, Bound, Native, Partial, Wrapped})
"""What an object may hold that lasts; what a function is given by default is no part of it."""


def _kept(names: dict[str, Value], state: State, chosen: Chosen) -> FixedObjects:
    """Return those of the names that stand for a Linen module, for one of its classes or for a method of one."""
    found = FixedObjects(chosen=chosen)
    for name, value in names.items():
        if type(value) in _FLEETING:
            continue
        lasting = _Lasting(state)
        if lasting.holds(value):
            found.names[name] = value
            found.heap.update(lasting.heap)
    return found


@lru_cache(maxsize=TEXTS_REMEMBERED)
def nonlocal_names(text: str) -> frozenset[str]:
    """Return the names that inner functions of a text set anew."""
    if "nonlocal" not in text:
        return frozenset()
    return frozenset(name for names in _NONLOCAL.findall(text) for name in re.findall(r"\w+", names))


def common(
    engine: Engine,
    paths: list[tuple[dict[str, Value], State]],
    without: frozenset[str] = frozenset(),
    unset: bool = False,
) -> FixedObjects:
    """Return what lasts of names on several paths.

    Args:
        engine: the analysis.
        paths: the names and the state of each path.
        without: the names that do not last.
        unset: whether a path that does not set a name leaves it as another one has set it.

    Returns:
        those that stand for the same Linen module, class of modules or method of one on all paths; of two modules of
        one class only the fields are known that are alike.
    """
    if not paths:
        return FixedObjects()
    bound = {name for names, _ in paths for name in names}
    first, *others = _all_kept(engine, paths, unset)
    for other in others:
        joining = _Joining(engine, first, other)
        names: dict[str, Value] = {}
        for name, value in first.names.items():
            joined = joining.of(value, other.names.get(name))
            if joined is not None:
                names[name] = joined
        first = FixedObjects(names, {**other.heap, **first.heap}, first.chosen)
    for name in without:
        first.names.pop(name, None)
    first.others = frozenset(bound.difference(first.names))
    return first


def alternatives(
    engine: Engine, paths: list[tuple[dict[str, Value], State]], known: FixedObjects, unset: bool = False
) -> tuple[FixedObjects, ...]:
    """Return what those names stand for that last on all of several paths, and are not alike on all of them.

    Args:
        engine: the analysis.
        paths: the names and the state of each path.
        known: what is the same on all paths.
        unset: whether a path that does not set a name leaves it as another one has set it.

    Returns:
        what they stand for on each path, once for those that are alike; nothing where there are too many.
    """
    kept = _all_kept(engine, paths, unset)
    wanted = set.intersection(*(set(one.names) for one in kept)) - set(known.names) if kept else set()
    found: list[FixedObjects] = []
    for one in kept if wanted else ():
        way = one.only(wanted)
        place = next((place for place, other in enumerate(found) if _joined(engine, other, way)), None)
        if place is None:
            found.append(way)
        if len(found) > ALTERNATIVES_FOLLOWED:
            return ()
    return tuple(found) if len(found) > 1 else ()


def _all_kept(engine: Engine, paths: list[tuple[dict[str, Value], State]], unset: bool) -> list[FixedObjects]:
    kept = [_kept(names, state, engine.chosen) for names, state in paths]
    for (names, _), one in zip(paths, kept, strict=True) if unset else ():
        for other in kept:
            lent = other.only(set(other.names).difference(names, one.names))
            one.names.update(lent.names)
            one.heap.update({address: found for address, found in other.heap.items() if lent.names})
    return kept


def _joined(engine: Engine, first: FixedObjects, second: FixedObjects) -> bool:
    """Make one of two ways, if all names are alike on both; return whether they are."""
    joining = _Joining(engine, first, second)
    names = {name: joining.of(value, second.names[name]) for name, value in first.names.items()}
    if None in names.values():
        return False
    first.names = {name: value for name, value in names.items() if value is not None}
    first.heap = {**second.heap, **first.heap}
    return True


class _Joining:
    """Finds what two paths have in common; of two objects that they share, what both know.

    Args:
        engine: the analysis.
        first: what one path keeps; the objects that stand for two are added.
        second: what the other one keeps.
    """

    def __init__(self, engine: Engine, first: FixedObjects, second: FixedObjects):
        self._engine = engine
        self._first = first
        self._second = second
        self._known: dict[tuple[int, int], Value | None] = {}

    def of(self, ours: Value, theirs: Value | None) -> Value | None:
        """Return what stands for two values, None if they are not alike."""
        if ours == theirs:
            return ours
        if isinstance(ours, Native) and isinstance(theirs, Native) and ours.name == theirs.name:
            receiver = self.of(ours.receiver, theirs.receiver)
            return None if receiver is None else Native(ours.name, receiver)
        if not (isinstance(ours, Ref) and isinstance(theirs, Ref)):
            return None
        places = ours.address, theirs.address
        if places not in self._known:
            self._known[places] = None  # for an object that holds itself
            self._known[places] = self._object(self._first.heap.get(places[0]), self._second.heap.get(places[1]))
        return self._known[places]

    def _object(self, one: HeapObject | None, two: HeapObject | None) -> Value | None:
        if isinstance(one, DictObject) and isinstance(two, DictObject):
            entries = [(key, self.of(value, two.get(key))) for key, value in one.entries]
            alike = tuple((key, value) for key, value in entries if value is not None)
            return self._added(DictObject(alike, complete=False)) if alike else None
        if not (isinstance(one, Instance) and isinstance(two, Instance)) or one.cls != two.cls:
            return None
        common = {name: self.of(value, two.attributes.get(name)) for name, value in one.attributes.items()}
        fields = {name: value for name, value in common.items() if value is not None}
        if not (fields or lineage.is_linen(one.cls)) or (_APPLY in one.attributes and _APPLY not in fields):
            return None
        return self._added(replaced(one, attributes=fields, symbolic=True))

    def _added(self, found: HeapObject) -> Ref:
        either = Ref(self._engine.number())
        self._first.heap[either.address] = found
        return either


class _Lasting:
    """Tells which values last on a path, and gathers the objects that they refer to, as far as these do.

    Args:
        state: the path.

    Attributes:
        heap: the objects.
    """

    def __init__(self, state: State):
        self.heap: dict[int, HeapObject] = {}
        self._state = state
        self._known: dict[int, bool] = {}

    def holds(self, value: Value, depth: int = 0) -> bool:
        """Return whether a value lasts."""
        if type(value) in _FLEETING:
            return False
        place = identity(value)
        if place not in self._known:
            self._known[place] = False  # for an object that holds itself
            self._known[place] = depth <= NESTING_FIXED and self._is_lasting(value, depth)
        return self._known[place]

    def _is_lasting(self, value: Value, depth: int) -> bool:
        if isinstance(value, Function):
            return value.owner is None
        if isinstance(value, (Class, Symbol)):
            return lineage.is_linen(value)
        if isinstance(value, Native):
            model = value.receiver.items[0] if isinstance(value.receiver, Tuple) else value.receiver
            return value.name.startswith(_RUNS) and (self._of_its_object(model) or self.holds(model, depth + 1))
        if isinstance(value, (Partial, Wrapped)):
            return self.holds(value.function, depth + 1) and self._gathered(value)
        if isinstance(value, Tuple):
            return bool(value.items) and all(self.holds(item, depth + 1) for item in value.items)
        found = self._state.heap.get(value.address) if isinstance(value, Ref) else None
        return isinstance(value, Ref) and found is not None and self._object(value, found, depth + 1)

    def _of_its_object(self, model: Value) -> bool:
        """Keep a method that is the model, as in ``hk.transform(self._forward)``, for any object of its class."""
        if not isinstance(model, Bound) or not isinstance(model.function, Function):
            return False
        found = self._state.instance(model.receiver)
        if not isinstance(model.receiver, Ref) or found is None or not isinstance(found.cls, Class):
            return False
        self.heap[model.receiver.address] = replaced(found, attributes={}, symbolic=True)
        return True

    def _object(self, value: Ref, found: HeapObject, depth: int) -> bool:
        if isinstance(found, Instance) and lineage.is_linen(found.cls):
            return found.frozen and (self._gathered(value) or self._module(value, found))
        if isinstance(found, Instance):
            kept = {name: item for name, item in found.attributes.items() if self.holds(item, depth)}
            if not found.frozen or not kept or (_APPLY in found.attributes and _APPLY not in kept):
                return False
            self.heap[value.address] = replaced(found, attributes=kept, symbolic=True)
            return True
        if isinstance(found, DictObject):
            entries = tuple(entry for entry in found.entries if self.holds(entry[1], depth))
            self.heap[value.address] = DictObject(entries, complete=False)
            return bool(entries)
        self.heap[value.address] = found
        return bool(found.items) and all(self.holds(item, depth) for item in found.items)

    def _module(self, value: Ref, found: Instance) -> bool:
        """Keep a module without what other code has set on it and no field of its class holds: that may have keys."""
        if not isinstance(found.cls, Class):
            return False
        own = {name: item for name, item in found.attributes.items() if name in found.cls.fields}
        if len(own) == len(found.attributes) or not all(self._gathered(item) for item in own.values()):
            return False
        self.heap[value.address] = replaced(found, attributes=own, symbolic=True)
        return True

    def _gathered(self, value: Value) -> bool:
        """Gather the objects that a value refers to; return False where a key is among them."""
        gathered = {identity(Ref(address)) for address in self.heap}
        for inner in reachable(value, self._state.heap, _PARTS, gathered):
            if isinstance(inner, (Key, Keys)):
                return False
            found = self._state.heap.get(inner.address) if isinstance(inner, Ref) else None
            if isinstance(inner, Ref) and found is not None:
                self.heap.setdefault(inner.address, found)
        return True


def parts(paths: list[tuple[dict[str, Value], State]]) -> dict[str, Class]:
    """Return the names that stand for a mutable object of one class of the program on all paths that set them."""
    found: dict[str, Class] = {}
    for name in dict.fromkeys(name for names, _ in paths for name in names):
        held = [state.instance(names[name]) for names, state in paths if name in names]
        first = held[0]
        if first is None or first.frozen or not isinstance(first.cls, Class):
            continue
        if all(other is not None and other.cls is first.cls for other in held):
            found[name] = first.cls
    return found


def is_renewed(value: Value, held: FixedObjects) -> bool:
    """Return whether a value is a record or container, which is made anew in each step and keeps its models."""
    found = held.heap.get(value.address) if isinstance(value, Ref) else None
    return isinstance(found, DictObject) or (isinstance(found, Instance) and not lineage.is_linen(found.cls))


def is_container(value: Value, held: FixedObjects) -> bool:
    """Return whether a value is a list or dict, which can be given other items."""
    return isinstance(value, Ref) and isinstance(held.heap.get(value.address), (ListObject, DictObject))


def flag(engine: Engine, cls: Class, name: str) -> Const | None:
    """Return the truth value that an attribute of each object of a class has, None where it may have another one.

    It is known where a method of the class sets it, and where all code of the project that names it sets it to the
    same value.
    """
    known = engine.program.flags
    place = cls.serial, name
    if place not in known:
        known[place] = _settled(engine, name) if _is_set_by(cls, name) else None
    return known[place]


def _is_set_by(cls: Class, name: str) -> bool:
    """Return whether a method of a class sets an attribute to a truth value, as its text says."""
    chunks = {
        function.code.chunk
        for base in lineage.ancestors(cls)
        if isinstance(base, Class)
        for member in base.members.values()
        if isinstance(function := undecorated(member), Function)
    }
    return any(name in _flags_in(chunk.text) for chunk in chunks)


@lru_cache(maxsize=TEXTS_REMEMBERED)
def _flags_in(text: str) -> frozenset[str]:
    """Return the attributes that a piece of text sets to a truth value."""
    return frozenset(_SET_TO_TRUTH.findall(text))


_SET_TO_TRUTH = re.compile(r"\bself\.(\w+) = (?:True|False)\b")


def _settled(engine: Engine, name: str) -> Const | None:
    others = engine.files.others
    elsewhere = others.mentioning(name) if others is not None else []
    if elsewhere is None:
        return None
    value = constant_flag(name, [*engine.book.text, *(statement for text in elsewhere for statement in text)])
    return Const(value) if value is not None else None
