"""Linen's lifted transforms: ``nn.vmap``, ``nn.scan``, ``nn.remat`` and their kin, of classes and of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.lifted import lifted
from flake8_flax_rng.interpreter.core.models import Calls, Method, Model
from flake8_flax_rng.interpreter.domain.budget import PASSES
from flake8_flax_rng.interpreter.domain.events import Step
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Args,
    Bound,
    Class,
    Const,
    Function,
    Lift,
    Native,
    Partial,
    Ref,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.jax import control_flow, vmap
from flake8_flax_rng.interpreter.linen import modules
from flake8_flax_rng.interpreter.linen.lift_options import names_of, read
from flake8_flax_rng.interpreter.python import classes, lineage
from flake8_flax_rng.interpreter.python.iteration import known_items
from flake8_flax_rng.semantics.linen import CONTAINER, LAYERS, RNN, RNN_FIELDS
from flake8_flax_rng.semantics.transforms import BROADCAST, LIFTED_TARGETS, LIFTS

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.events import Draw
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

_PREFIXES = {"remat": "Checkpoint"}
_WHOLE = tuple(Symbol(path) for path in sorted(BROADCAST))
_FUNCTIONS = (Function, Bound, Native, Partial, Wrapped)


# -- what a transform makes ----------------------------------------------------------------------------


def _lift(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call a lifted transform that makes a class or function; None when its target is not known."""
    transform = LIFTS[path]
    target = args.get(0, None)
    for name in LIFTED_TARGETS:
        target = target or args.keywords.get(name)
    if target is None:
        return [(Partial(Symbol(path), (), tuple(args.keywords.items())), state)]
    options = dict(zip(transform.inputs, args.positional[1:], strict=False))
    options.update({name: value for name, value in args.keywords.items() if name not in LIFTED_TARGETS})
    lift = read(engine, path, options, args, state, site)
    found = _made(engine, path, lift, target, options, state)
    if found is None and transform.way == "once":
        return [(Wrapped("same", target), state)]
    return None if found is None else [(found, state)]


def _made(
    engine: Engine, path: str, lift: Lift, target: Value, options: dict[str, Value], state: State
) -> Value | None:
    if isinstance(target, Partial) and isinstance(target.function, (Class, Symbol)):
        inner = _made(engine, path, lift, target.function, options, state)
        return None if inner is None else Partial(inner, target.args, target.keywords)
    if isinstance(target, Class):
        return _made_class(engine, path, lift, target, options, state) if lineage.is_linen(target) else None
    if isinstance(target, Symbol):
        return _made_class(engine, path, lift, target, options, state) if lineage.is_linen(target) else None
    if isinstance(target, _FUNCTIONS):
        return Wrapped("lifted", target, tuple(options.items()), lift)
    return None


def _made_class(
    engine: Engine, path: str, lift: Lift, cls: Class | Symbol, options: dict[str, Value], state: State
) -> Value | None:
    """Return a lifted module class: a subclass whose methods are lifted, under the name that Linen gives it."""
    lifts = _methods(options.get("methods", NONE), lift, options, engine, path, state)
    if lifts is None:
        return None
    members: dict[str, Value] = {}
    for name, (of_method, given) in lifts.items():
        inherited = classes.member(cls, name) if isinstance(cls, Class) else None
        function = inherited if inherited is not None else Native(f"layer.{name}", _layer(cls))
        members[name] = Wrapped("lifted", function, tuple(given.items()), of_method)
    kind = path.rpartition(".")[2]
    prefix = _PREFIXES.get(kind, kind.capitalize())
    if isinstance(cls, Symbol):
        name = f"{prefix}{cls.path.rpartition('.')[2]}"
        fields = RNN_FIELDS if cls.path == RNN else LAYERS[cls.path].fields if cls.path in LAYERS else ()
        return Class(name, (cls,), members, fields, None, engine.number(), cls)
    return Class(f"{prefix}{cls.name}", (cls,), members, cls.fields, cls.dataclass, engine.number(), cls)


def _layer(cls: Class | Symbol) -> Symbol:
    """Return the built-in module that a class is, or from which it has the methods that it does not define."""
    line = [cls] if isinstance(cls, Symbol) else lineage.ancestors(cls)
    return next((base for base in line if isinstance(base, Symbol)), Symbol("builtins.object"))


