"""Mapped functions, ``vmap``, ``pmap`` and ``shard_map``: called once, for one lane that stands for all."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.context import Lanes
from flake8_flax_rng.interpreter.core.mapped import close
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Args,
    Const,
    Key,
    Keys,
    Opaque,
    Ref,
    Rows,
    Stacked,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.jax.array_functions import known_length
from flake8_flax_rng.interpreter.python.iteration import key_at, known_items

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_LANES_FOLLOWED = 32


def map_lanes(engine: Engine, wrapped: Wrapped, axes: Value | None, args: Args, state: State, site: Site) -> Outcomes:
    """Call a function once for all lanes."""
    out_axes = dict(wrapped.options).get("out_axes")
    quiet = is_one_for_all(dict(wrapped.options), state)
    mapped = Lanes(
        site, wrapped.transform, engine.terms.count, quiet=quiet, models=len(engine.runs) + len(engine.activations)
    )
    given = _lanes(engine, args, axes, state)
    for before, after in _pairs(args, given):
        mapped.varying.update(_new(engine, before, after, state))
        mapped.twins.update(_twins(engine, before, after))
        if isinstance(before, Stacked) and before.alike:
            mapped.repeated.add(engine.term(after, state))
    engine.lanes.append(mapped)
    try:
        with engine.tracing(eager=wrapped.transform == "vmap"):
            outcomes = engine.call(wrapped.function, given, state, site)
    finally:
        close(engine, mapped)
    for before, after in _pairs(args, given):
        engine.book.escapes.note_lanes(after, before)
    first = out_axes is None or out_axes == Const(0)
    count = next((c for value in args.values() if (c := known_length(value)) is not None), None) if first else None
    return [(_stacked(engine, value, count, after), after) for value, after in outcomes]


def is_one_for_all(options: dict[str, Value], state: State) -> bool:
    """Return whether a result is one for all lanes: whoever says so knows what the lanes share."""
    out_axes = options.get("out_axes")
    return out_axes is not None and any(axis == NONE for axis in known_items(out_axes, state) or [out_axes])


def map_shards(engine: Engine, wrapped: Wrapped, specs: Value | None, args: Args, state: State, site: Site) -> Outcomes:
    """Call a function once for all shards; an empty specification gives the whole argument to each."""
    known = known_items(specs, state) if specs is not None else None
    per_argument = known if known is not None else [specs] * len(args.positional)
    mapped = Lanes(
        site, "shard_map", engine.terms.count, quiet=specs is None, models=len(engine.runs) + len(engine.activations)
    )
    given = args.shift(0)
    for index, value in enumerate(args.positional):
        spec = per_argument[index] if index < len(per_argument) else None
        whole = isinstance(spec, Opaque) and spec.term.kind == "pure" and len(spec.term.args) == 1
        if not whole:
            block = engine.terms.make("block", engine.term(value, state))
            given.positional[index] = (
                replace(value, parent=block, count=None) if isinstance(value, Keys) else Opaque(block)
            )
            mapped.varying.add(block)
    engine.lanes.append(mapped)
    try:
        with engine.tracing():
            outcomes = engine.call(wrapped.function, given, state, site)
    finally:
        close(engine, mapped)
    return [(engine.unknown("sharded"), after) for _, after in outcomes]


def _pairs(before: Args, after: Args) -> list[tuple[Value, Value]]:
    names = before.keywords
    return [
        *zip(before.positional, after.positional, strict=True),
        *((names[name], after.keywords[name]) for name in names),
    ]


def _twins(engine: Engine, before: Value, after: Value) -> dict[Term, tuple[Key, ...]]:
    """Return the keys of the other lanes, by that of the first lane, which is the one that is followed."""
    if not isinstance(after, Key):
        return {}
    others: list[Value] = []
    if isinstance(before, Rows):
        others = list(before.items[1:])
    elif isinstance(before, Keys) and not before.reshaped:
        others = [key_at(engine, before, index) for index in range(1, min(before.count or 0, _LANES_FOLLOWED))]
    return {after.term: tuple(key for key in others if isinstance(key, Key))}


def _new(engine: Engine, before: Value, after: Value, state: State) -> list[Term]:
    """Return the terms of what differs from lane to lane."""
    if isinstance(before, Stacked) and before.alike:
        return []
    if isinstance(after, Tuple) and isinstance(before, Tuple):
        pairs = zip(before.items, after.items, strict=True)
        return [term for one, other in pairs for term in _new(engine, one, other, state)]
    if isinstance(after, Ref) and isinstance(before, Ref):
        ours, theirs = state.heap.get(before.address), state.heap.get(after.address)
        if isinstance(ours, ListObject) and isinstance(theirs, ListObject):
            return _new(engine, Tuple(ours.items), Tuple(theirs.items), state)
        if isinstance(ours, DictObject) and isinstance(theirs, DictObject):
            one, other = (Tuple(tuple(item for _, item in found.entries)) for found in (ours, theirs))
            return _new(engine, one, other, state)
        if isinstance(ours, Instance) and isinstance(theirs, Instance):
            one, other = (Tuple(tuple(found.attributes.values())) for found in (ours, theirs))
            return _new(engine, one, other, state)
        return []
    if before is after and not isinstance(before, Ref):
        return []
    if isinstance(after, Keys):
        return [engine.term(after, state), after.parent]
    return [engine.term(after, state)]


def _lanes(engine: Engine, args: Args, axes: Value | None, state: State) -> Args:
    """Return the arguments as one lane of ``vmap`` sees them."""
    per_argument = known_items(axes, state) if isinstance(axes, Tuple | Ref) else None
    lanes = args.shift(0)
    for index, value in enumerate(args.positional):
        axis = axes
        if per_argument is not None:
            axis = per_argument[index] if index < len(per_argument) else NONE
        lanes.positional[index] = _along(engine, value, axis, state)
    lanes.keywords = {name: lane(engine, value, state) for name, value in args.keywords.items()}
    return lanes


def _along(engine: Engine, value: Value, axis: Value | None, state: State) -> Value:
    """Return what one lane gets of an argument; its axes may form a tree like the argument's own."""
    if axis == NONE:
        return value
    ours = state.heap.get(value.address) if isinstance(value, Ref) else None
    theirs = state.heap.get(axis.address) if isinstance(axis, Ref) else None
    if isinstance(ours, DictObject) and isinstance(theirs, DictObject):
        entries = tuple((key, _along(engine, item, theirs.get(key), state)) for key, item in ours.entries)
        return engine.allocate(state, DictObject(entries, ours.complete))
    if isinstance(ours, Instance) and isinstance(theirs, Instance):
        fields = {n: _along(engine, item, theirs.attributes.get(n), state) for n, item in ours.attributes.items()}
        return engine.allocate(state, replace(ours, attributes=fields))
    items, parts = known_items(value, state), known_items(axis, state) if axis is not None else None
    if items is not None and parts is not None and len(items) == len(parts):
        return Tuple(tuple(_along(engine, item, part, state) for item, part in zip(items, parts, strict=True)))
    return lane(engine, value, state)


