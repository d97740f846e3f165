"""Modules: what every module offers, its modes, and views of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.models import Calls, Method
from flake8_flax_rng.interpreter.domain.events import Stateful
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Args,
    Class,
    Const,
    Function,
    Key,
    Keys,
    Native,
    Opaque,
    Partial,
    Ref,
    Symbol,
    Value,
)
from flake8_flax_rng.interpreter.domain.walk import OBJECTS, reachable
from flake8_flax_rng.interpreter.nnx import bridge, graph, layers, rngs, streams
from flake8_flax_rng.interpreter.python import classes
from flake8_flax_rng.interpreter.python.iteration import known_items
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.nnx import (
    ATTENTION,
    CELLS,
    DEFAULT,
    DROPOUT,
    LAYERS,
    MODE_FLAGS,
    MODES,
    MODES_ELSEWHERE,
    MODULE_METHODS,
    RNGS,
    ROOT,
    SETTING,
    STREAM,
    VARIABLES,
    VIEW,
    VIEW_OPTIONS,
)

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_NOTHING = "no module"
"""Label of what a method returns that sets a mode."""

_VIEWED = "<view>"
_CONTAINERS = {"List": ("flax.nnx.List",), "Dict": ("flax.nnx.Dict",)}
_AS_IT_IS = ("flax.nnx.data", "flax.nnx.static")
_HOLDING = "flax.nnx.ModelAndOptimizer"
"""The optimizer that holds its model."""

_OPTIMIZERS = ("flax.nnx.Optimizer", _HOLDING)


# -- attributes ----------------------------------------------------------------------------------------------


def lacking(engine: Engine, owner: Ref, found: Instance, name: str, state: State, site: Site) -> Outcomes | None:
    """Return an attribute of an object of NNX that is not among those which the program has set."""
    if isinstance(found.cls, Symbol) and found.cls.path in (RNGS, STREAM):
        return None if name.startswith("__") else rngs.attribute(engine, owner, found, name, state, site)
    if name == "lazy_init" and found.cls == Symbol(bridge.TO_NNX):
        return [(Native("nnx.lazy_init", owner), state)]
    if name in bridge.OF_LINEN and found.cls == Symbol(bridge.TO_LINEN):
        return [(Native(f"nnx.{name}", owner), state)]
    if name == "initialize_carry" and isinstance(found.cls, Symbol) and found.cls.path in CELLS:
        return [(Native("nnx.initialize_carry", owner), state)]
    if name in ("get_value", "raw_value") and "value" in found.attributes:
        held = found.attributes["value"]
        return [(Native("variable.get_value", owner) if name == "get_value" else held, state)]
    if graph.is_module(found):
        return [(Native(f"nnx.{name}", owner), state)] if name in MODULE_METHODS else None
    if isinstance(found.cls, Symbol) and found.cls.path in _OPTIMIZERS:
        return [(Native("nnx.update", owner), state)] if name == "update" else None
    return None


def stored(engine: Engine, owner: Ref, name: str, value: Value, state: State) -> None:
    """Note a key that is stored in a module from outside of the trace: a module changes in its own trace only."""
    found = state.instance(owner)
    outside = owner.address <= engine.context.level and isinstance(value, (Key, Keys))
    if outside and engine.context.stack and graph.is_module(found):
        place = streams.in_the_trace(engine, engine.context.stack[-1].site)
        engine.emit(Stateful(StreamMistake.REPLACED, place, name))
        state.ended = True


def call_method(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call a method of an object of NNX."""
    found = state.instance(receiver)
    if not isinstance(receiver, Ref) or found is None:
        return [(engine.unknown(name), state)]
    if isinstance(found.cls, Symbol) and found.cls.path in (RNGS, STREAM):
        return rngs.method(engine, name, receiver, args, state, site)
    if name == "lazy_init":
        return bridge.initialise(engine, receiver, args, state, site)
    if found.cls == Symbol(bridge.TO_LINEN):
        return bridge.call_linen(engine, name, found, args, state, site)
    if name == "initialize_carry":
        return layers.initialize_carry(engine, receiver, args, state, site)
    if name in MODES or name == SETTING:
        return _set_mode(engine, name, receiver, args, state, site)
    return [(engine.unknown(name), state)]


# -- modes ---------------------------------------------------------------------------------------------------


def _set_mode(engine: Engine, name: str, module: Ref, args: Args, state: State, site: Site) -> Outcomes:
    """Call ``train``, ``eval`` or ``set_attributes``, which return nothing."""
    if name in MODES and args.positional:
        engine.emit(Stateful(StreamMistake.MODE_ARGUMENT, site, name, _written(site, args)))
        return []
    wanted: dict[str, Value] = {key: Const(value) for key, value in MODES.get(name, {}).items()}
    strict = name == SETTING and args.keywords.get("raise_if_not_found", NONE) != Const(False)
    given = {key: value for key, value in args.keywords.items() if key not in VIEW_OPTIONS}
    if name == "train" and any(_says_no(key, value, module, state) for key, value in given.items()):
        engine.emit(Stateful(StreamMistake.MODE_ARGUMENT, site, name, _written(site, args)))
    wanted.update(given)
    if args.positional or "only" in args.keywords or not args.complete():
        _forget_modes(engine, module, state)
    else:
        found = _set(engine, module, wanted, state, site)
        _note_evaluated(engine, name, module, state, site)
        if strict and not _all_found(given, found, module, state):
            engine.emit(Stateful(StreamMistake.MODE_OF_NONE, site, name, ", ".join(map(repr, given))))
            return []
    nothing = engine.unknown(_NOTHING)
    engine.program.results[nothing.term] = (site, name)
    return [(nothing, state)]


