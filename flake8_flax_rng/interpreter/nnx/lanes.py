"""Lanes: which streams each lane of a mapped function, or each pass of a scan, has for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.models import Calls
from flake8_flax_rng.interpreter.domain.events import Stateful
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    TRUE,
    Args,
    Const,
    Key,
    Keys,
    Ref,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.jax import vmap
from flake8_flax_rng.interpreter.nnx import filters, graph, streams
from flake8_flax_rng.interpreter.python.iteration import key_at, known_items

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

BACKUPS = "flax.nnx.SplitBackups"
"""What ``split_rngs`` returns: the state before."""

_STATE_AXES = "flax.nnx.StateAxes"
_AXES = "<axes>"
LEFT_OUT = Symbol("flax.nnx.<unknown axis>")


def _make_axes(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Make ``StateAxes``, which says of each part of a state which axis the lanes have."""
    node = args.node(0, "value")
    options = filters.of_mapping(engine, node, state)
    attributes: dict[str, Value] = {}
    if options is not None:
        attributes[_AXES] = Tuple(tuple([Tuple(pair) for pair in options]))
    return [(engine.allocate(state, Instance(Symbol(path), attributes)), state)]


def axes_of(axes: Value | None, count: int, default: Value, state: State) -> list[Value]:
    """Return the axis of each argument."""
    if axes is None:
        return [default] * count
    items = known_items(axes, state) if isinstance(axes, Tuple) else None
    if items is None:
        return [axes] * count
    return [items[index] if index < len(items) else NONE for index in range(count)]


def axis_for(axis: Value, tag: str, state: State) -> Value:
    """Return the axis of the state of a stream; ``LEFT_OUT`` where it is not known."""
    found = state.instance(axis)
    if found is None:
        return axis
    options = found.attributes.get(_AXES)
    if not isinstance(options, Tuple):
        return LEFT_OUT
    for pair in options.items:
        assert isinstance(pair, Tuple)
        answer = filters.takes(pair.items[0], tag)
        if answer is None:
            return LEFT_OUT
        if answer:
            return pair.items[1]
    return LEFT_OUT


def is_broadcast(axis: Value, state: State) -> bool:
    """Return whether an axis gives all lanes the arrays of a module as they are, those that are no variables."""
    found = state.instance(axis)
    if found is None:
        return axis == NONE
    options = found.attributes.get(_AXES)
    for pair in options.items if isinstance(options, Tuple) else ():
        assert isinstance(pair, Tuple)
        answer = filters.takes_arrays(pair.items[0])
        if answer is not False:
            return answer is True and pair.items[1] == NONE
    return False


def is_along(axis: Value) -> bool:
    """Return whether an axis is one that the lanes have."""
    return isinstance(axis, Const) and isinstance(axis.value, int)


_SCALAR = frozenset({Kind.SEED, Kind.CHILD})
"""Keys that are one key, wherever they come from."""

Roots = list[tuple[Ref, Value]]


def unsplit(value: Value, axis: Value, state: State) -> str | None:
    """Return the tag of a stream that has one key and is mapped along an axis, which raises; else None."""
    for stream in graph.streams_of([value], state):
        found = state.instance(stream)
        root = found.attributes.get(streams.ROOT) if found is not None else None
        if found is None or not isinstance(root, Key) or root.term.kind not in _SCALAR:
            continue
        if is_along(axis_for(axis, streams.tag_of(found), state)) and streams.ALIKE not in found.attributes:
            return streams.tag_of(found)
    return None


