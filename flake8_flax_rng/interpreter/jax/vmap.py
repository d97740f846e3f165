"""Mapped functions, ``vmap``, ``pmap`` and ``shard_map``: called once, for one lane that stands for all."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.context import Lanes
from flake8_flax_rng.interpreter.core.mapped import keep_only_results, mapping
from flake8_flax_rng.interpreter.domain.budget import LANES_COMPARED, LANES_TAKEN_FOR_ANY
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    FALSE,
    NONE,
    Args,
    Bound,
    Const,
    Function,
    Key,
    Keys,
    Native,
    Opaque,
    Partial,
    Ref,
    Rows,
    Stacked,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.domain.walk import CONTAINERS, OBJECTS, Rebuilding, identity, pairs
from flake8_flax_rng.interpreter.jax.array_functions import known_length
from flake8_flax_rng.interpreter.python.iteration import key_at, known_items, named_tuple_items
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.transforms import SUPPLIED

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State


Whole = Callable[["Value", "State"], bool]
"""Tells the objects that a lane is given, and returns, as they are."""

_FUNCTIONS = (Function, Bound, Native, Partial, Wrapped)


def none_whole(value: Value, state: State) -> bool:
    """Return that no object is one of these."""
    return False


def map_lanes(
    engine: Engine,
    wrapped: Wrapped,
    axes: Value | None,
    args: Args,
    state: State,
    site: Site,
    whole: Whole = none_whole,
    varying: Iterable[Term] = (),
) -> Outcomes:
    """Call a function once for all lanes.

    Args:
        engine: the analysis.
        wrapped: the mapped function.
        axes: the axes of its arguments.
        args: its arguments.
        state: the path.
        site: the place of the call.
        whole: tells which objects are none of the arrays that are cut into lanes.
        varying: what differs from lane to lane beside the arguments.
    """
    out_axes = dict(wrapped.options).get("out_axes")
    options = dict(wrapped.options)
    quiet = is_one_for_all(options, state) or options.get("axis_size") == Const(1)
    mapped = Lanes(
        site,
        wrapped.transform,
        engine.terms.count,
        quiet=quiet,
        models=engine.context.models,
        handed=_handed(engine, wrapped.function, args, state),
        made=wrapped.site,
        supplied=wrapped.path in SUPPLIED and dict(wrapped.options).get(SUPPLIED[wrapped.path]) != FALSE,
    )
    mapped.varying.update(varying)
    given = _lanes(engine, args, axes, state, whole)
    for before, after in _pairs(args, given):
        mapped.varying.update(_new(engine, before, after, state))
        mapped.twins.update(_twins(engine, before, after))
        if isinstance(before, Stacked) and before.alike:
            mapped.repeated.add(engine.term(after, state))
    with mapping(engine, mapped), engine.tracing(eager=wrapped.transform == "vmap"):
        outcomes = engine.call(wrapped.function, given, state, site)
        keep_only_results(engine, mapped, outcomes)
    for before, after in _pairs(args, given):
        engine.book.escapes.note_lanes(after, before)
    first = out_axes is None or out_axes == Const(0)
    count = next((c for value in args.values() if (c := known_length(value)) is not None), None) if first else None
    return [(_stacked(engine, value, count, after, whole), after) for value, after in outcomes]


def _handed(engine: Engine, function: Value, args: Args, state: State) -> frozenset[Term]:
    """Return the terms of what an object is given that is called in each lane."""
    given = args.values()
    if isinstance(function, Partial):
        given = [*given, *function.args, *(value for _, value in function.keywords)]
        function = function.function
    whole = isinstance(function, (Ref, Native))
    return frozenset(engine.term(value, state) for value in given) if whole else frozenset()


def is_one_for_all(options: dict[str, Value], state: State) -> bool:
    """Return whether a result is one for all lanes: whoever says so knows what the lanes share."""
    out_axes = options.get("out_axes")
    return out_axes is not None and any(axis == NONE for axis in known_items(out_axes, state) or [out_axes])


def map_shards(engine: Engine, wrapped: Wrapped, specs: Value | None, args: Args, state: State, site: Site) -> Outcomes:
    """Call a function once for all shards; an empty specification gives the whole argument to each."""
    known = known_items(specs, state) if specs is not None else None
    per_argument = known if known is not None else [specs] * len(args.positional)
    mapped = Lanes(
        site,
        "shard_map",
        engine.terms.count,
        quiet=specs is None,
        models=engine.context.models,
    )
    given = args.shift(0)
    for index, value in enumerate(args.positional):
        spec = per_argument[index] if index < len(per_argument) else None
        whole = isinstance(spec, Opaque) and spec.term.kind is Kind.PURE and not spec.term.arguments
        if not whole:
            block = engine.terms.make(Kind.BLOCK, engine.term(value, state))
            given.positional[index] = (
                replaced(value, parent=block, count=None) if isinstance(value, Keys) else Opaque(block)
            )
            mapped.varying.add(block)
    with mapping(engine, mapped), engine.tracing():
        outcomes = engine.call(wrapped.function, given, state, site)
        keep_only_results(engine, mapped, outcomes)
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
        count = LANES_TAKEN_FOR_ANY if before.count is None else min(before.count, LANES_COMPARED)
        others = [key_at(engine, before, index) for index in range(1, count)]
    return {after.term: tuple(key for key in others if isinstance(key, Key))}


def _new(engine: Engine, before: Value, after: Value, state: State) -> list[Term]:
    """Return the terms of what differs from lane to lane."""
    found: list[Term] = []
    for one, other in pairs(before, after, state.heap, OBJECTS):
        alike = isinstance(one, Stacked) and one.alike
        if alike or one is other or (isinstance(one, Ref) and isinstance(other, Ref)):
            continue
        found.append(engine.term(other, state))
        if isinstance(other, Keys):
            found.append(other.parent)
    return found


def _lanes(engine: Engine, args: Args, axes: Value | None, state: State, whole: Whole) -> Args:
    """Return the arguments as one lane of ``vmap`` sees them."""
    per_argument = known_items(axes, state) if isinstance(axes, (Tuple, Ref)) else None
    lanes = args.shift(0)
    slicing = _Slicing(engine, state, whole)
    for index, value in enumerate(args.positional):
        axis = axes
        if per_argument is not None:
            axis = per_argument[index] if index < len(per_argument) else NONE
        lanes.positional[index] = slicing.along(value, axis)
    lanes.keywords = {name: slicing.along(value, None) for name, value in args.keywords.items()}
    return lanes


class _Slicing:
    """Takes one lane out of values; what is shared is sliced once.

    Args:
        engine: the analysis.
        state: the path; new containers are added to its heap.
        whole: tells which objects are not cut.
    """

    def __init__(self, engine: Engine, state: State, whole: Whole):
        self._engine = engine
        self._state = state
        self._is_whole = whole
        self._whole = Rebuilding(state.heap, self._leaf, CONTAINERS, engine.number)
        # What is identified by its place in memory is kept, so that the place is not used again.
        self._made: dict[tuple[int, int], tuple[Value, Value, Value]] = {}

    def along(self, value: Value, axis: Value | None) -> Value:
        """Return what one lane gets of a value; its axes may form a tree like the value's own."""
        if axis is None:
            return self._whole.of(value)
        places = identity(value), identity(axis)
        if places not in self._made:
            self._made[places] = value, axis, value if axis == NONE else self._of_tree(value, axis)
        return self._made[places][-1]

    def _leaf(self, value: Value) -> Value:
        """Return what one lane gets of an array, or of an object that other lanes have made."""
        found = self._state.instance(value)
        if self._is_whole(value, self._state):
            return value
        if found is None or not any(map(_is_stacked, found.attributes.values())):
            return _lane(self._engine, value)
        fields = {n: _lane(self._engine, v) if _is_stacked(v) else v for n, v in found.attributes.items()}
        return self._engine.allocate(self._state, replaced(found, attributes=fields))

    def _of_tree(self, value: Value, axis: Value) -> Value:
        ours = self._state.heap.get(value.address) if isinstance(value, Ref) else None
        theirs = self._state.heap.get(axis.address) if isinstance(axis, Ref) else None
        if isinstance(ours, DictObject) and isinstance(theirs, DictObject):
            entries = tuple((key, self.along(item, theirs.get(key))) for key, item in ours.entries)
            return self._engine.allocate(self._state, DictObject(entries, ours.complete))
        if isinstance(ours, Instance) and isinstance(theirs, Instance):
            fields = {name: self.along(item, theirs.attributes.get(name)) for name, item in ours.attributes.items()}
            return self._engine.allocate(self._state, replaced(ours, attributes=fields))
        items, parts = known_items(value, self._state), known_items(axis, self._state)
        if items is not None and parts is not None and len(items) == len(parts):
            return Tuple(tuple(self.along(item, part) for item, part in zip(items, parts, strict=True)))
        return self._whole.of(value)


