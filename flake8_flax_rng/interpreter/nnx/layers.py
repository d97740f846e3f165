"""Built-in layers: what their constructors draw, and what their calls do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.checks import key_contract
from flake8_flax_rng.interpreter.core.models import Calls
from flake8_flax_rng.interpreter.domain.events import Stateful
from flake8_flax_rng.interpreter.domain.heap import Instance, ListObject
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake, UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    FALSE,
    NONE,
    Args,
    Const,
    Key,
    Keys,
    Native,
    Opaque,
    Ref,
    Symbol,
    Tuple,
    Value,
)
from flake8_flax_rng.interpreter.jax.random import consume
from flake8_flax_rng.interpreter.nnx import defaults, modes, rngs, streams
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.interpreter.python.iteration import known_items
from flake8_flax_rng.semantics.nnx import (
    ANNOTATING,
    ATTENTION,
    ATTENTION_FUNCTION,
    BIAS_SHAPE,
    CARRY,
    DROPOUT,
    LAYERS,
    OPTIONAL,
    RNGS,
    SEQUENTIAL,
    STREAM,
    Layer,
)

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_RNGS, _FLAG, _LAYERS = "rngs", "deterministic", "layers"
_INPUTS = 3
"""Query, key and value; what follows them by position is not looked at."""


# -- making --------------------------------------------------------------------------------------------------


def _annotated(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call what gives an initializer notes on how its values are sharded: it draws as the initializer does."""
    initializer = args.get(0, "initializer")
    return None if initializer is None else [(initializer, state)]


