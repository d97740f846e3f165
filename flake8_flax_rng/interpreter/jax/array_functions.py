"""Functions of arrays, as far as they make arrays of keys, take them apart or give them another shape."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.core.models import Calls, Method
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import NONE, Args, Key, Keys, Opaque, Rows, Stacked, Value
from flake8_flax_rng.interpreter.python.array_shapes import in_shape
from flake8_flax_rng.interpreter.python.iteration import key_at, known_items, spread
from flake8_flax_rng.interpreter.python.subscripts import item
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics import jax_random as table

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State


def _stack(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    given = args.get(0, None)
    if isinstance(given, Stacked):
        return [(given, state)]
    items = known_items(given, state) if given is not None else None
    if items and (_alike(items) or any(isinstance(item, (Key, Keys)) for item in items)):
        return [(_in_rows(items), state)]
    return None


def _join(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    parts = args.get(0, None)
    joined = _joined(engine, parts, state) if parts is not None else None
    return [(joined, state)] if joined is not None else None


def _repeat(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    given = args.get(0, None)
    lane = given.lane if isinstance(given, Stacked) and given.count == 1 else given
    if isinstance(given, (Key, Stacked)):
        return [(Stacked(lane, alike=True) if isinstance(lane, Key) else given, state)]
    return None


def _pick(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    keys, place = args.get(0, None), args.get(1, None)
    if isinstance(keys, Keys) and place is not None:
        return [(item(engine, keys, place, state), state)]
    if keys is not None and place is not None:
        array, index = engine.term(keys, state), engine.term(place, state)
        engine.book.signs.orders.note(array, index)
        engine.book.signs.arithmetic.reorder(array, index)
        engine.book.signs.selections.take(array, index, chosen=isinstance(args.node(1, None), cst.Name))
    return None


def _forward(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    given, shape = args.get(0, None), args.get(1, "shape")
    if isinstance(given, (Key, Keys, Rows, Stacked)):
        return [(_reshaped(engine, given, path, [] if shape is None else [shape]), state)]
    return None


def _call_method(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call a method of an array of keys, ``reshape`` for instance."""
    return [(_reshaped(engine, receiver, name, args.values()), state)]


def known_length(value: Value) -> int | None:
    """Return how many keys an array holds along its first axis, None when that is not known."""
    return value.count if isinstance(value, Keys) else len(value.items) if isinstance(value, Rows) else None


def _in_rows(items: list[Value]) -> Rows | Stacked:
    """Return keys as the rows of an array; one key many times over is known as such."""
    return Stacked(items[0], alike=True) if _alike(items) else Rows(tuple(items))


def _alike(items: list[Value]) -> bool:
    """Return whether an array holds one value many times over, which may be a key."""
    one = items[0]
    return len(items) > 1 and isinstance(one, (Key, Keys, Opaque)) and all(item == one for item in items)


def _joined(engine: Engine, parts: Value, state: State) -> Rows | Stacked | None:
    """Return arrays of keys one behind the other, if all keys are known."""
    rows: list[Value] = []
    for part in known_items(parts, state) or []:
        if isinstance(part, Stacked) and part.count == 1:
            rows.append(part.lane)
        elif isinstance(part, Keys) and not part.inner and not part.reshaped:
            rows.extend(spread(engine, part, state) or [NONE])
        elif isinstance(part, Rows):
            rows.extend(part.items)
        elif isinstance(part, Opaque) and (row := _only_row(part.term)) is not None:
            rows.append(Opaque(row))
        else:
            return None
    if rows and any(isinstance(row, Key) for row in rows):
        # What stands beside keys in one array is a key, whatever else is known of it.
        rows = [Key(row.term) if isinstance(row, Opaque) else row for row in rows]
    return _in_rows(rows) if rows and (_alike(rows) or all(isinstance(row, Key) for row in rows)) else None


def _only_row(term: Term) -> Term | None:
    """Return ``x`` of ``x[None]``."""
    place = term.index if term.kind is Kind.SUBSCRIPT else None
    return term.owner if place is not None and place.kind is Kind.CONST and place.value is None else None


def _reshaped(engine: Engine, value: Value, how: str, shape: list[Value]) -> Value:
    """Return keys in another shape; of their number nothing is known any more where the shape is not known."""
    if not how.endswith(("shape", "squeeze", "ravel", "flatten", "T", "at")):
        return value
    if how.endswith("squeeze"):
        if isinstance(value, Stacked) and value.count == 1:
            return value.lane
        if isinstance(value, Keys) and value.count == 1 and not value.inner:
            return key_at(engine, value, 0)
    if isinstance(value, Key):
        return Stacked(value, count=1) if how.endswith("reshape") else value
    if isinstance(value, Stacked) and not isinstance(value.lane, Key):
        # The rows of the lanes may lie along one axis now: what a lane had is no row any more.
        return Opaque(engine.terms.make(Kind.RESHAPED, engine.terms.fresh("shape")))
    if isinstance(value, (Keys, Rows)):
        known = in_shape(engine, value, how, shape)
        if known is not None:
            return known
    if isinstance(value, Rows):
        return engine.unknown("rows")
    if not isinstance(value, Keys):
        return value
    if value.inner:
        return Opaque(engine.terms.make(Kind.RESHAPED, value.parent, engine.terms.fresh("shape")))
    return replaced(value, count=None, reshaped=True)


CALLS = (
    Calls(_stack, table.STACKING),
    Calls(_join, (table.JOINING,)),
    Calls(_repeat, table.REPEATING),
    Calls(_pick, table.PICKING),
    Calls(_forward, table.FORWARDING),
)
METHODS: dict[str, Method] = {"key": _call_method}
