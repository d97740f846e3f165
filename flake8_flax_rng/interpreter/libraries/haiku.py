"""Haiku: ``init`` and ``apply`` of transformed functions, and the keys that these functions ask for.

The run that is under way stands on its path, under a name that no program can bind: what a function draws depends on
who runs it. Its own key is consumed where the function asks for the first one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.context import MODULE_FRAME
from flake8_flax_rng.interpreter.core.models import Calls, Method
from flake8_flax_rng.interpreter.domain.budget import KEYS_AWAITED
from flake8_flax_rng.interpreter.domain.events import Made, Misapplied, Step, Use
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import LibraryMistake, MakeKind, UseKind
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
    Keys,
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
from flake8_flax_rng.interpreter.libraries import by_itself, consumers
from flake8_flax_rng.interpreter.python import iteration
from flake8_flax_rng.interpreter.python.decorators import undecorated
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.consumers import Makes
from flake8_flax_rng.semantics.libraries import ARRAY_METHODS
from flake8_flax_rng.semantics.packages.haiku import (
    DRAWING,
    DROPOUT,
    MAYBE,
    MULTI,
    RUNNING_INIT,
    SEQUENCE,
    SEQUENTIAL,
    TRANSFORMED,
    WITH_KEY,
    WITH_STATE,
    WITHOUT_KEY,
)
from flake8_flax_rng.semantics.transforms import RAW_REPEATS

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_INIT, _APPLY, _LAYERS = "init", "apply", "layers"
_RUNNING = "<haiku>"
"""The name under which a path keeps the run that is under way."""

_KEY, _DRAWN, _INITIALISES, _SERIAL, _CALL, _LANES, _OUTER = (
    *("<key>", "<drawn>", "<initialises>", "<serial>", "<call>", "<lanes>", "<outer>"),
)
_UNSEEN = "<unseen>"
"""Whether something is called in a run of ``apply`` that is not followed."""

_PENDING = "<pending>"
"""The numbers of keys that a run has been asked for, while it is open whether anything is drawn from them."""

_MAKES = "<makes>"
"""Whether ``init`` has come to anything that may make parameters, or that asks for keys."""

_CALLABLE = (Function, Bound, Partial, Wrapped, Ref)

# -- transformed functions ---------------------------------------------------------------------------------


def _transform(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Make ``init`` and ``apply`` of a function; None where it is not known."""
    function = args.get(0, "f")
    # Until Haiku 0.0.3 `apply_rng=False` made an `apply` that takes no key.
    if not isinstance(function, _CALLABLE) or not args.complete() or args.keywords.get("apply_rng", TRUE) != TRUE:
        return None
    with_state = Const(WITH_STATE[path])
    if path in MULTI:
        return _transform_several(engine, function, with_state, state, site)
    return [(_transformed(engine, function, function, with_state, TRUE, state), state)]


def _transform_several(engine: Engine, function: Value, with_state: Value, state: State, site: Site) -> Outcomes | None:
    """Follow a function that only defines those which are run."""
    outcomes = engine.call(function, Args(), state, site)
    if len(outcomes) != 1 or not isinstance(outcomes[0][0], Tuple) or len(outcomes[0][0].items) != 2:
        return [(engine.unknown("transformed"), after) for _, after in outcomes]
    (first, rest), after = outcomes[0][0].items, outcomes[0][1]
    return [(_transformed(engine, first, rest, with_state, TRUE, after), after)]


def _transformed(
    engine: Engine, function: Value, applied: Value, with_state: Value, keyed: Value, state: State
) -> Value:
    attributes = {
        _INIT: Native(f"haiku.{_INIT}", Tuple((function, with_state, keyed))),
        _APPLY: _apply_of(engine, applied, with_state, keyed),
    }
    return engine.allocate(state, Instance(Symbol(TRANSFORMED), attributes, frozen=True))


def _apply_of(engine: Engine, function: Value, with_state: Value, keyed: Value) -> Value:
    """Return the ``apply`` of a function, or of each in a tuple of them."""
    if isinstance(function, Tuple):
        return Tuple(tuple([_apply_of(engine, item, with_state, keyed) for item in function.items]))
    if not isinstance(function, _CALLABLE):
        return engine.unknown(_APPLY)
    return Native(f"haiku.{_APPLY}", Tuple((function, with_state, keyed)))