def _methods(
    methods: Value, lift: Lift, options: dict[str, Value], engine: Engine, path: str, state: State
) -> dict[str, tuple[Lift, dict[str, Value]]] | None:
    """Return what is done with each lifted method; None when it is not known which ones are lifted."""
    if methods == NONE:
        return {"__call__": (lift, options)}
    found = state.heap.get(methods.address) if isinstance(methods, Ref) else None
    if isinstance(found, DictObject):
        return _methods_apart(found, lift, engine, path, state)
    names = names_of(methods, state)
    if names is None or names[0] is None:
        return None
    return dict.fromkeys(sorted(names[0]), (lift, options))


def _methods_apart(
    found: DictObject, lift: Lift, engine: Engine, path: str, state: State
) -> dict[str, tuple[Lift, dict[str, Value]]] | None:
    """Return what is done with each method where each has options of its own."""
    result: dict[str, tuple[Lift, dict[str, Value]]] = {}
    for name, value in found.entries:
        own = state.heap.get(value.address) if isinstance(value, Ref) else None
        if not isinstance(own, DictObject) or not own.complete or not isinstance(name.value, str):
            return None
        options = {str(key.value): item for key, item in own.entries}
        result[name.value] = (read(engine, path, options, Args(), state, lift.site), options)
    return result if found.complete else None


# -- calling what was made -------------------------------------------------------------------------------


