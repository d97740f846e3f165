"""NumPyro: the handlers around a model, and the sites that draw from the key of the nearest ``seed``.

The handlers that are entered stand on their path, under a name that no program can bind, the nearest one last. A
handler's key is consumed where the first site draws.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.context import MODULE_FRAME
from flake8_flax_rng.interpreter.core.models import Calls, Method
from flake8_flax_rng.interpreter.domain.events import Step, Use
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import LibraryMistake, UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    FALSE,
    NONE,
    TRUE,
    Args,
    Bound,
    Const,
    Function,
    Key,
    Native,
    Opaque,
    Partial,
    Ref,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.jax import random
from flake8_flax_rng.interpreter.libraries import by_itself
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.interpreter.paths.state import LedgerKey
from flake8_flax_rng.interpreter.python import classes
from flake8_flax_rng.semantics.packages.numpyro import (
    CERTAIN,
    DISTRIBUTIONS,
    HANDLERS,
    PRNG_KEY,
    SAMPLE,
    SEED,
    TRACE,
    TRANSPARENT,
)

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_ENTERED = "<numpyro>"
"""The name under which a path keeps the handlers that are entered."""

_FUNCTION, _KEY, _DRAWN, _HIDES = "<function>", "<key>", "<drawn>", "<hides>"
_DEPTH = "<depth>"
"""How many calls and passes of loops lead to where a handler is entered."""

_TRACE = "get_trace"
_CALLABLE = (Function, Bound, Partial, Wrapped, Ref, Native)

# -- handlers ----------------------------------------------------------------------------------------------


def _make(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Make a handler; None where its arguments are not in sight."""
    function = args.get(0, "fn") or NONE
    if not args.complete():
        return None
    for value in args.values():
        engine.book.read(value)
    attributes: dict[str, Value] = {_FUNCTION: function, _DRAWN: FALSE, _TRACE: Native("numpyro.trace", function)}
    if path == SEED:
        key, state = _key_of(engine, args, state, site)
        attributes |= {_KEY: key, _HIDES: args.get(2, "hide_types") or NONE}
    return [(engine.allocate(state, Instance(Symbol(path), attributes, frozen=True)), state)]


def _key_of(engine: Engine, args: Args, state: State, site: Site) -> tuple[Value, State]:
    """Return the key of a ``seed``, which also takes a number."""
    given = args.get(1, "rng_seed") or NONE
    if not isinstance(given, Const) or given == NONE:
        return given, state
    node = args.node(1, "rng_seed")
    ((key, after),) = engine.call(
        Symbol("jax.random.key"), Args([given], nodes={} if node is None else {0: node}), state, site
    )
    return key, after


