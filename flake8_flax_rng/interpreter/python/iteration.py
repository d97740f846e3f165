"""Sequences: their items, and what a loop over them gets in each pass."""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Any

from flake8_flax_rng.interpreter.domain.budget import EXACT_ITEMS, ITEMS_KNOWN, KEYS_UNPACKED, LAZY_KNOWN, PASSES
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Class,
    Const,
    Key,
    Keys,
    Opaque,
    Partial,
    Ref,
    Rows,
    Stacked,
    Symbol,
    Tuple,
    Value,
)
from flake8_flax_rng.interpreter.domain.walk import any_inside
from flake8_flax_rng.records import record, replaced
from flake8_flax_rng.semantics.libraries import LISTING, NAMED_TUPLES

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State


@record()
class Iteration:
    """What a loop goes over.

    Args:
        passes: the items of the passes that are followed.
        exact: whether these are all passes.
        count: the number of passes, where it has a name.
        total: the number of passes, where it is known.
        most: numbers that it does not exceed, where they have names.
        named: whether the items are told apart by names, so that two passes do not stand for all.
    """

    passes: list[Value]
    exact: bool
    count: Term | None = None
    total: int | None = None
    most: tuple[Term, ...] = ()
    named: bool = False

    @property
    def limits(self) -> tuple[Term, ...]:
        """The named numbers that the number of passes does not exceed."""
        return self.most if self.count is None else (self.count, *self.most)


def known_items(value: Value, state: State) -> list[Value] | None:
    """Return all items of a value, None when they are not known, or so many that a few doublings have no end."""
    items = _items(value, state)
    return items if items is None or len(items) <= ITEMS_KNOWN else None


def _items(value: Value, state: State) -> list[Value] | None:
    if isinstance(value, (Tuple, Rows)):
        return list(value.items)
    if isinstance(value, Const) and isinstance(value.value, str) and len(value.value) <= EXACT_ITEMS:
        return [Const(letter) for letter in value.value]
    if isinstance(value, Ref):
        found = state.heap.get(value.address)
        if isinstance(found, ListObject) and found.complete:
            return list(found.items)
        if isinstance(found, DictObject) and found.complete:
            return [key for key, _ in found.entries]
        if isinstance(found, Instance):
            return named_tuple_items(found)
    return None


def spread(engine: Engine, value: Value, state: State) -> list[Value] | None:
    """Return all items of a value that is given as ``*value``; a split key of known count among them."""
    if isinstance(value, Keys) and value.count is not None and 0 <= value.count <= KEYS_UNPACKED:
        return [key_at(engine, value, index) for index in range(value.count)]
    return known_items(value, state)


def named_tuple_items(found: Instance) -> list[Value] | None:
    """Return the fields of an instance of a NamedTuple class."""
    cls = found.cls
    if isinstance(cls, Symbol) and cls.path in NAMED_TUPLES:
        return list(found.attributes.values())
    if not isinstance(cls, Class) or not any(
        isinstance(base, Symbol) and base.path == "typing.NamedTuple" for base in cls.bases
    ):
        return None
    items = [found.attributes.get(name) for name in cls.fields]
    return [item for item in items if item is not None] if None not in items else None


def key_at(engine: Engine, keys: Keys, index: int) -> Value:
    """Return element ``index`` of an array of keys; one past the end is reported where it is written."""
    if index < 0:
        if keys.count is None:
            return Opaque(engine.terms.make(Kind.LAST, keys.parent, keys.start, index))
        index += keys.count
    if keys.count is not None and not 0 <= index < keys.count:
        return Key(engine.terms.fresh("clamped"))
    term = engine.terms.child(keys.parent, engine.terms.const(keys.start + index))
    if keys.inner:
        return row_of(engine, keys, engine.terms.const(keys.start + index))
    return Key(term, keys.origin)


def row_of(engine: Engine, keys: Keys, index: Term) -> Keys:
    """Return a row of an array of keys of several axes."""
    row = engine.terms.make(Kind.ROW, keys.parent, index)
    count = keys.rest[0] if keys.rest else None
    return Keys(row, count=count, inner=len(keys.rest) > 1, origin=keys.origin, rest=keys.rest[1:])


def element(engine: Engine, value: Value, index: int, state: State) -> Value:
    """Return item ``index`` of a value that is unpacked or subscripted."""
    if isinstance(value, Keys):
        return key_at(engine, value, index)
    if isinstance(value, Stacked) and (value.alike or value.count == 1):
        return value.lane
    items = known_items(value, state)
    if items is not None:
        return items[index] if -len(items) <= index < len(items) else engine.unknown("item")
    if isinstance(value, Ref):
        found = state.heap.get(value.address)
        if isinstance(found, ListObject) and 0 <= index < len(found.items):
            return found.items[index]
        return engine.unknown("item")
    if isinstance(value, Opaque):
        version = state.versions.get(value.term, 0)
        return Opaque(engine.terms.make(Kind.SUBSCRIPT, value.term, engine.terms.const(index), version))
    if isinstance(value, Key):
        return Opaque(engine.terms.make(Kind.WORD, value.term, engine.terms.const(index), value.origin))
    return engine.unknown("item")


