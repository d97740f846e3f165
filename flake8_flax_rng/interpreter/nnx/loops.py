"""``nnx.scan``: two passes, each with the streams that the axes of its arguments give it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.events import Stateful, Step
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.interpreter.domain.values import NONE, Args, Const, Key, Keys, Ref, Symbol, Tuple, Value, Wrapped
from flake8_flax_rng.interpreter.jax import control_flow
from flake8_flax_rng.interpreter.nnx import graph, lanes, streams
from flake8_flax_rng.interpreter.python.iteration import known_items

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.heap import Instance
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

SYMBOL = Symbol("flax.nnx.scan")
CARRY = Symbol("flax.nnx.Carry")
_DEFAULT = Tuple((CARRY, Const(0)))


def scan(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    """Call a function of which NNX makes a loop."""
    options = dict(wrapped.options)
    axes = lanes.axes_of(options.get("in_axes", _DEFAULT), len(args.positional), Const(0), state)
    for value, axis in zip(args.positional, axes, strict=True):
        tag = lanes.unsplit(value, axis, state)
        if tag is not None:
            engine.emit(Stateful(StreamMistake.NOT_SPLIT, site, tag))
            return []
    carried = next((index for index, axis in enumerate(axes) if axis == CARRY), None)
    out = options.get("out_axes", _DEFAULT)
    start = args.positional[carried] if carried is not None else NONE
    rows = [value for value, axis in zip(args.positional, axes, strict=True) if lanes.is_along(axis)]
    count = control_flow.passes(options.get("length"), rows[0] if rows and not isinstance(rows[0], Ref) else None)
    paths: Outcomes = [(control_flow.as_array(engine, start, state), state)]
    serial = engine.number()
    for turn in range(count):
        with engine.step(Step(site, turn=turn)), engine.tracing():
            after: Outcomes = []
            for current, at in paths:
                after.extend(_pass(engine, wrapped, args, axes, carried, out, current, at, site, (serial, turn)))
            paths = engine.merge_outcomes(after)
    return [(_result(engine, value, out, state), after) for value, after in paths]


def _pass(
    engine: Engine,
    wrapped: Wrapped,
    args: Args,
    axes: list[Value],
    carried: int | None,
    out: Value,
    current: Value,
    state: State,
    site: Site,
    turn: tuple[int, int],
) -> Outcomes:
    """Follow one pass; return the carry that it leaves."""
    given: list[Value] = []
    before: lanes.Roots = []
    alike: list[tuple[Ref, Instance]] = []
    kept: list[tuple[Value, dict[str, Key | Keys]]] = []
    for index, (value, axis) in enumerate(zip(args.positional, axes, strict=True)):
        if index == carried:
            given.append(current)
            continue
        if graph.is_object(value, state) or graph.holds_streams(value, state):
            roots, _ = lanes.take(engine, value, axis, turn[1], state)
            before.extend(roots)
            alike.extend(_broadcast(engine, value, axis, state, wrapped.site or site))
            kept.append((value, graph.paths_to_keys(value, state) if lanes.is_broadcast(axis, state) else {}))
            given.append(value)
        elif lanes.is_along(axis):
            given.append(control_flow.row(engine, value, turn[0], turn[1], state))
        else:
            given.append(value)
    outcomes = engine.call(wrapped.function, Args(given, dict(args.keywords)), state, site)
    result: Outcomes = []
    for value, after in outcomes:
        lanes.put_back(before, after)
        for stream, found in alike:
            after.heap[stream.address] = found
        for holder, keys in kept:
            graph.put(holder, keys, after)
        result.append((_carry(engine, value, out, after), after))
    return result


def _broadcast(engine: Engine, value: Value, axis: Value, state: State, site: Site) -> list[tuple[Ref, Instance]]:
    """Return the streams that each pass gets as they are, wherever the pass before has left them."""
    alike: list[tuple[Ref, Instance]] = []
    for stream in list(graph.streams_of([value], state)):
        held = state.instance(stream)
        if held is None:
            continue
        if streams.ALIKE in held.attributes or lanes.axis_for(axis, streams.tag_of(held), state) == NONE:
            alike.append((stream, held))
            state.heap[stream.address] = streams.copied(engine, held, SYMBOL.path, site)
    return alike


def _carry(engine: Engine, value: Value, out: Value, state: State) -> Value:
    """Return the carry of what the function returns."""
    if out == CARRY:
        return value
    items, places = known_items(value, state), known_items(out, state) if isinstance(out, Tuple) else None
    if isinstance(value, Tuple) and items is not None and places is not None and CARRY in places:
        index = places.index(CARRY)
        return items[index] if index < len(items) else engine.unknown("carry")
    return engine.unknown("carry")


def _result(engine: Engine, carry: Value, out: Value, state: State) -> Value:
    if out == CARRY:
        return carry
    places = known_items(out, state) if isinstance(out, Tuple) else None
    if places is None or CARRY not in places:
        return engine.unknown("ys")
    return Tuple(tuple([carry if place == CARRY else engine.unknown("ys") for place in places]))
