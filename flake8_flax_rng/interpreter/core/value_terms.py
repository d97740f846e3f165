"""The terms that name values; containers and callables are named by what they hold."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from flake8_flax_rng.interpreter.domain.budget import ITEMS_NAMED, NESTING_NAMED
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    Bound,
    Class,
    Const,
    Descriptor,
    Function,
    Key,
    Keys,
    Native,
    Opaque,
    Partial,
    Ref,
    Rows,
    Stacked,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.domain.walk import Heap, identity

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.terms import Term, Terms


class ValueTerms:
    """Names one value with all that stands inside of it; what is shared is named once.

    Args:
        terms: the factory of terms.
        heap: the objects.
    """

    def __init__(self, terms: Terms, heap: Heap):
        self._terms = terms
        self._heap = heap
        self._known: dict[int, Term] = {}

    def of(self, value: Value, depth: int = 0) -> Term:
        """Return the term that names a value."""
        place = identity(value)
        if place not in self._known:
            deep = depth > NESTING_NAMED and not isinstance(value, _NAMED_BY_THEMSELVES)
            make = None if deep else _MAKERS.get(type(value))
            self._known[place] = self._fresh("deep" if deep else "value") if make is None else make(self, value, depth)
        return self._known[place]

    def _fresh(self, label: str) -> Term:
        return self._terms.fresh(label)

    def _all(self, values: Iterable[Value], depth: int) -> list[Term]:
        return [self.of(value, depth + 1) for value in values]

    def _const(self, value: Const, depth: int) -> Term:
        return self._terms.const(value.value)

    def _keys(self, value: Keys, depth: int) -> Term:
        return self._terms.make(Kind.KEYS, value.parent, value.start, value.count)

    def _stacked(self, value: Stacked, depth: int) -> Term:
        return self._terms.make(Kind.STACKED, self.of(value.lane, depth + 1))

    def _sequence(self, value: Tuple | Rows, depth: int) -> Term:
        return self._terms.make(Kind.TUPLE, *self._all(value.items[:ITEMS_NAMED], depth))

    def _symbol(self, value: Symbol, depth: int) -> Term:
        return self._terms.make(Kind.SYMBOL, value.path, *([value.home] if value.path.startswith(".") else []))

    def _object(self, value: Ref, depth: int) -> Term:
        found = self._heap.get(value.address)
        if isinstance(found, Instance):
            return self._terms.make(Kind.OBJECT, value.address)
        if isinstance(found, ListObject) and found.complete and len(found.items) <= ITEMS_NAMED:
            return self._terms.make(Kind.LIST, *self._all(found.items, depth))
        if isinstance(found, DictObject) and found.complete and len(found.entries) <= ITEMS_NAMED:
            items = self._all([item for _, item in found.entries], depth)
            pairs = zip((self._terms.const(key.value) for key, _ in found.entries), items, strict=True)
            return self._terms.make(Kind.DICT, *(part for pair in pairs for part in pair))
        container = self._fresh("container")
        known = self._all(found.items[:ITEMS_NAMED], depth) if isinstance(found, ListObject) else []
        return self._terms.make(Kind.CONTAINER, container, *known) if known else container

    def _function(self, value: Function, depth: int) -> Term:
        return self._terms.make(Kind.FUNCTION, value.code.name, value.code.serial, *value.frames)

    def _class(self, value: Class, depth: int) -> Term:
        return self._terms.make(Kind.CLASS, value.name, value.serial)

    def _native(self, value: Native, depth: int) -> Term:
        return self._terms.make(Kind.NATIVE, value.name, self.of(value.receiver, depth + 1))

    def _bound(self, value: Bound, depth: int) -> Term:
        return self._terms.make(Kind.BOUND, *self._all((value.function, value.receiver), depth))

    def _partial(self, value: Partial, depth: int) -> Term:
        return self._terms.make(Kind.PARTIAL, *self._all((value.function, *value.args), depth))

    def _wrapped(self, value: Wrapped | Descriptor, depth: int) -> Term:
        return self._terms.make(Kind.WRAPPED, self.of(value.function, depth + 1))


_NAMED_BY_THEMSELVES = (Opaque, Key, Const, Keys, Stacked)
"""What is named however deep it lies."""

_MAKERS: dict[type, Callable[[ValueTerms, Any, int], Term]] = {
    Opaque: lambda _, value, depth: value.term,
    Key: lambda _, value, depth: value.term,
    Const: ValueTerms._const,
    Keys: ValueTerms._keys,
    Stacked: ValueTerms._stacked,
    Tuple: ValueTerms._sequence,
    Rows: ValueTerms._sequence,
    Symbol: ValueTerms._symbol,
    Ref: ValueTerms._object,
    Function: ValueTerms._function,
    Class: ValueTerms._class,
    Native: ValueTerms._native,
    Bound: ValueTerms._bound,
    Partial: ValueTerms._partial,
    Wrapped: ValueTerms._wrapped,
    Descriptor: ValueTerms._wrapped,
}
