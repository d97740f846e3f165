"""Equinox: layers that draw when they are called, the modes of modules, and copies of modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.checks import key_contract
from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.models import Calls, Method
from flake8_flax_rng.interpreter.domain.events import Misapplied
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import LibraryMistake, UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    FALSE,
    NONE,
    TRUE,
    Args,
    Const,
    Key,
    Opaque,
    Ref,
    Symbol,
    Tuple,
    Value,
)
from flake8_flax_rng.interpreter.domain.walk import CONTAINERS, Rebuilding, any_inside
from flake8_flax_rng.interpreter.jax import random
from flake8_flax_rng.interpreter.libraries import consumers
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.interpreter.python import lineage
from flake8_flax_rng.interpreter.python.iteration import known_items
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.libraries import PART_MODULES
from flake8_flax_rng.semantics.packages.equinox import (
    COMBINE,
    DRAWING,
    DROPOUT,
    INFERENCE,
    INFERENCE_MODE,
    KEEPING,
    LAMBDA,
    LOADING,
    PARTITION,
    PLAIN,
    SEQUENTIAL,
    TREE_AT,
)

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

_KEY = "key"
_DEPRECATED = "deterministic"
"""What the flag was called once."""

_LAYERS = "layers"


def is_module(found: Instance | None) -> bool:
    """Return whether an object is a module of Equinox: a layer, or one of the program's own."""
    if found is None:
        return False
    if isinstance(found.cls, Symbol):
        return found.cls.path in INSTANCES
    return lineage.derives(found.cls, PART_MODULES)


# -- making layers -------------------------------------------------------------------------------------------


