"""What a function that is followed by itself knows of the code around it: the modules made there.

A key that was bound before may have been used or renewed since. A Linen module, which nothing can change, is the same
in each call.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.program import Chosen, FixedObjects
from flake8_flax_rng.interpreter.domain.budget import NESTING_FIXED
from flake8_flax_rng.interpreter.domain.heap import DictObject, HeapObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.values import (
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
from flake8_flax_rng.interpreter.domain.walk import OBJECTS, reachable
from flake8_flax_rng.interpreter.python import lineage

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State

_NONLOCAL = re.compile(r"\bnonlocal\b([^\n#;]*)")
_APPLY = "apply_fn"
_LASTING = frozenset({*OBJECTS, Bound, Native, Partial, Wrapped})
"""What an object may hold that lasts; what a function is given by default is no part of it."""


def _kept(names: dict[str, Value], state: State, chosen: Chosen) -> FixedObjects:
    """Return those of the names that stand for a Linen module, for one of its classes or for a method of one."""
    found = FixedObjects(chosen=chosen)
    for name, value in names.items():
        heap: dict[int, HeapObject] = {}
        if _lasts(value, state, heap):
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
) -> FixedObjects:
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
        return FixedObjects()
    bound = {name for names, _ in paths for name in names}
    first, *others = [_kept(names, state, engine.chosen) for names, state in paths]
    for other in others:
        names: dict[str, Value] = {}
        for name, value in first.names.items():
            joined = _joined(engine, first, value, other, other.names.get(name))
            if joined is not None:
                names[name] = joined
        first = FixedObjects(names, {**other.heap, **first.heap}, first.chosen)
    for name in without:
        first.names.pop(name, None)
    first.others = frozenset(bound.difference(first.names))
    return first


def _joined(
    engine: Engine, first: FixedObjects, ours: Value, second: FixedObjects, theirs: Value | None
) -> Value | None:
    if ours == theirs:
        return ours
    if isinstance(ours, Native) and isinstance(theirs, Native) and ours.name == theirs.name:
        receiver = _joined(engine, first, ours.receiver, second, theirs.receiver)
        return None if receiver is None else Native(ours.name, receiver)
    if not (isinstance(ours, Ref) and isinstance(theirs, Ref)):
        return None
    one, two = first.heap.get(ours.address), second.heap.get(theirs.address)
    either = Ref(engine.number())
    if isinstance(one, DictObject) and isinstance(two, DictObject):
        entries = [(key, _joined(engine, first, value, second, two.get(key))) for key, value in one.entries]
        alike = tuple((key, value) for key, value in entries if value is not None)
        first.heap[either.address] = DictObject(alike, complete=False)
        return either if alike else None
    if not (isinstance(one, Instance) and isinstance(two, Instance)) or one.cls != two.cls:
        return None
    fields: dict[str, Value] = {}
    for name, value in one.attributes.items():
        joined = _joined(engine, first, value, second, two.attributes.get(name))
        if joined is not None:
            fields[name] = joined
    if not (fields or lineage.is_linen(one.cls)) or (_APPLY in one.attributes and _APPLY not in fields):
        return None
    first.heap[either.address] = replace(one, attributes=fields, symbolic=True)
    return either


def _lasts(value: Value, state: State, heap: dict[int, HeapObject], depth: int = 0) -> bool:
    """Return whether a value lasts, and gather the objects that it refers to, as far as they do."""
    if isinstance(value, Function):
        return value.owner is None
    if isinstance(value, Class | Symbol):
        return lineage.is_linen(value)
    if isinstance(value, Native):
        return value.name.startswith("linen.") and _lasts(value.receiver, state, heap, depth)
    if isinstance(value, Partial | Wrapped):
        return _lasts(value.function, state, heap, depth) and _gathered(value, state, heap)
    if isinstance(value, Tuple):
        return bool(value.items) and all(_lasts(item, state, heap, depth + 1) for item in value.items)
    return isinstance(value, Ref) and depth <= NESTING_FIXED and _object_lasts(value, state, heap, depth)


def _object_lasts(value: Ref, state: State, heap: dict[int, HeapObject], depth: int) -> bool:
    found = state.heap.get(value.address)
    if value.address in heap:
        return True
    if isinstance(found, Instance) and lineage.is_linen(found.cls):
        return found.frozen and _gathered(value, state, heap)
    if isinstance(found, Instance):
        kept = {name: item for name, item in found.attributes.items() if _lasts(item, state, heap, depth + 1)}
        if not found.frozen or not kept or (_APPLY in found.attributes and _APPLY not in kept):
            return False
        heap[value.address] = replace(found, attributes=kept, symbolic=True)
        return True
    if isinstance(found, DictObject):
        entries = tuple(entry for entry in found.entries if _lasts(entry[1], state, heap, depth + 1))
        heap[value.address] = DictObject(entries, complete=False)
        return bool(entries)
    if not (isinstance(found, ListObject) and found.items):
        return False
    heap[value.address] = found
    return all(_lasts(item, state, heap, depth + 1) for item in found.items)


def parts(paths: list[tuple[dict[str, Value], State]]) -> dict[str, Class]:
    """Return the names that stand for a mutable object of one class of the program on all paths."""
    found: dict[str, Class] = {}
    for name in paths[0][0] if paths else ():
        held = [state.instance(names[name]) if name in names else None for names, state in paths]
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
    return isinstance(value, Ref) and isinstance(held.heap.get(value.address), ListObject | DictObject)


def _gathered(value: Value, state: State, heap: dict[int, HeapObject]) -> bool:
    """Gather the objects that a value refers to; return False where a key is among them."""
    gathered = frozenset(heap)
    for inner in reachable(value, state.heap, _LASTING, but=gathered):
        if isinstance(inner, Key | Keys):
            return False
        found = state.heap.get(inner.address) if isinstance(inner, Ref) else None
        if isinstance(inner, Ref) and found is not None:
            heap.setdefault(inner.address, found)
    return True