def call(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    """Call a lifted method or function: its first argument is the module."""
    assert wrapped.lift is not None
    module = args.get(0, None)
    found = state.instance(module) if module is not None else None
    if found is not None and found.given is not None and isinstance(module, Ref):
        return modules.call_bound_module(engine, wrapped, module, found, args, state)
    with lifted(engine, wrapped.lift):
        if wrapped.lift.way == "lanes" and args.positional:
            return _lanes(engine, wrapped, args, state, site)
        if wrapped.lift.way == "scan" and len(args.positional) > 1:
            return _scan(engine, wrapped, args, state, site)
        outcomes = engine.call(wrapped.function, args, state, site)
    if wrapped.lift.way != "once":
        return [(engine.unknown("lifted"), after) for _, after in outcomes]
    return outcomes


def _call_layer(engine: Engine, name: str, layer: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call a built-in module below a transform: it is the lifted one under its own class."""
    assert isinstance(layer, Symbol)
    module = args.get(0, None)
    found = state.instance(module) if module is not None else None
    if found is None or not (layer.path in LAYERS or layer.path in (CONTAINER, RNN)):
        modules.unknown_module(engine, state, site)
        return [(engine.unknown("layer"), state)]
    inner = Instance(layer, found.attributes, path=found.path, bound=found.bound, symbolic=found.symbolic)
    return engine.call(engine.allocate(state, inner), args.shift(1), state, site)


def _lanes(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    options = dict(wrapped.options)
    mapped = Wrapped("vmap", Bound(wrapped.function, args.positional[0]), wrapped.options)
    return vmap.map_lanes(engine, mapped, options.get("in_axes"), args.shift(1), state, site)


def _scan(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    """Follow two passes with a carry; both draw the same, as the body is traced once."""
    options = dict(wrapped.options)
    module, carry, *rows = args.positional
    axes = _axes(options.get("in_axes", Const(0)), len(rows), state)
    serial = engine.number()

    def body(current: Value, at: State, turn: int) -> Outcomes:
        given = [
            value if axis in _WHOLE or isinstance(value, Const) else control_flow.row(engine, value, serial, turn, at)
            for value, axis in zip(rows, axes, strict=True)
        ]
        called = Args([module, current, *given], dict(args.keywords))
        return [
            (control_flow.first_of_pair(engine, value), after)
            for value, after in engine.call(wrapped.function, called, at, site)
        ]

    count = control_flow.passes(options.get("length"), rows[0] if rows else None)
    paths = _repeat(engine, body, control_flow.as_array(engine, carry, state), count, state, site)
    return [(Tuple((value, engine.unknown("ys"))), after) for value, after in paths]


def _axes(axes: Value, count: int, state: State) -> list[Value]:
    """Return the axis of each argument; those that are not shown are scanned over."""
    items = known_items(axes, state) if isinstance(axes, (Tuple, Ref)) else None
    if items is None:
        return [axes] * count
    return [*items, *[Const(0)] * count][:count]


Body = Callable[["Value", "State", int], "Outcomes"]


def _repeat(engine: Engine, body: Body, carry: Value, count: int, state: State, site: Site) -> Outcomes:
    paths: Outcomes = [(carry, state)]
    for turn in range(count):
        with engine.step(Step(site, turn=turn)), engine.tracing():
            after: Outcomes = []
            for current, at in paths:
                drawn = at.draws
                after.extend(_drawing(outcome, drawn if turn else None) for outcome in body(current, at, turn))
            paths = engine.merge_outcomes(after)
    return paths


def _drawing(outcome: tuple[Value, State], draws: tuple[Draw, ...] | None) -> tuple[Value, State]:
    if draws is not None:
        outcome[1].draws = draws
    return outcome


# -- transforms that call at once --------------------------------------------------------------------------


def _unbound(function: Value) -> Value:
    """Return the function of a method: Linen gives it the module anew."""
    return function.function if isinstance(function, Bound) else function


def _while(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    test, body = args.get(0, "cond_fn"), args.get(1, "body_fn")
    module, carry = args.get(2, "mdl"), args.get(3, "init")
    if test is None or body is None or module is None or carry is None:
        return None
    options = dict(zip(LIFTS[path].inputs, args.positional[4:], strict=False)) | args.keywords

    def both(current: Value, at: State, turn: int) -> Outcomes:
        return [
            outcome
            for _, tested in engine.call(_unbound(test), Args([module, current]), at, site)
            for outcome in engine.call(_unbound(body), Args([module, current]), tested, site)
        ]

    with lifted(engine, read(engine, path, options, args, state, site)):
        return _repeat(engine, both, control_flow.as_array(engine, carry, state), PASSES, state, site)


def _cond(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    names = ("pred", "true_fun", "false_fun", "mdl")
    found = [value for index, name in enumerate(names) if (value := args.get(index, name)) is not None]
    if len(found) < len(names):
        return None
    test, yes, no, module = found
    chosen = Args([test, Bound(_unbound(yes), module), Bound(_unbound(no), module), *args.positional[4:]])
    with lifted(engine, read(engine, path, args.keywords, args, state, site)):
        return control_flow.cond(engine, path, chosen, state, site)


def _switch(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    index, branches, module = args.get(0, "index"), args.get(1, "branches"), args.get(2, "mdl")
    functions = known_items(branches, state) if branches is not None else None
    if index is None or functions is None or module is None:
        return None
    bound = ListObject(tuple(Bound(_unbound(function), module) for function in functions))
    chosen = Args([index, engine.allocate(state, bound), *args.positional[3:]])
    with lifted(engine, read(engine, path, args.keywords, args, state, site)):
        return control_flow.switch(engine, path, chosen, state, site)


def _other(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Follow ``nn.vjp`` and its kin: the function is called once, and derivatives come back."""
    function, module = args.get(0, "fn"), args.get(1, "mdl")
    if function is None or module is None:
        return None
    primals = args.positional[2:]
    if path.endswith(".jvp"):
        primals = (known_items(primals[0], state) if primals else None) or []
    with lifted(engine, read(engine, path, args.keywords, args, state, site)):
        outcomes = engine.call(_unbound(function), Args([module, *primals]), state, site)
    return [(engine.unknown("derivative"), after) for _, after in outcomes]


_AT_ONCE: dict[str, Model] = {"while": _while, "cond": _cond, "switch": _switch, "other": _other}


def _of_way(*ways: str) -> frozenset[str]:
    """Return the lifted transforms that call their target in one of some ways; modules among them are no transforms."""
    return frozenset(path for path, lift in LIFTS.items() if lift.way in ways and not lineage.is_module_name(path))


CALLS = (
    *(Calls(model, _of_way(way)) for way, model in _AT_ONCE.items()),
    Calls(_lift, _of_way("lanes", "scan", "chain", "once")),
)
METHODS: dict[str, Method] = {"layer": _call_layer}