def _make(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Make a layer, whose parameters are drawn at once."""
    found = Instance(Symbol(path), _fields(engine, path, args), frozen=True, symbolic=not args.complete())
    for value in args.values():
        engine.book.read(value)
    drawn = consumers.call(engine, path, args, state, site)
    ends = [state] if drawn is None else [after for _, after in drawn]
    return [(engine.allocate(after, found), after) for after in ends]


def _fields(engine: Engine, path: str, args: Args) -> dict[str, Value]:
    """Return what is known of a layer: how much it drops, whether that is off, and what it holds."""
    if path in (SEQUENTIAL, LAMBDA):
        held = args.get(0, _LAYERS if path == SEQUENTIAL else "fn")
        return {} if held is None else {_LAYERS: held}
    layer = DRAWING.get(path)
    if layer is None:
        return {}
    given = dict(zip(layer.fields, args.positional, strict=False)) | args.keywords
    unknown = not args.complete()
    rate = given.get(layer.rate) or (engine.unknown(layer.rate) if unknown else Const(layer.default))
    flag = given.get(_DEPRECATED) or given.get(INFERENCE) or (engine.unknown(INFERENCE) if unknown else FALSE)
    return {layer.rate: rate, INFERENCE: flag}


def any_layer(engine: Engine, path: str) -> Instance:
    """Return a layer that stands for any of its kind, in whatever mode."""
    layer = DRAWING.get(path)
    names = (layer.rate, INFERENCE) if layer is not None else ()
    return Instance(Symbol(path), {name: engine.unknown(name) for name in names}, frozen=True)


# -- calling layers ------------------------------------------------------------------------------------------


def _call(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call a layer that draws unless its rate or its mode forbids it."""
    found = state.instance(receiver)
    assert found is not None and isinstance(found.cls, Symbol)
    path = found.cls.path
    passed = _passed(engine, path, args)
    rate = found.attributes[DRAWING[path].rate]
    if isinstance(rate, Const) and rate.value in (0, 1):
        return [(passed, state)]
    result: Outcomes = []
    flag = _flag(found, args)
    if flag is None or found.symbolic:  # what is unpacked into the calls may turn it off
        return [(engine.unknown("layer"), state)]
    for off, way in conditions.branch(engine, flag, state):
        if off:
            result.append((passed, way))
            continue
        certain = isinstance(rate, Const) and isinstance(flag, Const)
        drawn = _draw(engine, path, args, way, certain)
        result.extend([] if drawn is None else [(drawn, way)])
    return result


def _passed(engine: Engine, path: str, args: Args) -> Value:
    """Return what a layer returns that does not draw."""
    return args.positional[0] if path == DROPOUT and args.positional else engine.unknown("layer")


def _flag(found: Instance, args: Args) -> Value | None:
    """Return the flag that counts, that of the call or else that of the layer; None where it is not in sight."""
    given = args.keywords.get(_DEPRECATED, NONE)
    given = args.keywords.get(INFERENCE, NONE) if given == NONE else given
    if given == NONE:
        return found.attributes[INFERENCE] if args.complete() else None
    return given


def _draw(engine: Engine, path: str, args: Args, state: State, certain: bool) -> Value | None:
    """Draw from the key of a call; None where the call raises, which is noted where it is certain."""
    key = args.keywords.get(_KEY)
    if key is None or key == NONE:
        if not args.complete():
            return engine.unknown("drawn")
        if certain:
            engine.emit(Misapplied(LibraryMistake.UNKEYED, _to_mend(engine), path, engine.context.stack[-1].site))
        return None
    found = random.key_term(key)
    if found is None:
        return engine.unknown("drawn")
    shapes = [engine.terms.make(Kind.ATTRIBUTE, engine.term(value, state), "shape") for value in args.positional]
    drawn = engine.terms.make(Kind.DRAW, found[0], path, *shapes)
    random.consume(engine, key, state, UseKind.DRAW, path, drawn)
    if isinstance(key, Key):
        key_contract.check_layer(engine, key.term, key.origin)
    given = engine.terms.make(Kind.TUPLE, *[engine.term(value, state) for value in args.positional])
    return Opaque(engine.terms.make(Kind.RESULT, drawn, given))


def _to_mend(engine: Engine) -> Site:
    """Return where a key is missing: at the layer's call, or at the one that leaves out what the layer's call hands on.

    What stands in another file of the project is reported where that file is linted.
    """
    calls = [step for step in reversed(engine.context.stack) if step.turn is None]
    ours = [step for step in calls if not step.site.chunk.file] or calls
    for step in calls:
        handed_on = any(value == NONE and not _written_out(node) for node, value in step.arguments)
        if step in ours and not handed_on:
            return step.site
    return ours[-1].site


def _written_out(node: cst.BaseExpression) -> bool:
    """Return whether an argument is the word ``None`` itself."""
    return isinstance(node, cst.Name) and node.value == "None"


def _call_plain(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call a layer that draws nothing: it takes a key, and ignores it."""
    for value in args.values():
        engine.book.read(value)
    parts = [engine.term(value, state) for value in args.positional]
    if not args.complete():
        parts.append(engine.terms.fresh("rest"))
    return [(Opaque(engine.terms.make(Kind.LAYER, "equinox", engine.term(receiver, state), *parts)), state)]


def _call_function(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call a ``Lambda``, which ignores its key."""
    found = state.instance(receiver)
    held = found.attributes.get(_LAYERS) if found is not None else None
    if held is None:
        return [(engine.unknown("lambda"), state)]
    return engine.call(held, Args(args.positional[:1]), state, site)


def _call_all(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call a ``Sequential``, which splits its key: each layer gets one of the new keys."""
    found = state.instance(receiver)
    held = found.attributes.get(_LAYERS) if found is not None else None
    layers = known_items(held, state) if held is not None else None
    key = args.keywords.get(_KEY, NONE)
    if layers is None or not args.complete():
        return unknown_code.unknown_call(engine, receiver, args, state)
    if key != NONE and any(_may_draw(layer, state) for layer in layers):
        _split(engine, key, state)
    rows: Outcomes = [(args.positional[0] if args.positional else engine.unknown("input"), state)]
    for index, layer in enumerate(layers):
        engine.count()
        given = {_KEY: _child(engine, key, index)} if _takes_key(layer, state) else {}
        rows = [after for value, at in rows for after in engine.call(layer, Args([value], dict(given)), at, site)]
    return rows


def _may_draw(layer: Value, state: State) -> bool:
    """Return whether a layer may read the key that it is given."""
    found = state.instance(layer)
    return not (found is not None and isinstance(found.cls, Symbol) and found.cls.path in (*PLAIN, LAMBDA))


def _takes_key(layer: Value, state: State) -> bool:
    return is_module(state.instance(layer))


def _split(engine: Engine, key: Value, state: State) -> None:
    found = random.key_term(key)
    if found is not None:
        random.consume(engine, key, state, UseKind.SPLIT, SEQUENTIAL, derived=engine.number())


def _child(engine: Engine, key: Value, index: int) -> Value:
    """Return the key of one layer."""
    found = random.key_term(key)
    if key == NONE or found is None:
        return key
    return Key(engine.terms.child(found[0], engine.terms.const(index)), found[1])


# -- functions of modules ------------------------------------------------------------------------------------


def _set_mode(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Call ``inference_mode``, which returns another module, and leaves the one that it is given."""
    engine.program.unkept[site.node] = path
    module, flag = args.get(0, "pytree"), args.get(1, "value") or TRUE
    if module is None or not args.complete() or not holds_modules(module, state):
        return unknown_code.pure_call(engine, path, args, state)
    return [(with_flag(engine, module, flag, state), state)]


def holds_modules(value: Value, state: State) -> bool:
    """Return whether a value is a module, or a container that holds one."""
    return any_inside(value, state.heap, lambda inner: is_module(state.instance(inner)), CONTAINERS)


def with_flag(engine: Engine, module: Value, flag: Value | None, state: State) -> Value:
    """Return a copy of modules and of all that they hold, with another flag.

    Where none is given, it is any, and the same for all of them: this is how ``inference_mode`` sets it.
    """
    made: dict[int, Value] = {}
    mode = engine.unknown(INFERENCE) if flag is None else flag

    def of(value: Value) -> Value:
        found = state.instance(value)
        if not isinstance(value, Ref) or found is None or not is_module(found):
            return value
        if value.address not in made:
            made[value.address] = value  # for an object that holds itself
            names = {name: rebuilding.of(held) for name, held in found.attributes.items()}
            if INFERENCE in names:
                names[INFERENCE] = mode
            made[value.address] = engine.allocate(state, replaced(found, attributes=names))
        return made[value.address]

    rebuilding = Rebuilding(state.heap, of, CONTAINERS, engine.number)
    return rebuilding.of(module)


def _tree_at(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Call ``tree_at``, which returns another module, with parts that nobody sees."""
    engine.program.unkept[site.node] = path
    return unknown_code.pure_call(engine, path, args, state)


def _load(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Load the arrays of a module, and its flags with them."""
    module = args.get(1, "like")
    if module is None or not holds_modules(module, state):
        return None
    return [(with_flag(engine, module, None, state), state)]


def _keep(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call a function that returns a module with other arrays in it."""
    given = args.positional if path == COMBINE else args.positional[:1]
    module = next((value for value in given if is_module(state.instance(value))), None)
    if module is None:
        return None
    for value in args.values():
        engine.book.read(value)
    return [(module, state)]


def _partition(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Cut a module into its arrays and the rest, out of which ``combine`` makes it again."""
    module = args.get(0, "pytree")
    if module is None or not is_module(state.instance(module)):
        return None
    return [(Tuple((module, module)), state)]


def dropped(engine: Engine, site: Site) -> None:
    """Note a statement that calls for a changed module, and leaves it."""
    path = engine.program.unkept.get(site.node)
    if path is not None:
        engine.emit(Misapplied(LibraryMistake.THROWN_AWAY, site, path))


INSTANCES: dict[str, Method] = {
    **dict.fromkeys(DRAWING, _call),
    **dict.fromkeys(PLAIN, _call_plain),
    SEQUENTIAL: _call_all,
    LAMBDA: _call_function,
}
"""What follows a call of a layer."""

CALLS = (
    Calls(_make, INSTANCES),
    Calls(_set_mode, INFERENCE_MODE),
    Calls(_tree_at, (TREE_AT,)),
    Calls(_load, (LOADING,)),
    Calls(_keep, KEEPING),
    Calls(_partition, (PARTITION,)),
)
