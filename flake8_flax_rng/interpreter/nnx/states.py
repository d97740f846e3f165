"""Graphs and states: ``split``, ``merge``, ``state``, ``update``, and copies of modules.

A state holds the very streams of the module that it was taken from, by the way that leads to each: eager ``merge`` goes
on with their counts. What is passed to a transform of JAX is a copy, and so are the streams of a state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.models import Calls
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    TRUE,
    Args,
    Function,
    Key,
    Opaque,
    Ref,
    Symbol,
    Tuple,
    Value,
)
from flake8_flax_rng.interpreter.nnx import filters, graph, streams

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

GRAPH, STATE = "flax.nnx.GraphDef", "flax.nnx.State"
_MODULE, _ORIGIN = "<module>", "<origin>"
OPEN = "<open>"
"""Whether a state may hold the streams of a module that it does not show."""


def _splittable(value: Value | None, state: State) -> bool:
    return isinstance(value, Ref) and graph.is_object(value, state)


def _split(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``split(module, *filters)``: the graph, and a state for each filter."""
    module = args.get(0, "node")
    if module is None or not _splittable(module, state):
        return None
    shape = graph.Copying(engine, state, lambda _, found: None).of(module)
    definition = engine.allocate(state, Instance(Symbol(GRAPH), {_MODULE: shape, _ORIGIN: module}))
    return [(Tuple((definition, *_states(engine, module, args, state))), state)]


def _states(engine: Engine, module: Value, args: Args, state: State) -> list[Value]:
    """Return the states that filters take of a module, one for each; the first filter that takes a stream has it."""
    count = len(args.positional) - 1
    taken = [filters.given(engine, args, index + 1, NONE, state) for index in range(count)] or [filters.ELLIPSIS]
    parts: list[dict[str, Value]] = [{} for _ in taken]
    for way, stream in graph.paths_to_streams(module, state).items():
        found = state.instance(stream)
        tag = streams.tag_of(found) if found is not None else ""
        for filter_, part in zip(taken, parts, strict=True):
            answer = filters.takes(filter_, tag)
            if answer is None:
                part[OPEN] = TRUE
            elif answer:
                part[way] = stream
                break
    for way, key in graph.paths_to_keys(module, state).items():
        for filter_, part in zip(taken, parts, strict=True):
            if filters.takes_arrays(filter_) is not False:
                part[way] = key
                break
    open_ = not graph.known_throughout(module, state) or args.open_positional
    for part in parts if open_ else ():
        part[OPEN] = TRUE
    return [engine.allocate(state, Instance(Symbol(STATE), part)) for part in parts]