def _is_stacked(value: Value) -> bool:
    return isinstance(value, Stacked) or (isinstance(value, Opaque) and value.term.kind is Kind.STACKED)


def _lane(engine: Engine, value: Value) -> Value:
    """Return what one lane gets of an array: the first element stands for all."""
    if isinstance(value, Keys):
        engine.book.read(value)
        return key_at(engine, value, 0)
    if isinstance(value, Stacked):
        return value.lane
    if isinstance(value, Rows) and value.items:
        engine.book.read(value)
        return value.items[0]
    if isinstance(value, Key):
        return Key(engine.terms.make(Kind.LANE, value.term), value.origin)
    if isinstance(value, Opaque):
        lane = value.term.lane
        return Opaque(engine.terms.make(Kind.LANE, value.term) if lane is None else lane)
    return value


def _stacked(engine: Engine, value: Value, count: int | None, state: State, whole: Whole) -> Value:
    """Return what all lanes have made, as one of them has made it."""

    def stack(leaf: Value) -> Value:
        if leaf == NONE or isinstance(leaf, _FUNCTIONS) or whole(leaf, state):
            return leaf  # a function that an object holds is no array
        if isinstance(leaf, (Key, Keys)):
            return Stacked(leaf, count=count)
        found = state.instance(leaf)
        if found is not None and (found.frozen or named_tuple_items(found) is not None):
            fields = {name: rebuilding.of(item) for name, item in found.attributes.items()}
            return engine.allocate(state, replaced(found, attributes=fields))
        return Opaque(engine.terms.make(Kind.STACKED, engine.term(leaf, state)))

    rebuilding = Rebuilding(state.heap, stack, CONTAINERS, engine.number)
    return rebuilding.of(value)