def take(engine: Engine, value: Value, axis: Value, turn: int, state: State) -> tuple[Roots, list[Term]]:
    """Give the streams of an argument the roots that a lane has.

    Returns:
        the roots that they had before, and the keys that differ from lane to lane.
    """
    before: Roots = []
    varying: list[Term] = []
    for stream in list(graph.streams_of([value], state)):
        found = state.instance(stream)
        assert found is not None
        root = found.attributes.get(streams.ROOT)
        along = axis_for(axis, streams.tag_of(found), state)
        if root is None or along == NONE or streams.ALIKE in found.attributes:
            continue
        own: Value = Key(engine.terms.fresh("lane"))
        if is_along(along) and isinstance(root, Keys) and not root.inner:
            own = key_at(engine, root, turn)
        elif is_along(along) and isinstance(root, Keys):
            own = Keys(engine.terms.fresh("lanes"), inner=len(root.rest) > 1)
        before.append((stream, root))
        state.heap[stream.address] = found.set(streams.ROOT, own)
        varying.append(engine.term(own, state))
    return before, varying


def put_back(before: Roots, state: State) -> None:
    """Give streams the roots back that they had."""
    for stream, root in before:
        found = state.instance(stream)
        if found is not None:
            state.heap[stream.address] = found.set(streams.ROOT, root)


def call(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    """Call a function of which NNX makes lanes."""
    options = dict(wrapped.options)
    axes = axes_of(options.get("in_axes"), len(args.positional), Const(0), state)
    before: Roots = []
    varying: list[Term] = []
    for value, axis in zip(args.positional, axes, strict=True):
        tag = unsplit(value, axis, state)
        if tag is not None:
            engine.emit(Stateful(StreamMistake.NOT_SPLIT, site, tag))
            return []
    shared = _shared(engine, args.positional, axes, state)
    for value, axis in zip(args.positional, axes, strict=True):
        roots, terms = take(engine, value, axis, 0, state)
        before.extend(roots)
        varying.extend(terms)
    if any(streams.is_a(value, BACKUPS, state) for value in args.positional):
        engine.emit(Stateful(StreamMistake.BACKUP, site))
        return []
    in_axes = Tuple(
        tuple([NONE if graph.is_object(v, state) else a for v, a in zip(args.positional, axes, strict=True)])
    )
    mapped = Wrapped(wrapped.transform, wrapped.function, wrapped.options, path=wrapped.path, site=wrapped.site)

    def whole(value: Value, at: State) -> bool:
        return graph.is_object(value, at)

    outcomes = vmap.map_lanes(engine, mapped, in_axes, args, state, site, whole, varying)
    result: Outcomes = []
    for value, after in outcomes:
        put_back(before, after)
        known = {stream.address for stream, _ in before}
        _gather(engine, value, known, shared, options.get("out_axes", Const(0)), after)
        result.append((value, after))
    return result


def _shared(engine: Engine, values: list[Value], axes: list[Value], state: State) -> set[Term]:
    """Return the roots of the streams that all lanes are given."""
    found: set[Term] = set()
    for value, axis in zip(values, axes, strict=True):
        for stream in graph.streams_of([value], state):
            held = state.instance(stream)
            if held is not None and axis_for(axis, streams.tag_of(held), state) == NONE:
                found.add(engine.term(held.attributes.get(streams.ROOT, NONE), state))
    return found


def _gather(engine: Engine, value: Value, known: set[int], shared: set[Term], axes: Value, state: State) -> None:
    """Let the streams that the lanes have made, and return, have a root for each lane, unless they are one for all.

    What comes of a stream that all lanes are given is the same in each of them.
    """
    for stream in list(graph.streams_of([value], state)):
        found = state.instance(stream)
        root = found.attributes.get(streams.ROOT) if found is not None else None
        if found is None or not isinstance(root, Key) or stream.address in known:
            continue
        if not isinstance(axes, Tuple) and axis_for(axes, streams.tag_of(found), state) == NONE:
            continue
        if root.term.parent in shared:
            state.heap[stream.address] = found.set(streams.ALIKE, TRUE)
        else:
            state.heap[stream.address] = found.set(streams.ROOT, Keys(engine.terms.fresh("lanes")))


CALLS = (Calls(_make_axes, (_STATE_AXES,)),)