def _state(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``state(module, *filters)``."""
    module = args.get(0, "node")
    if module is None or not _splittable(module, state):
        return None
    found = _states(engine, module, args, state)
    return [(found[0] if len(found) == 1 else Tuple(tuple(found)), state)]


def _graphdef(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    module = args.get(0, "node")
    if module is None or not _splittable(module, state):
        return None
    shape = graph.Copying(engine, state, lambda _, found: None).of(module)
    return [(engine.allocate(state, Instance(Symbol(GRAPH), {_MODULE: shape, _ORIGIN: module})), state)]


def _merge(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``merge(graph, *states)``: a module with the streams that the states hold."""
    definition = args.get(0, "graphdef")
    found = state.instance(definition) if definition is not None else None
    if found is None or _MODULE not in found.attributes:
        return None
    held = [state.instance(value) for value in args.positional[1:]]
    shape = found.attributes[_MODULE]
    ways = {ref.address: way for way, ref in graph.paths_to_streams(shape, state).items()}
    given: dict[str, Value] = {}
    for part in held:
        given.update(part.attributes if part is not None else {})
    unsure = OPEN in given or args.open_positional or any(part is None for part in held)

    def restore(stream: Ref, old: Instance) -> Instance | None:
        current = given.get(ways.get(stream.address, ""))
        known = state.instance(current) if current is not None else None
        if known is not None:
            replaced[stream.address] = current
            return None
        if unsure or known is None:
            replaced[stream.address] = streams.unknown(engine, state, streams.tag_of(old))
        return None

    replaced: dict[int, Value | None] = {}
    copying = graph.Copying(engine, state, restore)
    merged = copying.of(shape)
    _mark_stale(found, merged, state)
    keys = {way: given.get(way) for way in graph.paths_to_keys(shape, state)}
    graph.put(merged, {way: key or Key(engine.terms.fresh("merged")) for way, key in keys.items()}, state)
    graph.substitute(merged, {old: new for old, new in replaced.items() if new is not None}, state)
    return [(merged, state)]


def _mark_stale(definition: Instance, merged: Value, state: State) -> None:
    """Let the layers remember that their graph is older than the mode of the module that it was taken from."""
    origin = definition.attributes.get(_ORIGIN)
    ours = list(graph.modules_of(merged, state))
    theirs = list(graph.modules_of(origin, state)) if origin is not None else []
    if len(ours) != len(theirs):
        return
    for (ref, layer), (_, other) in zip(ours, theirs, strict=True):
        for mode in (streams.EVALUATED, streams.TRAINED):
            place = other.attributes.get(mode)
            if place is not None and mode not in layer.attributes and layer.cls == other.cls:
                state.heap[ref.address] = layer.set(streams.STALE, place)


def _update(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``update(module, *states)``: the streams take the roots and counts over that the states hold."""
    module = args.get(0, "node")
    if module is None or not _splittable(module, state):
        return None
    theirs: dict[str, Value] = {}
    unknown = args.open_positional
    for value in args.positional[1:]:
        part = state.instance(value)
        if part is None or not (isinstance(part.cls, Symbol) and part.cls.path == STATE):
            unknown = True
        else:
            theirs.update(part.attributes)
    unknown = unknown or OPEN in theirs
    for way, stream in graph.paths_to_streams(module, state).items():
        found = state.instance(stream)
        other = state.instance(theirs[way]) if way in theirs else None
        if found is None or theirs.get(way) == stream:
            continue
        if other is not None:
            copy = streams.copied(engine, other, "nnx.update", site)
            state.heap[stream.address] = copy.set(streams.TAG, found.attributes.get(streams.TAG, NONE))
        elif unknown:
            fresh = state.instance(streams.unknown(engine, state, streams.tag_of(found)))
            assert fresh is not None
            state.heap[stream.address] = fresh
    graph.put(module, {way: theirs[way] for way in graph.paths_to_keys(module, state) if way in theirs}, state)
    return [(NONE, state)]


def _clone(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``nnx.clone`` or ``copy.deepcopy``: another module, whose streams count on from where these stand."""
    module = args.get(0, "node") or args.get(0, "x")
    if not isinstance(module, Ref) or not (graph.is_object(module, state) or graph.holds_streams(module, state)):
        return None
    via = path.replace("flax.", "")
    copying = graph.Copying(engine, state, lambda _, found: streams.copied(engine, found, via, site))
    return [(copying.of(module), state)]


def _share(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``copy.copy``: another object with the very same streams."""
    module = args.get(0, "x")
    found = state.instance(module) if module is not None else None
    if found is None or module is None or not graph.is_object(module, state):
        return None
    return [(engine.allocate(state, found), state)]


def _eval_shape(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``nnx.eval_shape``: the function is traced, and nothing is drawn."""
    function = args.get(0, "f")
    if function is None:
        return None
    if isinstance(function, Function) and function.code.name == "<lambda>":
        engine.program.measured.add(function.code)
    level, inside, given = engine.number(), state.fork(), args.shift(1)
    copying = graph.Copying(engine, inside, lambda _, found: found)
    given.positional = [copying.of(value) for value in given.positional]
    given.keywords = {name: copying.of(value) for name, value in given.keywords.items()}
    with engine.within(engine.context.at_level(level)), engine.book.uses.for_shapes_only(), engine.tracing():
        outcomes = engine.call(function, given, inside, site)
    if len(outcomes) != 1:
        return [] if not outcomes else [(engine.unknown("shapes"), state)]
    value, after = outcomes[0]
    for address, found in after.heap.items():
        state.heap.setdefault(address, found)
    for stream in list(graph.streams_of([value], state)):
        held = state.instance(stream)
        if held is not None and stream.address > level:
            state.heap[stream.address] = held.set(streams.ABSTRACT, TRUE)
    return [(value, state)]


def _pure_state(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call what returns a state in another form."""
    given = args.get(0, "state")
    return [(given, state)] if given is not None and isinstance(given, (Ref, Opaque)) else None


CALLS = (
    Calls(_split, ("flax.nnx.split",)),
    Calls(_state, ("flax.nnx.state",)),
    Calls(_graphdef, ("flax.nnx.graphdef",)),
    Calls(_merge, ("flax.nnx.merge",)),
    Calls(_update, ("flax.nnx.update",)),
    Calls(_clone, ("flax.nnx.clone", "copy.deepcopy")),
    Calls(_share, ("copy.copy",)),
    Calls(_eval_shape, ("flax.nnx.eval_shape",)),
    Calls(_pure_state, ("flax.nnx.to_pure_dict", "flax.nnx.as_immutable_vars")),
)
