"""Built-in Linen layers: parameters, dropout and attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.checks import deterministic_flag, key_contract
from flake8_flax_rng.interpreter.core.lifted import note, record
from flake8_flax_rng.interpreter.domain.events import Draw, Replaced
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import TurnedOff, UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import NONE, TRUE, Args, Const, Key, Opaque, Value
from flake8_flax_rng.interpreter.jax import random
from flake8_flax_rng.interpreter.linen.initializers import gives_constants
from flake8_flax_rng.interpreter.paths import conditions

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State
    from flake8_flax_rng.semantics.linen import Layer


def call(engine: Engine, layer: Layer, found: Instance, args: Args, state: State, site: Site) -> Outcomes:
    """Call a built-in layer: record what it draws."""
    initialise(engine, layer, found, state, site)
    states = _dropout(engine, layer, found, args, state, site) if layer.rate else [state]
    parts = args.values()[:1]
    result: Outcomes = []
    for after in states:
        term = engine.terms.make(Kind.LAYER, engine.class_name(found), *(engine.term(v, after) for v in parts))
        if layer.rate and after.draws and not after.draws[-1].off:
            term = engine.terms.make(Kind.DRAW, engine.terms.make(Kind.STREAM, _stream(layer, found)), term)
        result.append((Opaque(engine.terms.make(Kind.RESULT, term, engine.terms.fresh("layer"))), after))
    return result


def initialise(engine: Engine, layer: Layer, found: Instance, state: State, site: Site) -> None:
    """Record the parameters of a layer where it makes them."""
    if engine.context.runs and not engine.context.runs[-1].initialising:
        return
    name = engine.class_name(found)
    if layer.parameters and not _left_out(layer, found):
        random = layer.parameters == "random" and not _starts_constant(engine, layer, found, state, site)
        record(engine, state, Draw("params", site, found.path, variable=True, random=random, layer=name))
    for child in layer.children:
        path = None if found.path is None else (*found.path, child)
        record(engine, state, Draw("params", site, path, variable=True, layer=name))


def _left_out(layer: Layer, found: Instance) -> bool:
    """Return whether a layer may have no parameters, because its constructor says so of each."""
    return bool(layer.optional) and all(found.attributes.get(name, TRUE) != TRUE for name in layer.optional)


def _starts_constant(engine: Engine, layer: Layer, found: Instance, state: State, site: Site) -> bool:
    """Return whether all parameters of a layer begin with constants because its initialisers say so."""
    given = [value for name, value in found.attributes.items() if name.endswith("_init")]
    kernel = found.attributes.get("kernel_init", found.attributes.get("embedding_init"))
    if layer.inputs != ("inputs",) or kernel is None:
        return False
    return all(gives_constants(engine, value, state, site) for value in given)


def _dropout(engine: Engine, layer: Layer, found: Instance, args: Args, state: State, site: Site) -> list[State]:
    """Follow a layer that draws unless its rate or flag forbids it; one path for each way it can go."""
    rate = found.attributes.get(layer.rate)
    if rate is None:
        rate = engine.unknown("rate") if layer.default_rate is None else Const(layer.default_rate)
    # nn.Dropout asks for its flag at any rate, attention only where it has one.
    always = layer.default_rate is None
    if always and not deterministic_flag.settled(engine, layer, found, args, state, site):
        return []
    result: list[State] = []
    for zero, path in _without_effect(engine, layer, rate, state):
        if zero:
            _off(engine, layer, found, path, site, TurnedOff.RATE)
            result.append(path)
        elif always or deterministic_flag.settled(
            engine, layer, found, args, path, site, certain=isinstance(rate, Const)
        ):
            result.extend(_flagged(engine, layer, found, args, path, site))
    return result


def _without_effect(engine: Engine, layer: Layer, rate: Value, state: State) -> list[tuple[bool, State]]:
    """Split paths by whether nothing is drawn: at rates 0 and 1, and in attention at rates below 0."""
    if isinstance(rate, Const):
        number = rate.value
        if layer.default_rate is None or not isinstance(number, (int, float)):
            return [(number in (0, 1), state)]
        return [(number <= 0, state)]
    condition = Opaque(engine.terms.make(Kind.NO_RATE, engine.term(rate, state)))
    return conditions.branch(engine, condition, state)


def _flagged(engine: Engine, layer: Layer, found: Instance, args: Args, state: State, site: Site) -> list[State]:
    flag = _flag(layer, found, args)
    if flag is None:
        flag = engine.unknown("deterministic")
    result: list[State] = []
    certain = conditions.truth(flag, state)
    key = _own_key(layer, args)
    if isinstance(key, Key):
        node = args.node(_place(layer, layer.rng), layer.rng)
        place = engine.site(node) if node is not None else site
        engine.emit(Replaced(place, layer.rng, engine.class_name(found), certain is True))
    for deterministic, path in conditions.branch(engine, flag, state):
        if deterministic:
            _off(engine, layer, found, path, site, TurnedOff.DETERMINISTIC)
            result.append(path)
        elif key is None:
            _draw(engine, layer, found, path, site)
            result.append(path)
        else:
            result.extend(_draw_from_key(engine, layer, found, key, path, site))
    return result


def _flag(layer: Layer, found: Instance, args: Args) -> Value | None:
    """Return ``deterministic`` as the call or else the constructor sets it, None when neither does."""
    given = args.get(_place(layer, "deterministic"), "deterministic")
    own = found.attributes.get("deterministic", NONE)
    if given is None or given == NONE:
        return None if own == NONE else own
    return given


def _place(layer: Layer, name: str) -> int | None:
    return layer.inputs.index(name) if name in layer.inputs else None


def _own_key(layer: Layer, args: Args) -> Value | None:
    key = args.get(_place(layer, layer.rng), layer.rng)
    return None if key == NONE else key


def _stream(layer: Layer, found: Instance) -> str:
    if not layer.collection:
        return "dropout"
    name = found.attributes.get(layer.collection, Const("dropout"))
    return name.value if isinstance(name, Const) and isinstance(name.value, str) else "*"


def _off(engine: Engine, layer: Layer, found: Instance, state: State, site: Site, why: TurnedOff) -> None:
    name = engine.class_name(found)
    draw = Draw(_stream(layer, found), site, found.path, off=why, layer=name)
    note(engine, draw.stream, state, dropout=True)
    state.draws = (*state.draws, draw)


def _draw(engine: Engine, layer: Layer, found: Instance, state: State, site: Site) -> None:
    draw = record(engine, state, Draw(_stream(layer, found), site, found.path, layer=engine.class_name(found)))
    note(engine, draw.stream, state, dropout=True)


def _draw_from_key(engine: Engine, layer: Layer, found: Instance, key: Value, state: State, site: Site) -> list[State]:
    """Draw from the key given in the call; one that may be None leaves the stream."""
    if isinstance(key, Key):
        random.consume(engine, key, state, UseKind.DRAW, engine.class_name(found))
        key_contract.check_layer(engine, key.term, key.origin)
        return [state]
    result: list[State] = []
    missing = conditions.compared(engine, "is", key, NONE, state)
    for absent, path in conditions.branch(engine, missing, state):
        if absent:
            _draw(engine, layer, found, path, site)
        else:
            random.consume(engine, key, path, UseKind.DRAW, engine.class_name(found))
        result.append(path)
    return result
