"""The way through values: what stands directly inside of one, and what is reached from there.

What goes through the structure of values goes through this file. What several places share is visited once: a few
doublings of a tuple make millions of items. What contains itself comes to an end, and so does what is too large.

What makes something else of a value than the like of it, such as a name, one lane of it or what lasts of it, goes its
own way, and keeps what it has made by ``identity``.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping, MutableMapping, Sequence
from typing import Any

from flake8_flax_rng.interpreter.domain.budget import NESTING_VISITED, VALUES_VISITED
from flake8_flax_rng.interpreter.domain.heap import DictObject, HeapObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.values import (
    Bound,
    Descriptor,
    Function,
    Key,
    Keys,
    Native,
    Partial,
    Ref,
    Rows,
    Stacked,
    Tuple,
    Value,
    Wrapped,
)

Heap = Mapping[int, HeapObject]
Kinds = Collection[type]
"""Kinds of values that are looked into; a kind of heap object stands for the references to it."""


_INSIDE: dict[type, Callable[[Any], tuple[Value, ...]]] = {
    Tuple: lambda found: found.items,
    Rows: lambda found: found.items,
    Stacked: lambda found: (found.lane,),
    ListObject: lambda found: found.items,
    DictObject: lambda found: tuple([value for _, value in found.entries]),
    Instance: lambda found: tuple(found.attributes.values()),
    Function: lambda found: tuple([value for _, value in found.defaults]),
    Bound: lambda found: (found.function, found.receiver),
    Native: lambda found: (found.receiver,),
    Partial: lambda found: (found.function, *found.args, *[value for _, value in found.keywords]),
    Wrapped: lambda found: (found.function, *[value for _, value in found.options]),
    Descriptor: lambda found: (found.function,),
}

ALL = frozenset(_INSIDE)
CONTAINERS = frozenset({Tuple, ListObject, DictObject})
OBJECTS = frozenset({*CONTAINERS, Instance})
_HOLDING = frozenset({Tuple, Rows, Stacked})


def children(value: Value, heap: Heap, through: Kinds = ALL) -> tuple[Value, ...]:
    """Return the values that stand directly inside of one.

    Args:
        value: the value; of a reference, it is what the object behind it holds.
        heap: the objects.
        through: the kinds that are looked into.
    """
    holder = _holder(value, heap)
    return _INSIDE[type(holder)](holder) if type(holder) in through else ()


def kind_of(value: Value, heap: Heap) -> type:
    """Return the kind of a value; of a reference, it is that of the object behind it."""
    return type(_holder(value, heap))


def reachable(value: Value, heap: Heap, through: Kinds = ALL, but: Container[int] = ()) -> Iterator[Value]:
    """Go through a value and all that stands inside of it, the nearest first, each once, up to ``VALUES_VISITED``.

    Args:
        value: the value.
        heap: the objects.
        through: the kinds that are looked into.
        but: the identities of what is left out.
    """
    found, seen = [value], {identity(value)}
    for current in found:
        yield current
        for inner in children(current, heap, through):
            place = identity(inner)
            if len(found) < VALUES_VISITED and place not in seen and place not in but:
                seen.add(place)
                found.append(inner)


def any_inside(
    value: Value, heap: Heap, test: Callable[[Value], bool], through: Kinds = ALL, unsure: bool = False
) -> bool:
    """Return whether a value or anything inside of it passes a test.

    Args:
        value: the value.
        heap: the objects.
        test: the test.
        through: the kinds that are looked into.
        unsure: the answer where there is more than can be visited.
    """
    if kind_of(value, heap) not in through:
        return test(value)
    visits = 0
    for inner in reachable(value, heap, through):
        if test(inner):
            return True
        visits += 1
    return unsure and visits == VALUES_VISITED


def any_key(value: Value, heap: Heap, through: Kinds = ALL) -> bool:
    """Return whether a value is a key or an array of keys, or holds one."""
    return any_inside(value, heap, lambda inner: isinstance(inner, (Key, Keys)), through)


class KeysWithin:
    """Finds the keys that values hold by themselves, and not through the heap; it goes through each value once.

    What it has gone through is kept: a tuple that is put into ever larger ones is not read again for each of them.
    """

    def __init__(self) -> None:
        self._known: dict[int, Value] = {}

    def new(self, value: Value) -> Sequence[Key | Keys]:
        """Return the keys that a value is or holds, without those of what was gone through before."""
        if isinstance(value, (Key, Keys)):
            return (value,)
        if type(value) not in _HOLDING or identity(value) in self._known:
            return ()
        found = list(reachable(value, {}, _HOLDING, self._known))
        self._known.update((identity(inner), inner) for inner in found if type(inner) in _HOLDING)
        return [inner for inner in found if isinstance(inner, (Key, Keys))]


def pairs(one: Value, other: Value, heap: Heap, through: Kinds = ALL) -> Iterator[tuple[Value, Value]]:
    """Go through what stands at the same place in two values, as far as their structures are alike, each pair once.

    Args:
        one: the first value.
        other: the second value.
        heap: the objects of both.
        through: the kinds that are looked into.
    """
    found, seen = [(one, other)], {(identity(one), identity(other))}
    for first, second in found:
        ours, theirs = children(first, heap, through), children(second, heap, through)
        kind = kind_of(first, heap)
        if kind not in through or kind is not kind_of(second, heap) or len(ours) != len(theirs):
            yield first, second
            continue
        for pair in zip(ours, theirs, strict=True):
            places = identity(pair[0]), identity(pair[1])
            if len(found) < VALUES_VISITED and places not in seen:
                seen.add(places)
                found.append(pair)


class Rebuilding:
    """Makes containers anew, with other leaves; what is shared, or contains itself, is so in the new ones too.

    Args:
        heap: the objects; the new ones are added.
        leaf: returns what stands for a leaf, which is all but a container.
        through: the kinds of containers that are made anew, out of ``CONTAINERS``.
        address: returns an address for a new object.
    """

    def __init__(
        self,
        heap: MutableMapping[int, HeapObject],
        leaf: Callable[[Value], Value],
        through: Kinds,
        address: Callable[[], int],
    ):
        self._heap = heap
        self._leaf = leaf
        self._through = through
        self._address = address
        self._made: dict[int, Value] = {}

    def of(self, value: Value, depth: int = 0) -> Value:
        """Return what stands for a value."""
        holder = _holder(value, self._heap)
        if type(holder) not in self._through or depth > NESTING_VISITED:
            return self._leaf(value)
        place = identity(value)
        if place not in self._made:
            if isinstance(holder, Tuple):
                self._made[place] = Tuple(self._all(holder.items, depth))
            elif isinstance(holder, (ListObject, DictObject)):
                self._made[place] = ref = Ref(self._address())
                self._heap[ref.address] = self._object(holder, depth)
        return self._made[place]

    def _all(self, items: tuple[Value, ...], depth: int) -> tuple[Value, ...]:
        return tuple([self.of(item, depth + 1) for item in items])

    def _object(self, holder: ListObject | DictObject, depth: int) -> HeapObject:
        if isinstance(holder, ListObject):
            return ListObject(self._all(holder.items, depth), holder.complete)
        names = [name for name, _ in holder.entries]
        values = self._all(tuple([value for _, value in holder.entries]), depth)
        return DictObject(tuple(zip(names, values, strict=True)), holder.complete)


def _holder(value: Value, heap: Heap) -> Value | HeapObject | None:
    """Return what holds the values inside of one: the object behind a reference, else the value itself."""
    return heap.get(value.address) if type(value) is Ref else value


def identity(value: Value) -> int:
    """Return a number that only what is the very same has."""
    return -1 - value.address if type(value) is Ref else id(value)
