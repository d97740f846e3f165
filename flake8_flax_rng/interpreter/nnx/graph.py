"""The graph of a module: its streams and modules, and copies of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import VALUES_VISITED
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.values import Class, Const, Key, Keys, Partial, Ref, Symbol, Tuple, Value
from flake8_flax_rng.interpreter.domain.walk import CONTAINERS, OBJECTS, reachable
from flake8_flax_rng.interpreter.nnx import streams
from flake8_flax_rng.interpreter.python.lineage import derives
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.nnx import BIDIRECTIONAL, LAYERS, MODULES, RNN, ROOT, SEQUENTIAL

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State

_WITHIN = frozenset({*OBJECTS, Partial})
_MODULES = frozenset({*MODULES, *LAYERS, RNN, BIDIRECTIONAL, SEQUENTIAL})


def is_module(found: Instance | None) -> bool:
    """Return whether an object is a module of NNX."""
    return found is not None and derives(found.cls, _MODULES)


def is_object(value: Value, state: State) -> bool:
    """Return whether a value is an object of NNX."""
    found = state.instance(value)
    if found is None:
        return False
    return found.cls.path.startswith(ROOT) if isinstance(found.cls, Symbol) else is_module(found)


def streams_of(values: Iterable[Value], state: State) -> Iterator[Ref]:
    """Go through the streams that values hold, each once."""
    seen: set[int] = set()
    for value in values:
        for inner in reachable(value, state.heap, _WITHIN):
            if isinstance(inner, Ref) and inner.address not in seen and streams.is_stream(inner, state):
                seen.add(inner.address)
                yield inner


def modules_of(value: Value, state: State) -> Iterator[tuple[Ref, Instance]]:
    """Go through the modules in a value, itself included."""
    for inner in list(reachable(value, state.heap, OBJECTS)):
        found = state.instance(inner)
        if isinstance(inner, Ref) and found is not None and is_module(found):
            yield inner, found


def known_throughout(value: Value, state: State) -> bool:
    """Return whether all of a module can be seen."""
    visited = 0
    for inner in reachable(value, state.heap, OBJECTS):
        visited += 1
        found = state.heap.get(inner.address) if isinstance(inner, Ref) else None
        if isinstance(found, Instance) and found.symbolic:
            return False
        if isinstance(found, (ListObject, DictObject)) and not found.complete:
            return False
    return visited < VALUES_VISITED


def holds_streams(value: Value, state: State) -> bool:
    """Return whether a value is, or holds, a stream."""
    return next(streams_of([value], state), None) is not None


def holds_objects(value: Value, state: State) -> bool:
    """Return whether a value is, or holds, an object of NNX, which a transform of JAX copies."""
    return any(is_object(inner, state) for inner in reachable(value, state.heap, CONTAINERS))


Change = Callable[[Ref, Instance], "Instance | None"]
"""Returns what stands for a stream in a copy; None where it is the same stream."""


class Copying:
    """Copies modules with all that they hold.

    Args:
        engine: the analysis.
        state: the path; the copies are added to its heap.
        change: makes the copies of streams.
        shares: whether what is held twice is copied once. JAX, for which a module is a tree, copies it for each place;
            where there are too many of those, once.
    """

    def __init__(self, engine: Engine, state: State, change: Change, *, shares: bool = True):
        self._engine = engine
        self._state = state
        self._change = change
        self._shares = shares
        self._made: dict[int, Value] = {}
        self._copying: set[int] = set()
        self._visited = 0

    def of(self, value: Value) -> Value:
        """Return the copy of a value; arrays and functions are shared."""
        if isinstance(value, Tuple):
            return Tuple(tuple([self.of(item) for item in value.items]))
        if not isinstance(value, Ref):
            return value
        if value.address not in self._made or self._parts(value.address):
            self._visited += 1
            self._copying.add(value.address)
            self._made[value.address] = self._copy(value)
            self._copying.discard(value.address)
        return self._made[value.address]

    def _parts(self, address: int) -> bool:
        """Tell whether what was copied for one place is copied again for another."""
        return not self._shares and address not in self._copying and self._visited < VALUES_VISITED

    def hand_back(self, value: Value, state: State) -> Value:
        """Let the originals be what has become of their copies on a path, and return a value that holds those."""
        others = {copy.address: Ref(address) for address, copy in self._made.items() if isinstance(copy, Ref)}
        others = {address: ref for address, ref in others.items() if address != ref.address}
        for address, original in others.items():
            found = state.heap.get(address)
            if found is not None:
                state.heap[original.address] = found
        holder = Tuple((value, *others.values()))
        substitute(holder, others, state)
        return _renamed(value, others)

    def _copy(self, value: Ref) -> Value:
        found = self._state.heap.get(value.address)
        if isinstance(found, Instance) and streams.is_stream(value, self._state):
            changed = self._change(value, found)
            return value if changed is None else self._engine.allocate(self._state, changed)
        if not isinstance(found, (ListObject, DictObject)) and not is_object(value, self._state):
            return value
        copy = self._made[value.address] = Ref(self._engine.number())
        if isinstance(found, ListObject):
            self._state.heap[copy.address] = replaced(found, items=tuple([self.of(item) for item in found.items]))
        elif isinstance(found, DictObject):
            entries = tuple([(key, self.of(item)) for key, item in found.entries])
            self._state.heap[copy.address] = replaced(found, entries=entries)
        elif isinstance(found, Instance):
            attributes = {name: self.of(item) for name, item in found.attributes.items()}
            self._state.heap[copy.address] = replaced(found, attributes=attributes)
        return copy


def paths_to_streams(value: Value, state: State) -> dict[str, Ref]:
    """Return the streams of a module by the way that leads to each; the first way to one that is shared."""
    return {
        way: found for way, found in _ways(value, state) if isinstance(found, Ref) and streams.is_stream(found, state)
    }


def paths_to_keys(value: Value, state: State) -> dict[str, Key | Keys]:
    """Return the keys that are attributes of a module, by the way that leads to each."""
    return {way: found for way, found in _ways(value, state) if isinstance(found, (Key, Keys))}


def put(value: Value, others: Mapping[str, Value], state: State) -> None:
    """Let other values stand at the ends of some ways, each of which leads to an attribute of an object."""
    holders = {way: found for way, found in _ways(value, state) if isinstance(found, Ref)}
    for way, other in others.items():
        owner, _, name = way.rpartition(".")
        holder = holders.get(owner)
        found = state.instance(holder) if holder is not None else None
        if holder is not None and found is not None:
            state.heap[holder.address] = found.set(name, other)


def _ways(value: Value, state: State) -> Iterator[tuple[str, Value]]:
    """Go through what a value holds with the way that leads to each; within streams nobody looks."""
    seen: set[int] = set()
    pending: list[tuple[str, Value]] = [("", value)]
    while pending and len(seen) < VALUES_VISITED:
        way, current = pending.pop()
        if isinstance(current, (Ref, Tuple)):
            place = current.address if isinstance(current, Ref) else id(current)
            if place in seen:
                continue
            seen.add(place)
            if not streams.is_stream(current, state):
                pending.extend((f"{way}.{name}", inner) for name, inner in reversed(_named(current, state)))
        yield way, current


def _named(value: Value, state: State) -> list[tuple[str, Value]]:
    """Return what a value holds, by name."""
    if isinstance(value, Tuple):
        return [(str(index), item) for index, item in enumerate(value.items)]
    found = state.heap.get(value.address) if isinstance(value, Ref) else None
    if isinstance(found, Instance):
        return list(found.attributes.items())
    if isinstance(found, ListObject):
        return [(str(index), item) for index, item in enumerate(found.items)]
    if isinstance(found, DictObject):
        return [(str(key.value), item) for key, item in found.entries]
    return []


def flag(found: Instance, name: str) -> bool | None:
    """Return an attribute that is known to be true or false."""
    value = found.attributes.get(name)
    return value.value if isinstance(value, Const) and isinstance(value.value, bool) else None


def class_name(found: Instance) -> str:
    """Return the name of a class as a reader knows it."""
    return found.cls.name if isinstance(found.cls, Class) else found.cls.path.replace("flax.nnx.", "nnx.")


def substitute(value: Value, others: Mapping[int, Value], state: State) -> None:
    """Put other streams into a module that is new, in place of those with some addresses."""
    for inner in list(reachable(value, state.heap, OBJECTS)):
        if not isinstance(inner, Ref):
            continue
        found = state.heap.get(inner.address)
        if isinstance(found, Instance):
            attributes = {name: _renamed(item, others) for name, item in found.attributes.items()}
            state.heap[inner.address] = replaced(found, attributes=attributes)
        elif isinstance(found, ListObject):
            items = tuple([_renamed(item, others) for item in found.items])
            state.heap[inner.address] = replaced(found, items=items)
        elif isinstance(found, DictObject):
            entries = tuple([(key, _renamed(item, others)) for key, item in found.entries])
            state.heap[inner.address] = replaced(found, entries=entries)


def _renamed(value: Value, others: Mapping[int, Value]) -> Value:
    if isinstance(value, Tuple):
        return Tuple(tuple([_renamed(item, others) for item in value.items]))
    return _other(value, others)


def _other(value: Value, others: Mapping[int, Value]) -> Value:
    return others.get(value.address, value) if isinstance(value, Ref) else value