def _note_evaluated(engine: Engine, name: str, module: Ref, state: State, site: Site) -> None:
    """Let the modules remember that ``eval`` has turned them off, and where, until ``train`` turns them on."""
    place = streams.remember(engine, site)
    if name == "eval":
        _note_out_of_reach(engine, module, state, site)
    for ref, found in list(graph.modules_of(module, state)):
        if streams.STALE in found.attributes:
            rest = {key: value for key, value in found.attributes.items() if key != streams.STALE}
            found = state.heap[ref.address] = replaced(found, attributes=rest)
        if name == "train":
            found = state.heap[ref.address] = found.set(streams.TRAINED, place)
        elif streams.TRAINED in found.attributes and name == "eval":
            rest = {key: value for key, value in found.attributes.items() if key != streams.TRAINED}
            found = replaced(found, attributes=rest)
        if name == "eval":
            state.heap[ref.address] = found.set(streams.EVALUATED, place)
        elif name in MODES and streams.EVALUATED in found.attributes:
            attributes = {key: value for key, value in found.attributes.items() if key != streams.EVALUATED}
            state.heap[ref.address] = replaced(found, attributes=attributes)


def _note_out_of_reach(engine: Engine, module: Ref, state: State, site: Site) -> None:
    """Note a layer that drops out and stands in a function, where ``eval`` does not find it."""
    for _, found in list(graph.modules_of(module, state)):
        for value in found.attributes.values():
            if any(_drops(inner, state) for inner in _hidden(value, state)):
                engine.emit(Stateful(StreamMistake.OUT_OF_REACH, site, "eval"))
                return


def _hidden(value: Value, state: State) -> list[Value]:
    """Return what a function holds: the arguments of a partial, and what a lambda refers to."""
    if isinstance(value, Partial):
        return [value.function, *value.args, *(item for _, item in value.keywords)]
    if not isinstance(value, Function):
        return []
    text = value.code.chunk.code(value.code.node)
    inside = {name: item for frame in value.frames[:-1] for name, item in state.frame(frame).items()}
    return [item for name, item in inside.items() if re.search(rf"\b{name}\b", text)]


def _drops(value: Value, state: State) -> bool:
    """Return whether a value is a layer that drops out now."""
    found = state.instance(value)
    if found is None or not isinstance(found.cls, Symbol) or found.cls.path not in (DROPOUT, ATTENTION):
        return False
    rate = found.attributes.get(LAYERS[found.cls.path].rate)
    on = graph.flag(found, "deterministic") is False
    return on and isinstance(rate, Const) and rate.value not in (0, 0.0, 1, 1.0)


def _written(site: Site, args: Args) -> str:
    nodes = [f"{place}={site.chunk.code(node)}" for place, node in args.nodes.items() if isinstance(place, str)]
    return ", ".join([*(site.chunk.code(node) for place, node in args.nodes.items() if isinstance(place, int)), *nodes])


def _says_no(key: str, value: Value, module: Ref, state: State) -> bool:
    """Return whether an argument of ``train`` seems to turn training off, and no module has it."""
    off = value == Const(False)
    return off and key in MODES_ELSEWHERE and _all_found({}, set(), module, state) and not _has(module, key, state)


def _has(module: Ref, key: str, state: State) -> bool:
    return any(_has_attribute(found, key) for _, found in graph.modules_of(module, state))


def _has_attribute(found: Instance, key: str) -> bool:
    return key in found.attributes or (isinstance(found.cls, Class) and classes.member(found.cls, key) is not None)


def _all_found(wanted: dict[str, Value], found: set[str], module: Ref, state: State) -> bool:
    """Return whether all attributes were found, or some may be where nothing can be seen."""
    return set(wanted) <= found or not graph.known_throughout(module, state)


def _set(engine: Engine, module: Ref, wanted: dict[str, Value], state: State, site: Site) -> set[str]:
    """Set attributes of all modules that have them; return the names that were found."""
    seen: set[str] = set()
    for ref, found in list(graph.modules_of(module, state)):
        current = found
        for name, value in wanted.items():
            if _has_attribute(current, name):
                seen.add(name)
                current = current.set(name, value)
        state.heap[ref.address] = current
    return seen


def _forget_modes(engine: Engine, module: Ref, state: State) -> None:
    """Forget the modes of all modules."""
    for ref, found in list(graph.modules_of(module, state)):
        for name in MODE_FLAGS & found.attributes.keys():
            found = found.set(name, engine.unknown(name))
        state.heap[ref.address] = found