def iterate(engine: Engine, value: Value, state: State, depth: int = 0) -> Iteration:
    """Return what a loop over a value gets.

    The first two passes stand for all: what is consumed in both did not change from one pass to the
    next. Short sequences that are known are followed to their end.

    Args:
        engine: the analysis.
        value: what is gone over.
        state: the path; an iterator is used up on it.
        depth: how many lazy ones there are around it, such as ``zip`` and ``enumerate``.
    """
    engine.book.read(value)
    if isinstance(value, Partial) and depth <= LAZY_KNOWN:
        return _lazy(engine, value, state, depth + 1)
    items = known_items(value, state)
    prefix = state.heap.get(value.address) if isinstance(value, Ref) else None
    if isinstance(value, Ref) and isinstance(prefix, ListObject) and prefix.once:
        state.heap[value.address] = replaced(prefix, items=(), complete=False, count=None)
    if items is not None:
        return _listed(items)
    if isinstance(prefix, ListObject) and len(prefix.items) >= PASSES:
        shown = EXACT_ITEMS if prefix.round else PASSES
        return Iteration(list(prefix.items[:shown]), exact=False, count=prefix.count)
    if isinstance(value, Keys):
        count = value.count
        passes = count if count is not None and count <= EXACT_ITEMS else PASSES
        return Iteration([key_at(engine, value, i) for i in range(passes)], exact=count == passes, total=count)
    if isinstance(value, Stacked) and value.count == 1:
        return Iteration([value.lane], exact=True)
    if isinstance(value, Stacked) and value.alike:
        return Iteration([value.lane] * PASSES, exact=False)
    serial = engine.number()
    name = engine.term(value, state)
    make = engine.terms.make
    return Iteration([Opaque(make(Kind.ITEM, serial, name, turn)) for turn in range(PASSES)], exact=False)


def listed(value: Value, state: State) -> bool:
    """Return whether a loop goes over things that the program lists, rather than counts or draws from a source."""

    def lists(inner: Value) -> bool:
        if isinstance(inner, Symbol):
            return inner.path in LISTING
        if isinstance(inner, Opaque) and inner.term.kind is Kind.PURE:
            return inner.term.function in LISTING
        found = state.heap.get(inner.address) if isinstance(inner, Ref) else None
        drawn = isinstance(found, ListObject) and found.once
        return isinstance(inner, Tuple) or (
            isinstance(found, (ListObject, DictObject)) and found.complete and not drawn
        )

    return any_inside(value, state.heap, lists, (Partial,))


def _lazy(engine: Engine, value: Partial, state: State, depth: int) -> Iteration:
    """Iterate over ``range``, ``enumerate``, ``zip`` or ``reversed``."""
    name = value.function.path if isinstance(value.function, Symbol) else ""
    if name == "builtins.range":
        return _range(engine, value.args, state)
    if name == "builtins.enumerate" and value.args:
        inner = iterate(engine, value.args[0], state, depth)
        start = value.args[1:2] or tuple(item for name, item in value.keywords if name == "start")
        numbers = _range(engine, start, state, endless=True, count=len(inner.passes)).passes
        if inner.exact:
            numbers = [Const(n.known) if isinstance(n, Opaque) and n.known is not None else n for n in numbers]
        pairs = [Tuple(pair) for pair in zip(numbers, inner.passes, strict=False)]
        return Iteration(list(pairs), inner.exact, most=inner.limits, named=inner.named)
    if name == "builtins.zip" and value.args:
        parts = [iterate(engine, arg, state, depth) for arg in value.args]
        count = min(len(part.passes) for part in parts)
        rows = [Tuple(tuple(part.passes[i] for part in parts)) for i in range(count)]
        exact = any(part.exact and len(part.passes) == count for part in parts)
        return Iteration(list(rows), exact, most=tuple(limit for part in parts for limit in part.limits))
    if name == "itertools.zip_longest" and value.args:
        fill = next((item for keyword, item in value.keywords if keyword == "fillvalue"), NONE)
        return _zipped_to_the_longest([iterate(engine, arg, state, depth) for arg in value.args], fill)
    lazily = _LAZILY.get(name)
    found = lazily(engine, value, state) if lazily and value.args and not value.keywords else None
    if found is not None:
        return found
    serial = engine.number()
    return Iteration([Opaque(engine.terms.make(Kind.ITEM, serial, None, turn)) for turn in range(PASSES)], exact=False)