def _call(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call what a handler was put around; each such call of a ``seed`` begins with its key anew."""
    found = state.instance(receiver)
    assert found is not None and isinstance(receiver, Ref)
    function = found.attributes[_FUNCTION]
    if function == NONE:
        given = args.positional[0] if len(args.positional) == 1 else engine.unknown("model")
        return [(engine.allocate(state, found.set(_FUNCTION, given)), state)]
    depth = Const(len(engine.context.stack) - 1)
    run = engine.allocate(state, found.set(_DRAWN, FALSE).set(_DEPTH, depth))
    around = _entered(state)
    if not isinstance(function, _CALLABLE):
        _consume_for_any_model(engine, run, function, args, around, state)
        return [(engine.unknown("model"), state)]
    _enter(run, around, state)
    outcomes = engine.call(function, args, state, site)
    for _, after in outcomes:
        after.bind(MODULE_FRAME, _ENTERED, Tuple(around))
    return outcomes


def _get_trace(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call the model for what it does, rather than for what it returns."""
    around = _entered(state)
    _enter(engine.allocate(state, Instance(Symbol(TRACE), frozen=True)), around, state)
    outcomes = engine.call(receiver, args, state, site)
    for _, after in outcomes:
        after.bind(MODULE_FRAME, _ENTERED, Tuple(around))
    return [(engine.unknown("trace"), after) for _, after in outcomes]


def _entered(state: State) -> tuple[Value, ...]:
    found = state.lookup(MODULE_FRAME, _ENTERED)
    return found.items if isinstance(found, Tuple) else ()


def _enter(handler: Ref, around: tuple[Value, ...], state: State) -> None:
    state.bind(MODULE_FRAME, _ENTERED, Tuple((*around, handler)))


def managed(engine: Engine, found: Instance, name: str, state: State) -> Outcomes:
    """Enter or leave a handler: one that is entered again goes on where it was left."""
    around = _entered(state)
    if name == "__exit__":
        state.bind(MODULE_FRAME, _ENTERED, Tuple(around[:-1]))
        return [(NONE, state)]
    handler = next((Ref(address) for address, held in state.heap.items() if held is found), None)
    if handler is None:
        handler = engine.allocate(state, found)
    state.heap[handler.address] = found.set(_DEPTH, Const(len(engine.context.stack)))
    _enter(handler, around, state)
    return [(handler, state)]


# -- sites -------------------------------------------------------------------------------------------------


def _sample(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Follow a site; None where it is given a key of its own, which is a consumer like others."""
    if not args.complete() or (args.get(3, "rng_key") or NONE) != NONE:
        return None
    observed = args.get(2, "obs") or NONE
    result: Outcomes = []
    absent = conditions.compared(engine, "is", observed, NONE, state)
    for drawing, way in conditions.branch(engine, absent, state):
        if not drawing:
            result.append((observed, way))
        elif _draw(engine, args, way):
            result.append((engine.unknown("sample"), way))
    return result


def _draw(engine: Engine, args: Args, state: State) -> bool:
    """Draw at a site from the key of the nearest ``seed``; False where there is none, and the call raises."""
    distribution = args.get(1, "fn")
    certain = _draws(distribution)
    seeded, handler = _nearest_seed(state)
    if not seeded:
        return True
    if handler is not None:
        if certain is not False:
            _consume(engine, handler, engine.term(distribution or NONE, state), state)
        return True
    if certain and by_itself.is_run(engine) and not by_itself.below_unknown_managers(engine, "numpyro", state):
        by_itself.note(engine, LibraryMistake.UNSEEDED)
        return False
    return True


def _prng_key(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Ask the nearest ``seed`` for a key of its own: where there is none, the call gives None and a warning."""
    seeded, handler = _nearest_seed(state)
    if handler is not None:
        _consume(engine, handler, engine.terms.const(path), state)
    elif seeded and by_itself.is_run(engine) and not by_itself.below_unknown_managers(engine, "numpyro", state):
        return [(NONE, state)]
    return [(engine.unknown("prng_key"), state)]


def _draws(distribution: Value | None) -> bool | None:
    """Return whether a distribution is random; None where it is not known."""
    term = distribution.term if isinstance(distribution, Opaque) else None
    if term is None:
        return None
    if term.kind is Kind.MADE and (term.path or "").startswith(DISTRIBUTIONS):
        return True
    callee = term.callee if term.kind is Kind.CALL else None
    return False if callee is not None and callee.kind is Kind.SYMBOL and callee.path in CERTAIN else None


def _nearest_seed(state: State) -> tuple[bool, Ref | None]:
    """Return whether it is known who gives a site its value, and the ``seed`` that does, None where there is none."""
    nearest: Ref | None = None
    for handler in reversed(_entered(state)):
        found = state.instance(handler)
        path = found.cls.path if found is not None and isinstance(found.cls, Symbol) else ""
        if found is None or not isinstance(handler, Ref) or path not in TRANSPARENT | {SEED}:
            return False, None
        if path == SEED and found.attributes[_HIDES] != NONE:
            return False, None
        if path == SEED and nearest is None and found.attributes[_KEY] != NONE:
            nearest = handler
    return True, nearest


def _consume(engine: Engine, handler: Ref, what: Term, state: State) -> None:
    """Enter the use of a handler's key, where the first site draws from what comes of it.

    A trace may be made for its structure alone, before the key is used: only what comes after a use is a mistake.
    """
    run = state.instance(handler)
    found = random.key_term(run.attributes[_KEY]) if run is not None else None
    if run is None or found is None or run.attributes[_DRAWN] != FALSE:
        return
    state.heap[handler.address] = run.set(_DRAWN, TRUE)
    if _is_traced(state) and LedgerKey(found[0]) not in state.ledger:
        return
    engine.book.read(run.attributes[_KEY])
    drawn = engine.terms.make(Kind.DRAW, found[0], SEED, what)
    way, builders = _way(engine, run), classes.builders(engine)
    use = Use(way, UseKind.DRAW, way[-1].label, *found, signature=drawn, call=drawn, builders=builders)
    random.enter(engine, use, state)


def _is_traced(state: State) -> bool:
    entered = [state.instance(handler) for handler in _entered(state)]
    return any(found is not None and found.cls == Symbol(TRACE) for found in entered)


def _way(engine: Engine, run: Instance) -> tuple[Step, ...]:
    """Return the way to the call under a handler that leads to a site: which site draws first is the model's affair."""
    stack, depth = engine.context.stack, run.attributes[_DEPTH]
    start = depth.value if isinstance(depth, Const) and isinstance(depth.value, int) else 0
    end = next((at for at, step in enumerate(stack) if at >= start and step.turn is None), len(stack) - 1)
    return tuple(stack[: end + 1])


def _consume_for_any_model(
    engine: Engine, run: Ref, function: Value, args: Args, around: tuple[Value, ...], state: State
) -> None:
    """Take it that a model that is not known draws, unless another handler may give it its values."""
    found = state.instance(run)
    assert found is not None
    _enter(run, around, state)
    _, handler = _nearest_seed(state)
    state.bind(MODULE_FRAME, _ENTERED, Tuple(around))
    if handler == run and isinstance(found.attributes[_KEY], (Key, Opaque)):
        given = [engine.term(value, state) for value in (function, *args.values())]
        _consume(engine, run, engine.terms.make(Kind.TUPLE, *given), state)


CALLS = (Calls(_make, HANDLERS), Calls(_sample, (SAMPLE,)), Calls(_prng_key, (PRNG_KEY,)))
METHODS: dict[str, Method] = {"numpyro": _get_trace}
INSTANCES: dict[str, Method] = dict.fromkeys(HANDLERS, _call)
MANAGED = dict.fromkeys(HANDLERS, managed)
