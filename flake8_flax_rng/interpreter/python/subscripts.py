"""Subscripts: picking keys out of arrays and containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.events import Misused
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Const,
    Key,
    Keys,
    Opaque,
    Ref,
    Rows,
    Stacked,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.python.containers import registered
from flake8_flax_rng.interpreter.python.iteration import element, known_items, row_of
from flake8_flax_rng.interpreter.python.lineage import derives
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.nnx import VARIABLES

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State


def plain_index(node: cst.Subscript) -> list[cst.BaseExpression]:
    """Return the index expression of ``x[i]``; nothing for slices and several indices."""
    if len(node.slice) == 1 and isinstance(node.slice[0].slice, cst.Index):
        return [node.slice[0].slice.value]
    return []


def evaluate(engine: Engine, node: cst.Subscript, state: State) -> Outcomes:
    """Evaluate ``x[i]``, ``x[a:b]`` or ``x[i, j]``."""
    index = plain_index(node)
    whole = bool(index) and type(index[0]) is cst.Ellipsis
    result: Outcomes = []
    for value, after in engine.eval(node.value, state):
        if whole and isinstance(value, (Key, Keys)):
            result.append((value, after))
        elif whole and (held := variable(value, after)) is not None:
            result.append((held.attributes["value"], after))
        elif index:
            for place, at in engine.eval(index[0], after):
                _check_index(engine, node, value, place)
                _note_element(engine, value, place, index[0], at)
                result.extend(registered(engine, value, place, at) or [(item(engine, value, place, at), at)])
        else:
            result.extend(_sliced(engine, node, value, after))
    return result


def variable(value: Value, state: State) -> Instance | None:
    """Return the variable of NNX behind a value, which ``x[...]`` reads and writes."""
    found = state.instance(value)
    if found is None or not derives(found.cls, VARIABLES) or "value" not in found.attributes:
        return None
    return found


def _check_index(engine: Engine, node: cst.Subscript, value: Value, place: Value) -> None:
    """Note an index past the end, which JAX clamps in silence."""
    number = place.value if isinstance(place, Const) else place.last if isinstance(place, Opaque) else None
    count = value.count if isinstance(value, Keys) else None
    if count is not None and isinstance(number, int) and not -count <= number < count:
        made = engine.book.origins.site_of(value)
        engine.emit(Misused(Misuse.INDEX, engine.site(node), str(number), str(count), other=made))


def _note_element(engine: Engine, value: Value, place: Value, node: cst.BaseExpression, state: State) -> None:
    """Note the constant index of an element that is taken; one with a name may be another one tomorrow."""
    if isinstance(value, Opaque) and (
        isinstance(place, Const) or (isinstance(place, Opaque) and place.known is not None)
    ):
        chosen = type(node) in (cst.Name, cst.Attribute)
        engine.book.signs.selections.take(value.term, engine.term(place, state), chosen)


def item(engine: Engine, value: Value, index: Value, state: State) -> Value:
    """Return ``value[index]``."""
    if isinstance(value, (Symbol, Wrapped)):
        return value
    if isinstance(value, Ref):
        found = state.heap.get(value.address)
        if isinstance(found, DictObject) and isinstance(index, Const):
            entry = found.get(index)
            return entry if entry is not None else engine.unknown("entry")
    if isinstance(value, Key) and index == NONE:
        return Stacked(value, count=1)
    number = index.value if isinstance(index, Const) else index.known if isinstance(index, Opaque) else None
    if isinstance(number, int) and not isinstance(number, bool):
        return element(engine, value, number, state)
    engine.book.read(value)
    if isinstance(value, (Keys, Rows)) and isinstance(index, Const) and isinstance(index.value, (float, str)):
        return engine.unknown("no index")  # JAX refuses it
    if isinstance(value, Keys):
        data = engine.term(index, state)
        if value.inner:
            return row_of(engine, value, data)
        if value.start:
            data = engine.terms.make(Kind.SHIFTED, data, value.start)
        return Key(engine.terms.child(value.parent, data), value.origin)
    if isinstance(value, Opaque):
        version, place = state.versions.get(value.term, 0), engine.term(index, state)
        engine.book.signs.orders.note(value.term, place)
        engine.book.signs.arithmetic.reorder(value.term, place)
        engine.book.signs.selections.take(value.term, place)
        return Opaque(engine.terms.make(Kind.SUBSCRIPT, value.term, place, version))
    if isinstance(index, Opaque) and index.term.kind is not Kind.ITEM:
        items = known_items(value, state) or []
        engine.book.signs.selections.alternate([engine.term(entry, state) for entry in items])
    return engine.unknown("item")


def _sliced(engine: Engine, node: cst.Subscript, value: Value, state: State) -> Outcomes:
    bounds = _bounds(engine, node, state)
    if bounds is None:
        engine.book.read(value)
        return _many_indices(engine, node, value, state)
    start, stop = bounds
    if isinstance(value, Keys) and not value.inner:
        return [(_slice_of_keys(engine, value, start, stop), state)]
    items = known_items(value, state)
    if items is not None:
        picked = tuple(items[start:stop])
        whole = Tuple(picked) if isinstance(value, Tuple) else engine.allocate(state, ListObject(picked))
        return [(whole, state)]
    if isinstance(value, Opaque):
        term = engine.terms.make(Kind.SLICE, value.term, start, stop, state.versions.get(value.term, 0))
        return [(Opaque(term), state)]
    return [(engine.unknown("slice"), state)]


def _slice_of_keys(engine: Engine, keys: Keys, start: int | None, stop: int | None) -> Value:
    count = keys.count
    if count is not None:
        first, last, _ = slice(start, stop).indices(count)
        return replaced(keys, start=keys.start + first, count=max(0, last - first))
    if (start or 0) >= 0 and stop is None:
        return replaced(keys, start=keys.start + (start or 0))
    if (start or 0) >= 0 and stop is not None and stop >= 0:
        return replaced(keys, start=keys.start + (start or 0), count=max(0, stop - (start or 0)))
    if (start or 0) >= 0:
        return replaced(keys, start=keys.start + (start or 0), count=None)
    engine.book.read(keys)
    return engine.unknown("slice")


def _bounds(engine: Engine, node: cst.Subscript, state: State) -> tuple[int | None, int | None] | None:
    if len(node.slice) != 1 or not isinstance(node.slice[0].slice, cst.Slice):
        return None
    part = node.slice[0].slice
    if part.step is not None:
        return None
    bounds: list[int | None] = []
    for bound in (part.lower, part.upper):
        if bound is None:
            bounds.append(None)
            continue
        value = engine.eval_one(bound, state)[0]
        if not (isinstance(value, Const) and isinstance(value.value, int)):
            return None
        bounds.append(value.value)
    return bounds[0], bounds[1]


def _whole(part: cst.BaseSlice) -> bool:
    return isinstance(part, cst.Slice) and part.lower is None and part.upper is None and part.step is None


def _each_in(engine: Engine, value: Value, places: list[Value], state: State) -> Value:
    for place in places:
        value = item(engine, value, place, state)
    return value


def _many_indices(engine: Engine, node: cst.Subscript, value: Value, state: State) -> Outcomes:
    indices = [part.slice.value for part in node.slice if isinstance(part.slice, cst.Index)]
    if isinstance(value, Stacked) and len(indices) == len(node.slice) - 1 and _whole(node.slice[0].slice):
        return [
            (replaced(value, lane=_each_in(engine, value.lane, places, after)), after)
            for places, after in engine.eval_all(indices, state)
        ]
    if len(indices) != len(node.slice):
        part = engine.unknown("slice")
        if isinstance(value, Opaque):
            part = Opaque(engine.terms.make(Kind.PART, value.term, part.term))
        return [(part, state)]
    result: Outcomes = []
    for places, after in engine.eval_all(indices, state):
        picked = value
        if isinstance(value, (Keys, Rows, Opaque)):
            picked = _each_in(engine, value, places, after)
        else:
            picked = engine.unknown("item")
        result.append((picked, after))
    return result