def _view(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``nnx.view``: another module in another mode, which shares all variables."""
    module = args.get(0, "node")
    if not isinstance(module, Ref) or not graph.is_object(module, state):
        return None
    copy = graph.Copying(engine, state, lambda _, found: None).of(module)
    assert isinstance(copy, Ref)
    _draw_as_if_asked(engine, module, state, site)
    wanted = {name: value for name, value in args.keywords.items() if name not in VIEW_OPTIONS}
    strict = args.keywords.get("raise_if_not_found", NONE) != Const(False)
    if "only" in args.keywords or not args.complete():
        _forget_modes(engine, copy, state)
    else:
        own = any(_has_attribute(found, "set_view") for _, found in graph.modules_of(copy, state))
        seen = _set(engine, copy, wanted, state, site)
        if strict and not own and not _all_found(wanted, seen, copy, state):
            engine.emit(Stateful(StreamMistake.MODE_OF_NONE, site, "nnx.view", ", ".join(map(repr, wanted))))
            return []
    found = state.instance(copy)
    if found is not None:
        state.heap[copy.address] = found.set(_VIEWED, NONE)
    return [(copy, state)]


def _draw_as_if_asked(engine: Engine, module: Ref, state: State, site: Site) -> None:
    """Draw once from each ``Rngs`` with a default stream: ``view`` calls ``set_view`` of what a module holds.

    An ``Rngs`` takes that for the name of a stream, and its default stream answers (flax 0.12.8).
    """
    held = [inner for inner in reachable(module, state.heap, OBJECTS) if isinstance(inner, Ref)]
    for inner in [inner for inner in held if streams.is_rngs(inner, state)]:
        found = state.instance(inner)
        if found is not None and DEFAULT in found.attributes:
            rngs.draw(engine, inner, state, site)


def dropped(engine: Engine, value: Value, state: State, site: Site) -> None:
    """Note the value of a statement that does nothing: a method that is not called, a view that nobody keeps."""
    if isinstance(value, Native) and value.name.startswith("nnx."):
        name = value.name.removeprefix("nnx.")
        if name in MODES and graph.is_module(state.instance(value.receiver)):
            engine.emit(Stateful(StreamMistake.NOT_CALLED, site, name))
        return
    found = state.instance(value)
    if found is not None and _VIEWED in found.attributes and site.chunk.code(site.node).endswith(")"):
        engine.emit(Stateful(StreamMistake.VIEW_LOST, site))


def used_nothing(engine: Engine, term: Term, site: Site) -> bool:
    """Note the use of what a method returns that sets a mode: it is None."""
    owner = term.owner if term.kind is Kind.ATTRIBUTE else None
    made = engine.program.results.get(term) or (engine.program.results.get(owner) if owner is not None else None)
    if made is None:
        return False
    place, name = made
    engine.emit(Stateful(StreamMistake.NO_RESULT, site, name, other=place))
    return True


# -- containers and variables --------------------------------------------------------------------------------


def _list(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    given = args.get(0, "it")
    items = known_items(given, state) if given is not None else []
    return [(engine.allocate(state, ListObject(tuple(items or ()), items is not None)), state)]


def _dict(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    given = args.get(0, None)
    found = state.heap.get(given.address) if isinstance(given, Ref) else None
    entries = found if isinstance(found, DictObject) else DictObject((), given is None)
    for name, value in args.keywords.items():
        entries = entries.set(Const(name), value)
    return [(engine.allocate(state, entries), state)]


def _as_it_is(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    return [(args.positional[0] if args.positional else engine.unknown("data"), state)]


def _variable(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Make a variable of a key; one of another array is an array."""
    value = args.get(0, "value")
    if isinstance(value, (Key, Keys)):
        engine.book.read(value)
        return [(engine.allocate(state, Instance(Symbol(path), {"value": value})), state)]
    if isinstance(value, Opaque) and args.complete() and len(args.values()) == 1:
        return [(value, state)]
    return None


def _get_value(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Read a variable that holds a key."""
    found = state.instance(receiver)
    return [(receiver if found is None else found.attributes.get("value", engine.unknown("value")), state)]


def _optimizer(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    model = args.get(0, "model")
    return [
        (
            engine.allocate(
                state, Instance(Symbol(path), {"model": model} if model is not None and path == _HOLDING else {})
            ),
            state,
        )
    ]


def is_of_nnx(found: Instance) -> bool:
    """Return whether an object is called as one of NNX."""
    return isinstance(found.cls, Symbol) and found.cls.path.startswith(ROOT)


CALLS = (
    Calls(_view, (VIEW, "flax.nnx.with_attributes")),
    Calls(_list, _CONTAINERS["List"]),
    Calls(_dict, _CONTAINERS["Dict"]),
    Calls(_as_it_is, _AS_IT_IS),
    Calls(_variable, VARIABLES),
    Calls(_optimizer, _OPTIMIZERS),
)
METHODS: dict[str, Method] = {"nnx": call_method, "keyless": rngs.call_keyless, "variable": _get_value}