def lane(engine: Engine, value: Value, state: State) -> Value:
    """Return what one lane gets of a mapped value: the first element stands for all."""
    if isinstance(value, Keys):
        engine.book.read(value)
        return key_at(engine, value, 0)
    if isinstance(value, Stacked):
        return value.lane
    if isinstance(value, Rows) and value.items:
        engine.book.read(value)
        return value.items[0]
    if isinstance(value, Key):
        return Key(engine.terms.make("lane", value.term), value.origin)
    if isinstance(value, Tuple):
        return Tuple(tuple(lane(engine, item, state) for item in value.items))
    if isinstance(value, Opaque):
        stacked = value.term.kind == "stacked" and value.term.args[0]
        if stacked and not isinstance(stacked, str | int | float | bytes | complex):
            return Opaque(stacked)
        return Opaque(engine.terms.make("lane", value.term))
    if isinstance(value, Ref):
        found = state.heap.get(value.address)
        if isinstance(found, DictObject):
            entries = tuple((key, lane(engine, item, state)) for key, item in found.entries)
            return engine.allocate(state, DictObject(entries, found.complete))
        if isinstance(found, ListObject):
            items = tuple(lane(engine, item, state) for item in found.items)
            return engine.allocate(state, ListObject(items, found.complete))
    return value


def _stacked(engine: Engine, value: Value, count: int | None, state: State) -> Value:
    if isinstance(value, Tuple):
        return Tuple(tuple(_stacked(engine, item, count, state) for item in value.items))
    if isinstance(value, Const) and value.value is None:
        return value
    if isinstance(value, Key | Keys):
        return Stacked(value, count=count)
    return Opaque(engine.terms.make("stacked", engine.term(value, state)))