def _without_key(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Make another ``apply``, which takes no key; None where nothing is known of the one that there is."""
    found = state.instance(args.get(0, "f") or NONE)
    if found is None or found.cls != Symbol(TRANSFORMED):
        return None
    apply = _keyless(found.attributes[_APPLY])
    return [(engine.allocate(state, replaced(found, attributes={**found.attributes, _APPLY: apply})), state)]


def _keyless(apply: Value) -> Value:
    if isinstance(apply, Tuple):
        return Tuple(tuple([_keyless(item) for item in apply.items]))
    if isinstance(apply, Native) and isinstance(apply.receiver, Tuple):
        function, with_state, _ = apply.receiver.items
        return Native(apply.name, Tuple((function, with_state, FALSE)))
    return apply


# -- running them ------------------------------------------------------------------------------------------


def _run(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call ``init`` or ``apply``, or layers one after the other."""
    assert isinstance(receiver, Tuple)
    if name == _LAYERS:
        return _through_layers(engine, receiver, args, state, site)
    function, with_state, keyed = receiver.items
    before = 0 if name == _INIT else 2 if with_state == TRUE else 1
    given = args.get(before, "rng") if keyed == TRUE or name == _INIT else NONE
    taken = before + (keyed == TRUE or name == _INIT)
    if args.open_positional and len(args.positional) < taken:
        given = engine.unknown("rng")
    if given is None or _lacks_an_input(function, args, taken, given):
        if args.complete():
            _note(engine, LibraryMistake.NO_KEY_ARGUMENT)
            return []
        given = engine.unknown("rng")
    rest = args.shift(taken)
    for option in ("params", "state", "rng"):
        rest.keywords.pop(option, None)
        rest.nodes.pop(option, None)
    run = _begin(engine, name, given, engine.term(receiver, state), rest, state)
    misses = engine.program.unkeyed
    outer = _enter(run, state)
    if name == _INIT:
        outcomes = _initialise(engine, run, function, rest, given, state, site)
    else:
        bounds = engine.bounds.hits
        outcomes = engine.call(function, rest, state, site)
        for _, after in outcomes:
            _give_key(engine, run, after, engine.bounds.hits > bounds)
    for _, after in outcomes:
        _settle(engine, run, after)
    if not outcomes and run.address in misses:
        _note(engine, LibraryMistake.NO_KEY if keyed == TRUE else LibraryMistake.KEYLESS, misses[run.address])
    return [(_result(engine, name, with_state, value, _left(outer, after)), after) for value, after in outcomes]


def _initialise(
    engine: Engine, run: Ref, function: Value, args: Args, given: Value, state: State, site: Site
) -> Outcomes:
    """Follow a function under ``init``, which uses the key up unless all that is called in it is known to draw nothing.

    The parameters are drawn, whatever layers there are.
    """
    found = state.instance(run)
    assert found is not None
    state.heap[run.address] = found.set(_MAKES, FALSE)
    args.positional = [_placeholder(engine, value, given) for value in args.positional]
    bounds = engine.bounds.hits
    outcomes = engine.call(function, args, state, site)
    for _, after in outcomes:
        held = after.instance(run)
        if held is None or held.attributes[_MAKES] == TRUE or engine.bounds.hits > bounds:
            _consume(engine, run, after)
    return outcomes


def _give_key(engine: Engine, run: Ref, state: State, bounded: bool) -> None:
    """Let a run's key be given to what is not followed, where that may draw from it and nothing else has."""
    held = state.instance(run)
    if held is not None and held.attributes[_DRAWN] == FALSE and (bounded or held.attributes[_UNSEEN] == TRUE):
        unknown_code.give_key(engine, held.attributes[_KEY], state)


def note_unseen(function: Value, state: State) -> None:
    """Note that code which is not followed may make parameters, or draw, in the runs that are under way."""
    current = state.lookup(MODULE_FRAME, _RUNNING)
    if current is None or (isinstance(function, Opaque) and _is_of_an_array(function.term)):
        return
    while isinstance(current, Ref):
        run = state.instance(current)
        assert run is not None
        if run.attributes.get(_MAKES) == FALSE:
            run = state.heap[current.address] = run.set(_MAKES, TRUE)
        if run.attributes.get(_UNSEEN) == FALSE:
            run = state.heap[current.address] = run.set(_UNSEEN, TRUE)
        current = run.attributes.get(_OUTER)


def is_undecided(state: State) -> bool:
    """Return whether it is open yet if a run of ``init`` that is under way makes anything."""
    current = state.lookup(MODULE_FRAME, _RUNNING)
    run = state.instance(current) if current is not None else None
    return run is not None and run.attributes.get(_MAKES) == FALSE


def _is_of_an_array(method: Term) -> bool:
    return method.kind is Kind.ATTRIBUTE and method.name in ARRAY_METHODS


def _placeholder(engine: Engine, value: Value, given: Value) -> Value:
    """Return an input of ``init``: what is drawn from a key among them is thrown away, so that it stands for any."""
    return Key(engine.terms.fresh("input")) if isinstance(value, Key) or value == given else value


def _note(engine: Engine, what: LibraryMistake, drawn: Site | None = None) -> None:
    step = engine.context.stack[-1]
    engine.emit(Misapplied(what, step.site, step.label, drawn))


def _lacks_an_input(function: Value, args: Args, taken: int, given: Value | None) -> bool:
    """Return whether a call gives the function one input less than it needs: the first one stands for the key."""
    inner = undecorated(function)
    if not isinstance(inner, Function) or not args.complete() or isinstance(given, (Key, Const)) or args.keywords:
        return False
    params = inner.code.node.params
    needed = [param for param in (*params.posonly_params, *params.params) if param.default is None]
    return len(args.positional) == taken and len(needed) == 1


def _begin(engine: Engine, name: str, key: Value, function: Term, args: Args, state: State) -> Ref:
    """Return a run with a key, or without one."""
    if isinstance(key, Const) and key != NONE:
        key = Key(engine.terms.fresh("seed"))
    engine.book.read(key)
    call = engine.terms.make(Kind.TUPLE, function, *[engine.term(value, state) for value in args.values()])
    attributes: dict[str, Value] = {
        _KEY: key,
        _DRAWN: FALSE,
        _PENDING: Tuple(()),
        _INITIALISES: TRUE if name == _INIT else FALSE,
        _UNSEEN: FALSE,
        _SERIAL: engine.unknown("run"),
        _CALL: Opaque(call),
        _LANES: Const(len(engine.context.lanes)),
    }
    return engine.allocate(state, Instance(Symbol("haiku.run"), attributes, frozen=True))


def _enter(run: Ref, state: State) -> Value | None:
    """Let a run be the one that is under way, and return the one around it."""
    outer = state.lookup(MODULE_FRAME, _RUNNING)
    state.bind(MODULE_FRAME, _RUNNING, run)
    return outer


def _left(outer: Value | None, state: State) -> State:
    """Let the run around another one be the one that is under way again."""
    if outer is None:
        state.unbind(MODULE_FRAME, _RUNNING)
    else:
        state.bind(MODULE_FRAME, _RUNNING, outer)
    return state


def _result(engine: Engine, name: str, with_state: Value, value: Value, state: State) -> Value:
    if name == _APPLY:
        return Tuple((value, engine.unknown("state"))) if with_state == TRUE else value
    made = engine.unknown("params")
    return Tuple((made, engine.unknown("state"))) if with_state == TRUE else made


def _sequential(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Make what calls several layers one after the other; None where they are not known."""
    given = args.get(0, "layers")
    layers = iteration.known_items(given, state) if given is not None else None
    if layers is None or not args.complete():
        return None
    return [(Native(f"haiku.{_LAYERS}", Tuple(tuple(layers))), state)]


def _through_layers(engine: Engine, layers: Tuple, args: Args, state: State, site: Site) -> Outcomes:
    outcomes: Outcomes = [(NONE, state)]
    for place, layer in enumerate(layers.items):
        entered = [(args if place == 0 else Args([value]), after) for value, after in outcomes]
        outcomes = [done for inputs, after in entered for done in engine.call(layer, inputs, after, site)]
        outcomes = engine.merge_outcomes(outcomes)
    return outcomes


def managed(engine: Engine, found: Instance, name: str, state: State) -> Outcomes:
    """Enter or leave ``with_rng``, which lends a run another key."""
    outer = state.lookup(MODULE_FRAME, _RUNNING)
    around = state.instance(outer) if outer is not None else None
    if name == "__exit__":
        inner = around.attributes.get(_OUTER, NONE) if around is not None else NONE
        if isinstance(outer, Ref):
            _settle(engine, outer, state)
        _left(None if inner == NONE else inner, state)
        return [(NONE, state)]
    initialises = around is not None and around.attributes.get(_INITIALISES) == TRUE
    key = found.attributes[_KEY]
    run = _begin(engine, _INIT if initialises else _APPLY, key, engine.term(key, state), Args(), state)
    held = state.instance(run)
    assert held is not None
    state.heap[run.address] = held.set(_OUTER, outer or NONE)
    _enter(run, state)
    return [(NONE, state)]


def _with_key(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    key = args.get(0, "key")
    if key is None:
        return None
    return [(engine.allocate(state, Instance(Symbol(WITH_KEY), {_KEY: key}, frozen=True)), state)]


# -- asking for keys ---------------------------------------------------------------------------------------


def _next(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Give the function that is run a key of its own, or several."""
    current = state.lookup(MODULE_FRAME, _RUNNING)
    run = state.instance(current) if current is not None else None
    if current is None and by_itself.is_run(engine) and not by_itself.below_unknown_managers(engine, None, state):
        by_itself.note(engine, LibraryMistake.OUTSIDE)
        return []
    key = run.attributes[_KEY] if run is not None else None
    if key == NONE and isinstance(current, Ref):
        if path == MAYBE:
            return [(NONE, state)]
        engine.program.unkeyed.setdefault(current.address, engine.context.stack[-1].site)
        return []
    if path == MAYBE and not isinstance(key, Key):
        return [(engine.unknown("maybe"), state)]
    if run is not None and isinstance(current, Ref) and _MAKES in run.attributes:
        state.heap[current.address] = run.set(_MAKES, TRUE)
    made = _made(engine, path, run)
    if run is not None and isinstance(current, Ref) and _MAKES not in run.attributes:
        _wait(engine, current, made.origin, state)
    return [(made, state)]


def _wait(engine: Engine, current: Ref, number: int, state: State) -> None:
    """Note that a run was asked for a key; a dropout without a rate, which may be given it, draws nothing."""
    run = state.instance(current)
    if run is None or run.attributes[_DRAWN] != FALSE:
        return
    pending = run.attributes[_PENDING]
    if isinstance(pending, Tuple) and len(pending.items) < KEYS_AWAITED:
        engine.program.awaited[number] = tuple(engine.context.stack)
        state.heap[current.address] = run.set(_PENDING, Tuple((*pending.items, Const(number))))
    else:
        _settle(engine, current, state)


def _settle(engine: Engine, current: Ref, state: State) -> None:
    """Enter the use of a run's key if something may have been drawn from a key that the run was asked for."""
    run = state.instance(current)
    pending = run.attributes.get(_PENDING) if run is not None else None
    if run is None or pending is None or pending == Tuple(()):
        return
    first = pending.items[0] if isinstance(pending, Tuple) else None
    number = first.value if isinstance(first, Const) else None
    state.heap[current.address] = run.set(_PENDING, Tuple(()))
    _consume(engine, current, state, engine.program.awaited.get(number) if isinstance(number, int) else None)


def _dropout(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Follow a dropout whose rate is zero, which draws nothing that shows; None for all others."""
    key, rate, inputs = args.get(0, "rng"), args.get(1, "rate"), args.get(2, "x")
    if inputs is None or not isinstance(rate, Const) or type(rate.value) not in (int, float) or rate.value:
        return None
    current = state.lookup(MODULE_FRAME, _RUNNING)
    run = state.instance(current) if isinstance(current, Ref) else None
    pending = run.attributes.get(_PENDING) if run is not None else None
    if run is not None and isinstance(current, Ref) and isinstance(pending, Tuple) and isinstance(key, Key):
        left = tuple([number for number in pending.items if number != Const(key.origin)])
        state.heap[current.address] = run.set(_PENDING, Tuple(left))
    return [(inputs, state)]


def _consume(engine: Engine, current: Ref, state: State, asked: tuple[Step, ...] | None = None) -> None:
    """Enter the use of a run's key, where it asks for the first one that comes of it."""
    run = state.instance(current)
    found = random.key_term(run.attributes[_KEY]) if run is not None else None
    if run is None or run.attributes[_DRAWN] != FALSE or found is None:
        return
    state.heap[current.address] = run.set(_DRAWN, TRUE)
    call = run.attributes[_CALL]
    initialises = run.attributes[_INITIALISES] == TRUE
    assert isinstance(call, Opaque)
    drawn = engine.terms.make(Kind.DRAW, found[0], "haiku", call.term)
    makes = Makes.MODEL if initialises else None
    # On which inputs a model is initialised does not matter, only which model it is.
    signature = engine.terms.make(Kind.MAKER, found[0], call.term.items[0]) if initialises else drawn
    way = asked or tuple(engine.context.stack)
    use = Use(way, UseKind.DRAW, way[-1].label, found[0], found[1], signature=signature, call=drawn, makes=makes)
    # The lanes within the run have to do with the keys that come of this one.
    with engine.within(replaced(engine.context, lanes=engine.context.lanes[: _lanes_around(run)])):
        random.enter(engine, use, state)


def _lanes_around(run: Instance | None) -> int:
    """Return how many maps are around a run."""
    number = run.attributes[_LANES] if run is not None else None
    return number.value if isinstance(number, Const) and isinstance(number.value, int) else 0


def _made(engine: Engine, path: str, run: Instance | None) -> Key | Keys:
    """Return a key that comes of that of a run: JAX traces a loop's body once, so that all passes get the same.

    So do the lanes of a map, but for those of Haiku's own that are told to give each its keys. What ``init`` computes
    is thrown away.
    """
    serial = run.attributes[_SERIAL] if run is not None else None
    term = engine.terms.make(
        Kind.SUPPLIED,
        serial.term if isinstance(serial, Opaque) else engine.terms.const("run"),
        engine.terms.const(_place(engine)),
    )
    thrown_away = run is not None and run.attributes[_INITIALISES] == TRUE
    if thrown_away or any(mapped.supplied for mapped in engine.context.lanes[_lanes_around(run) :]):
        term = engine.terms.child(term, engine.terms.fresh("lane"))
    origin = engine.number()
    engine.book.origins.add(origin, Made(tuple(engine.context.stack), MakeKind.SUPPLIED, 0, term))
    return Keys(term, origin=origin) if path == "haiku.next_rng_keys" else Key(term, origin)


def _place(engine: Engine) -> int:
    """Return the number of the place in the traced program, in which the body of JAX's loops stands once."""
    steps = engine.context.stack
    way = tuple(
        [
            (step.site.node, None if step.turn is not None and _is_traced_once(engine, at) else step.turn)
            for at, step in enumerate(steps)
        ]
    )
    return engine.program.places.setdefault(way, len(engine.program.places))


def _is_traced_once(engine: Engine, at: int) -> bool:
    around = engine.context.stack[at - 1] if at else None
    return around is not None and around.turn is None and around.label in RAW_REPEATS


def _running_init(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    run = state.instance(state.lookup(MODULE_FRAME, _RUNNING) or NONE)
    return [(run.attributes[_INITIALISES] if run is not None else engine.unknown("initialises"), state)]


def _sequence(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Make a sequence of keys that come of a number; those of a key are a consumer like others."""
    seed = args.get(0, "key_or_seed")
    if not isinstance(seed, Const) or type(seed.value) is not int:
        return None
    node = args.nodes.get(0)
    number = Args([seed], nodes={} if node is None else {0: node})
    ((key, after),) = engine.call(Symbol("jax.random.key"), number, state, site)
    return consumers.call(engine, path, Args([key]), after, site)


CALLS = (
    Calls(_transform, WITH_STATE),
    Calls(_without_key, (WITHOUT_KEY,)),
    Calls(_next, (*DRAWING, MAYBE)),
    Calls(_dropout, (DROPOUT,)),
    Calls(_running_init, (RUNNING_INIT,)),
    Calls(_with_key, (WITH_KEY,)),
    Calls(_sequence, (SEQUENCE,)),
    Calls(_sequential, (SEQUENTIAL,)),
)
METHODS: dict[str, Method] = {"haiku": _run}
MANAGED = {WITH_KEY: managed}