def _make(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Make a layer, whose parameters are drawn at once."""
    for value in args.values():
        engine.book.read(value)
    found = make(engine, path, args, state, site)
    return [] if found is None else [(engine.allocate(state, found), state)]


def make(engine: Engine, path: str, args: Args, state: State, site: Site) -> Instance | None:
    """Return a new layer; None where its constructor raises, which is noted."""
    layer = LAYERS[path]
    fields = dict(zip(layer.fields, args.positional, strict=False))
    fields.update(args.keywords)
    given = args.keywords.get(_RNGS)
    if given is None and args.complete() and layer.required:
        engine.emit(Stateful(StreamMistake.OMITTED, site, _short(path)))
        return None
    if given is not None and not _are_rngs(engine, path, layer, given, args, state, site):
        return None
    if isinstance(given, Ref):
        defaults.built(engine, given, state)
    if isinstance(given, Ref) and not _draw_parameters(engine, path, layer, fields, given, args, state, site):
        return None
    fields.setdefault(_FLAG, FALSE if path == DROPOUT else NONE)
    fields.pop(_RNGS, None)
    if layer.fork:
        fork = _fork(engine, layer, fields, given, state, site)
        if fork is None:
            return None
        fields[_RNGS] = fork
        fields[streams.MADE] = Const(engine.number())
    return Instance(Symbol(path), fields, symbolic=not args.complete())


def _short(path: str) -> str:
    return path.replace("flax.nnx.", "nnx.")


def _are_rngs(engine: Engine, path: str, layer: Layer, given: Value, args: Args, state: State, site: Site) -> bool:
    """Return whether what a layer is given can be its streams; what cannot is noted."""
    streams_too = not layer.draws
    wrong = _not_rngs(given, streams_too, state)
    if not wrong or (given == NONE and not layer.required):
        return True
    if layer.draws and set(layer.draws) <= set(OPTIONAL) and _draws(layer, dict(args.keywords)) == "":
        return True
    node = args.node(None, _RNGS)
    engine.emit(Stateful(StreamMistake.NOT_RNGS, engine.site(node) if node is not None else site, _short(path), wrong))
    return False


def _not_rngs(value: Value, streams_too: bool, state: State) -> str:
    """Return what a value is that stands for an ``Rngs`` and is none, empty where it may be one."""
    if isinstance(value, Const):
        return "`None`" if value.value is None else f"the {type(value.value).__name__} {value.value!r}"
    if isinstance(value, Key):
        return "a key"
    if isinstance(value, Keys):
        return "an array of keys"
    if isinstance(value, Symbol) and value.path == RNGS:
        return "the class `nnx.Rngs` itself"
    return "a stream" if not streams_too and streams.is_stream(value, state) else ""


def _draws(layer: Layer, fields: dict[str, Value]) -> str:
    """Return what a constructor draws with these options."""
    off = {letter for letter, option in OPTIONAL.items() if fields.get(option) == FALSE}
    if BIAS_SHAPE in layer.fields and fields.get(BIAS_SHAPE, NONE) == NONE:
        off.add("b")
    return "".join(letter for letter in layer.draws if letter not in off)


def _draw_parameters(
    engine: Engine,
    path: str,
    layer: Layer,
    fields: dict[str, Value],
    given: Ref,
    args: Args,
    state: State,
    site: Site,
) -> bool:
    """Draw the parameters of a layer; return whether that is possible."""
    if not streams.is_rngs(given, state):
        return True
    initializer = fields.get(layer.initializer)
    if isinstance(initializer, Native) and initializer.name.startswith("keyless."):
        node = args.node(None, layer.initializer)
        place = engine.site(node) if node is not None else site
        engine.emit(Stateful(StreamMistake.KEYLESS, place, _short(path), layer.initializer))
        return False
    random = initializer is None or (isinstance(initializer, Native) and initializer.name.startswith("initializer."))
    for number, letter in enumerate(_draws(layer, fields)):
        key = rngs.draw(engine, given, state, site, "params", _short(path))
        if key is None:
            return False
        if letter == "k" and random:
            drawn = engine.terms.make(Kind.DRAW, key.term, path, number, *_shape(engine, fields, layer, state))
            consume(engine, key, state, UseKind.DRAW, _short(path), drawn)
    return True


def _shape(engine: Engine, fields: dict[str, Value], layer: Layer, state: State) -> list[Term]:
    """Return the terms of what decides how large a parameter is."""
    return [engine.term(fields[name], state) for name in layer.fields if name in fields]


def _rate(layer: Layer, fields: dict[str, Value]) -> float | None:
    """Return the rate at which a layer drops, None where it is not known."""
    rate = fields.get(layer.rate, Const(layer.default_rate))
    if isinstance(rate, Const) and isinstance(rate.value, (int, float)):
        return float(rate.value)
    return None


def _fork(
    engine: Engine, layer: Layer, fields: dict[str, Value], given: Value | None, state: State, site: Site
) -> Value | None:
    """Return the stream that a layer keeps, or nothing; None of ours where its constructor raises, which is noted."""
    rate = _rate(layer, fields)
    if layer.required and (rate == 0 or fields.get("keep_rngs") == FALSE):
        return NONE
    if given is None or given == NONE:
        return NONE
    if not isinstance(given, Ref) or (layer.required and rate is None):
        return streams.unknown(engine, state, layer.fork)
    name = _collection(fields, layer)
    if name is None or not (streams.is_rngs(given, state) or streams.is_stream(given, state)):
        return streams.unknown(engine, state, layer.fork)
    stream = given if streams.is_stream(given, state) else streams.lookup(engine, given, name, state, site)
    found = state.instance(stream) if stream is not None else None
    if stream is None or found is None:
        return None
    root = found.attributes.get(streams.ROOT)
    if isinstance(root, Keys):
        return streams.unknown(engine, state, name)
    key = streams.draw(engine, stream, state, site, layer="fork")
    return None if key is None else streams.make(engine, state, key, streams.tag_of(found))


def _collection(fields: dict[str, Value], layer: Layer) -> str | None:
    """Return the name of the stream that a layer draws from, None where it is not known."""
    name = fields.get("rng_collection", Const(layer.fork))
    return name.value if isinstance(name, Const) and isinstance(name.value, str) else None


# -- calling -------------------------------------------------------------------------------------------------


def call(engine: Engine, owner: Ref, found: Instance, args: Args, state: State, site: Site) -> Outcomes:
    """Call a layer, or another object of NNX."""
    assert isinstance(found.cls, Symbol)
    path = found.cls.path
    if path in (RNGS, STREAM):
        return rngs.call(engine, owner, args, state, site)
    for value in args.values():
        engine.book.read(value)
    if path == SEQUENTIAL:
        return _call_all(engine, found, args, state, site)
    layer = LAYERS.get(path)
    if layer is not None and layer.rate and not found.symbolic:
        return _drop(engine, layer, path, found, args, state, site)
    return [(_result(engine, owner, args, state), state)]


def _result(engine: Engine, owner: Ref, args: Args, state: State) -> Value:
    """Return what a layer computes, which is the same for the same input."""
    parts = [engine.term(value, state) for value in args.values()]
    if not args.complete():
        parts.append(engine.terms.fresh("rest"))
    return Opaque(engine.terms.make(Kind.LAYER, "nnx", engine.term(owner, state), *parts))


def _call_all(engine: Engine, found: Instance, args: Args, state: State, site: Site) -> Outcomes:
    """Call a ``Sequential``."""
    inner = found.attributes.get(_LAYERS)
    functions = known_items(inner, state) if inner is not None else None
    if functions is None:
        return [(engine.unknown("sequential"), state)]
    rows: list[tuple[Args, State]] = [(args, state)]
    result: Outcomes = [(value, state) for value in args.positional[:1]]
    for function in functions:
        engine.count()
        result = [outcome for given, at in rows for outcome in engine.call(function, given, at, site)]
        rows = [(Args(list(value.items) if isinstance(value, Tuple) else [value]), after) for value, after in result]
    return result


def _drop(engine: Engine, layer: Layer, path: str, found: Instance, args: Args, state: State, site: Site) -> Outcomes:
    """Call a layer that drops out."""
    rate = _rate(layer, found.attributes)
    passed = _result_of(engine, path, args, state)
    if rate == 0 or (rate == 1 and path == DROPOUT):
        return [(passed, state)]
    flag = args.keywords.get(_FLAG, NONE)
    if flag == NONE:
        flag = found.attributes.get(_FLAG, NONE)
    if flag == NONE:
        return [(passed, state)]
    result: Outcomes = []
    modes.note(engine, found, args.keywords.get(_FLAG, NONE), flag, site)
    for off, way in conditions.branch(engine, flag, state):
        if off:
            result.append((passed, way))
            continue
        certain = rate is not None and isinstance(flag, Const)
        asked = rate is not None and args.keywords.get(_FLAG, NONE) != NONE
        with engine.within(engine.context.expecting_failure(not certain)):
            drawn = _mask(engine, layer, path, found, args, way, site, certain or asked)
        result.extend([] if drawn is None else [(drawn, way)])
    return result


def _result_of(engine: Engine, path: str, args: Args, state: State) -> Value:
    first = args.positional[0] if args.positional else None
    if path == DROPOUT and first is not None:
        return first
    return engine.unknown("attention")


def _mask(
    engine: Engine,
    layer: Layer,
    path: str,
    found: Instance,
    args: Args,
    state: State,
    site: Site,
    sure: bool,
) -> Value | None:
    """Draw a mask; None where the call raises.

    Where it is not sure that the layer drops out, the stream counts, and nothing is said of its key.
    """
    given = args.keywords.get(_RNGS, NONE)
    held = given if given != NONE else found.attributes.get(_RNGS, NONE)
    key: Value | None
    if held == NONE:
        if args.complete():
            engine.emit(Stateful(StreamMistake.UNFED, site, _short(path)))
            return None if not engine.context.muted else engine.unknown("dropped")
        return engine.unknown("dropped")
    wrong = _no_source(held, path)
    if wrong:
        engine.emit(Stateful(StreamMistake.NOT_RNGS, site, _short(path), wrong))
        return None
    if streams.is_rngs(held, state) or streams.is_stream(held, state):
        assert isinstance(held, Ref)
        name = _collection(found.attributes, layer) if path == DROPOUT else "default"
        if path == ATTENTION and streams.is_rngs(held, state):
            name = layer.fork
        key = rngs.draw(engine, held, state, site, name or layer.fork)
    else:
        key = held if isinstance(held, (Key, Opaque)) else engine.unknown("key")
    if key is None or not sure:
        return None if key is None and not engine.context.muted else engine.unknown("dropped")
    parts = [engine.term(value, state) for value in args.positional]
    term = key.term if isinstance(key, (Key, Opaque)) else engine.terms.fresh("key")
    drawn = engine.terms.make(Kind.DRAW, term, path, *parts)
    consume(engine, key, state, UseKind.DRAW, _short(path), drawn)
    if isinstance(key, Key):
        key_contract.check_layer(engine, key.term, key.origin)
    return Opaque(drawn)


def _no_source(held: Value, path: str) -> str:
    """Return what a call is given that it cannot draw from, empty where it may."""
    if isinstance(held, Const) or (isinstance(held, Symbol) and held.path == RNGS):
        return f"the class `{held.path}`" if isinstance(held, Symbol) else f"the constant {held.value!r}"
    if isinstance(held, Keys) and not held.reshaped:
        return "an array of keys"
    return "a key" if path == ATTENTION and isinstance(held, Key) else ""


# -- containers ----------------------------------------------------------------------------------------------


def _sequential(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Make a ``Sequential``."""
    held = engine.allocate(state, ListObject(tuple(args.positional), not args.open_positional))
    return [(engine.allocate(state, Instance(Symbol(path), {_LAYERS: held})), state)]


def initialize_carry(engine: Engine, owner: Ref, args: Args, state: State, site: Site) -> Outcomes:
    """Call ``cell.initialize_carry(shape, rngs)``, which asks for the stream of the carry whatever it draws."""
    found = state.instance(owner)
    given = args.get(1, _RNGS)
    if given is None or given == NONE:
        given = found.attributes.get(_RNGS, NONE) if found is not None else NONE
    if given == NONE and args.complete() and found is not None and not found.symbolic:
        engine.emit(Stateful(StreamMistake.UNFED, site, "initialize_carry", "`rngs=`"))
        return []
    wrong = _not_rngs(given, True, state)
    if wrong and given != NONE:
        engine.emit(Stateful(StreamMistake.NOT_RNGS, site, "initialize_carry", wrong))
        return []
    if isinstance(given, Ref) and (streams.is_rngs(given, state) or streams.is_stream(given, state)):
        for _ in range(2):
            if rngs.draw(engine, given, state, site, CARRY, "carry") is None:
                return []
    return [(engine.unknown("carry"), state)]


def _attend(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``dot_product_attention``, which needs a key where it drops out."""
    rate, flag = args.keywords.get("dropout_rate", Const(0.0)), args.keywords.get(_FLAG, FALSE)
    key = args.keywords.get("dropout_rng", NONE)
    drops = isinstance(rate, Const) and isinstance(rate.value, (int, float)) and rate.value > 0 and flag == FALSE
    if not drops or not args.complete() or len(args.positional) > _INPUTS:
        return None
    if key == NONE:
        engine.emit(Stateful(StreamMistake.UNFED, site, _short(path), "`dropout_rng=<key>`"))
        return []
    if streams.is_rngs(key, state) or streams.is_stream(key, state):
        what = "an `nnx.Rngs`" if streams.is_rngs(key, state) else "a stream, which is not called"
        engine.emit(Stateful(StreamMistake.RNGS_AS_KEY, site, "nnx.dot_product_attention", what))
        return []
    parts = [engine.term(value, state) for value in args.positional]
    term = key.term if isinstance(key, (Key, Opaque)) else engine.terms.fresh("key")
    drawn = engine.terms.make(Kind.DRAW, term, path, *parts)
    consume(engine, key, state, UseKind.DRAW, _short(path), drawn)
    return [(Opaque(drawn), state)]


CALLS = (
    Calls(_annotated, ANNOTATING),
    Calls(_make, LAYERS),
    Calls(_attend, (ATTENTION_FUNCTION,)),
    Calls(_sequential, (SEQUENTIAL,)),
)