def _zipped_to_the_longest(parts: list[Iteration], fill: Value) -> Iteration:
    """Return rows as ``zip_longest`` makes them: what ends early is filled up, if it is known where it ends."""
    lengths = [len(part.passes) for part in parts]
    exact = all(part.exact for part in parts)
    count = max(lengths) if exact else min(lengths)
    columns = [[*part.passes, *[fill] * (count - len(part.passes))] for part in parts]
    rows: list[Value] = [Tuple(row) for row in zip(*columns, strict=False)]
    return Iteration(rows[:count], exact)


def _reversed(engine: Engine, value: Partial, state: State) -> Iteration | None:
    items = spread(engine, value.args[0], state)
    return None if items is None else _listed(items[::-1])


def _chained(engine: Engine, value: Partial, state: State) -> Iteration | None:
    parts = [spread(engine, arg, state) for arg in value.args]
    known = [part for part in parts if part is not None]
    return _listed([item for part in known for item in part]) if len(known) == len(parts) else None


def _sliced(engine: Engine, value: Partial, state: State) -> Iteration | None:
    items, bounds = spread(engine, value.args[0], state), value.args[1:]
    numbers = [bound.value for bound in bounds if isinstance(bound, Const) and isinstance(bound.value, int)]
    if items is None or len(numbers) < len(bounds) or not 0 < len(numbers) < 4 or min(numbers) < 0:
        return None
    return _listed(list(itertools.islice(items, *numbers)))


def _product(engine: Engine, value: Partial, state: State) -> Iteration | None:
    parts = [spread(engine, arg, state) for arg in value.args]
    known = [part for part in parts if part is not None]
    if len(known) < len(parts) or math.prod(map(len, known)) > KEYS_UNPACKED:
        return None
    return _listed([Tuple(row) for row in itertools.product(*known)])


def in_order(value: Value, state: State) -> list[Value] | None:
    """Return the items of a value sorted by names or numbers that are all known and differ, None where they are not."""
    items = known_items(value, state) or []
    heads = [item.items[0] if isinstance(item, Tuple) and item.items else item for item in items]
    names: list[Any] = [head.value for head in heads if isinstance(head, Const)]
    alike = all(isinstance(name, str) for name in names) or all(isinstance(name, int) for name in names)
    if not items or not alike or len(names) < len(items) or len(set(names)) < len(names):
        return None
    return [item for _, item in sorted(zip(names, items, strict=True), key=lambda pair: pair[0])]


def _listed(items: list[Value]) -> Iteration:
    if len(items) <= EXACT_ITEMS:
        return Iteration(items, exact=True)
    named = _are_named(items)
    return Iteration(items[: EXACT_ITEMS if named else PASSES], exact=False, total=len(items), named=named)


def _are_named(items: list[Value]) -> bool:
    """Return whether texts or flags tell items apart: the body may do another thing with each, or with all but some."""
    rows = [item.items if isinstance(item, Tuple) else (item,) for item in items]
    told = [[part for part in row if isinstance(part, Const) and isinstance(part.value, (str, bool))] for row in rows]
    return any(parts != told[0] for parts in told)


_LAZILY = {
    "builtins.reversed": _reversed,
    "itertools.chain": _chained,
    "itertools.islice": _sliced,
    "itertools.product": _product,
}


def _range(
    engine: Engine, args: tuple[Value, ...], state: State, endless: bool = False, count: int = PASSES
) -> Iteration:
    numbers = [arg.value if isinstance(arg, Const) and isinstance(arg.value, int) else None for arg in args]
    start: int | None = 0
    stop: int | None = None
    step: int | None = 1
    if endless or len(args) > 1:
        start = numbers[0] if args else 0
        stop = numbers[1] if len(args) > 1 else None
    elif args:
        stop = numbers[0]
    if len(args) > 2:
        step = numbers[2]
    final = total = None
    if not endless and start is not None and stop is not None and step:
        total = max(0, -((start - stop) // step))  # `len` has an end
        final = start + (total - 1) * step
        if total <= EXACT_ITEMS:
            return Iteration([Const(number) for number in range(start, stop, step)], exact=True)
    serial = engine.number()
    last = args[1] if len(args) > 1 else args[0] if args else None
    end = engine.term(last, state) if last is not None and not endless else None
    passes: list[Value] = []
    for turn in range(count):
        known = None if start is None or step is None else start + turn * step
        passes.append(Opaque(engine.terms.make(Kind.ITEM, serial, end, turn), known, final))
    return Iteration(passes, exact=False, count=end if len(args) == 1 else None, total=total)
