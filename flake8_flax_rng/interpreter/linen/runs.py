"""Calls that run a Linen module: ``init``, ``apply`` and calls of bound modules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.checks import ignored_keys, key_contract
from flake8_flax_rng.interpreter.core import mapped, unknown_code
from flake8_flax_rng.interpreter.core.program import Chosen
from flake8_flax_rng.interpreter.domain.events import Doubled, Draw, ModuleRun, Use
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance
from flake8_flax_rng.interpreter.domain.kinds import RunKind, UseKind
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.streams import Run
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Args,
    Bound,
    Class,
    Const,
    Function,
    Key,
    Native,
    Opaque,
    Ref,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.jax.random import key_term
from flake8_flax_rng.interpreter.linen import rngs_argument, training_runs
from flake8_flax_rng.interpreter.paths.state import SHARED, LedgerKey
from flake8_flax_rng.interpreter.python import classes, lineage
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.linen import INITIALISING, SHAPES_ONLY

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcome, Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

OPTIONS = ("rngs", "mutable", "method", "capture_intermediates")


def read_streams(engine: Engine, args: Args, rngs: Value | None, initialising: bool, state: State) -> Run:
    """Return the streams that an ``rngs`` argument gives."""
    if rngs is None or rngs == NONE:
        return Run(initialising, {} if not args.open_keywords and not initialising else None)
    if isinstance(rngs, Key):
        return Run(initialising, {}, rngs)
    _check_streams(engine, args, rngs, initialising, state)
    found = state.heap.get(rngs.address) if isinstance(rngs, Ref) else None
    if isinstance(found, DictObject) and found.complete:
        names = {key.value: value for key, value in found.entries if isinstance(key.value, str)}
        if len(names) == len(found.entries):
            return Run(initialising, names)
    return Run(initialising, None, rngs if isinstance(rngs, Opaque) else None)


def _check_streams(engine: Engine, args: Args, rngs: Value, initialising: bool, state: State) -> None:
    """Note what is given to a module for a key or its streams and cannot be one."""
    node = args.node(0 if initialising else None, "rngs")
    if node is None:
        return
    if initialising and isinstance(rngs, Opaque):
        key_contract.check_key(engine, args, 0, "rngs", "init")
        return
    if not isinstance(rngs, (Opaque, Ref)):
        key_contract.refuse(engine, rngs, node, "init" if initialising else "apply")
        return
    found = state.heap.get(rngs.address) if isinstance(rngs, Ref) else None
    entries = found.entries if isinstance(found, DictObject) else ()
    if all(isinstance(value, (Key, Opaque, Ref)) for _, value in entries):
        engine.book.walks.keyed(node)
    if not isinstance(found, DictObject):
        return
    shown = dict(zip((entry[0].value for entry in found.entries), _values(node), strict=False))
    for name, value in found.entries:
        place = shown.get(name.value, node)
        if isinstance(value, (Key, Opaque)):
            engine.book.walks.keyed(place)
        elif not isinstance(value, Ref):
            key_contract.refuse(engine, value, place, f"the stream {name.value!r}")


def _values(node: cst.BaseExpression) -> list[cst.BaseExpression]:
    """Return the values that are written in a dict display."""
    if not isinstance(node, cst.Dict) or not all(isinstance(item, cst.DictElement) for item in node.elements):
        return []
    return [element.value for element in node.elements]


def initialise(engine: Engine, name: RunKind, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Follow ``init`` or one of its kin."""
    rngs = args.get(0, "rngs")
    label = engine.context.stack[-1].label
    wrong = rngs_argument.unnamed(engine, args, label, state) or rngs_argument.frozen(
        engine, rngs, args.node(0, "rngs"), label, state
    )
    if wrong and engine.chosen is not Chosen.DEFAULT:
        return []
    given = read_streams(engine, args, rngs, True, state)
    rest = without_first(args, "rngs")
    if name in SHAPES_ONLY:
        rest.keywords = {key: value for key, value in rest.keywords.items() if key not in SHAPES_ONLY[name]}
        with engine.book.uses.for_shapes_only():
            _start(engine, name, receiver, given, rest, state.fork(), site)
        return [(engine.unknown(name), state)]
    outcomes = _start(engine, name, receiver, given, rest, state, site)
    if INITIALISING[name]:
        return [(Tuple((engine.unknown("outputs"), value)), after) for value, after in outcomes]
    return outcomes


def apply(engine: Engine, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Follow ``apply``."""
    rngs = args.keywords.get("rngs")
    if rngs_argument.frozen(engine, rngs, args.nodes.get("rngs"), engine.context.stack[-1].label, state):
        return []
    given = read_streams(engine, args, rngs, False, state)
    training_runs.note(engine, engine.terms.make(Kind.ATTRIBUTE, engine.term(receiver, state), "apply"), args, state)
    variables = args.get(0, "variables")
    name = engine.term(variables, state) if variables is not None else None
    return _start(engine, RunKind.APPLY, receiver, given, without_first(args, "variables"), state, site, name)


def without_first(args: Args, name: str) -> Args:
    """Return what is left for the module's method when ``apply`` or its kin has taken its own first argument.

    Args:
        args: all arguments.
        name: the parameter that takes the first one, which may be given by name.
    """
    if name not in args.keywords:
        return args.shift(1)
    rest = args.shift(0)
    del rest.keywords[name]
    rest.nodes.pop(name, None)
    return rest


def _start(
    engine: Engine,
    kind: RunKind,
    receiver: Value,
    given: Run,
    args: Args,
    state: State,
    site: Site,
    variables: Term | None = None,
) -> Outcomes:
    found = state.instance(receiver)
    if found is not None and not engine.context.follow_runs:
        return [(engine.unknown(kind), state)]
    if found is None or not isinstance(receiver, Ref):
        return unknown_code.unknown_call(engine, Native(kind, receiver), args, state)
    rest = args.shift(0)
    method = rest.keywords.get("method", NONE)
    for option in OPTIONS:
        rest.keywords.pop(option, None)
        rest.nodes.pop(option, None)
    clone = replaced(found, bound=True, path=(), origin=found.origin or receiver.address)
    clone = replaced(clone, attributes={n: v for n, v in clone.attributes.items() if not n.startswith("<")})
    ref = engine.allocate(state, clone)
    function = _method(engine, method, ref, clone, state)
    if rngs_argument.misplaced(engine, function, clone, rest, f"{engine.class_name(clone)}.{kind}", state):
        return [(engine.unknown(kind), state)]
    return run(engine, kind, function, clone, given, rest, state, site, variables)


def _method(engine: Engine, method: Value, ref: Ref, found: Instance, state: State) -> Value:
    if method == NONE:
        return ref
    if isinstance(method, Const) and isinstance(method.value, str) and isinstance(found.cls, Class):
        member = classes.member(found.cls, method.value)
        return Bound(member, ref) if member is not None else engine.unknown("method")
    if isinstance(method, Bound):
        return Bound(method.function, ref)
    if isinstance(method, Function) and method.owner is None and isinstance(found.cls, Class):
        # A function that is given as the method is run in the module's scope, as one of its own would be.
        method = replaced(method, owner=found.cls, compact=True)
    return Bound(method, ref) if isinstance(method, (Function, Wrapped)) else engine.unknown("method")


def run(
    engine: Engine,
    kind: RunKind,
    function: Value,
    found: Instance,
    given: Run,
    args: Args,
    state: State,
    site: Site,
    variables: Term | None = None,
) -> Outcomes:
    """Follow a module with these streams, and tell the rules what it drew.

    Args:
        engine: the analysis.
        kind: the method that runs it.
        function: the module or its method.
        found: the module.
        given: the streams.
        args: what the method is called with.
        state: the path; it is changed.
        site: the place of the call.
        variables: names the variables that were given.

    Returns:
        one outcome for each path through the module.
    """
    call = engine.terms.make(Kind.LINEN, kind, *(engine.term(value, state) for value in args.values()))
    outer, state.draws = state.draws, ()
    step = engine.context.stack[-1]
    given = replaced(given, call=step.site)
    if kind in INITIALISING and not INITIALISING[kind]:
        held = frozenset(value.term for value in args.values() if isinstance(value, (Key, Opaque)))
        given = replaced(given, placeholders=held)
    # The transforms around a run do not stand between it and its streams.
    with engine.within(replaced(engine.context, runs=(*engine.context.runs, given), lifts=())):
        outcomes = engine.call(function, args, state, site)
    draws = tuple(after.draws for _, after in outcomes) if engine.chosen is not Chosen.DEFAULT else ()
    engine.emit(
        ModuleRun(
            step.site,
            kind,
            f"{engine.class_name(found)}.{'__call__' if kind is RunKind.BIND else kind}",
            None if given.streams is None else tuple(given.streams),
            given.bare is not None,
            draws,
            True,
            signature(args),
            stream_places(step.site, kind),
            engine.way(),
            _by_ancestor(found, engine.program.reads),
            _by_ancestor(found, engine.program.asked),
            engine.chosen is not Chosen.CERTAIN or engine.book.uses.shapes_only,
        )
    )
    template = Use(
        (),
        UseKind.STREAM,
        f"{engine.class_name(found)}.{kind}",
        call,
        module=found.origin,
        call=call,
        variables=variables,
        initialises=kind in INITIALISING,
        built=_built(engine, found),
        derived=engine.number(),
    )
    thrown_away = kind in INITIALISING and not INITIALISING[kind]
    return [_finished(engine, outcome, given, template, outer, thrown_away) for outcome in outcomes]


def _built(engine: Engine, found: Instance) -> Term:
    """Return the plain settings that a module was built with."""
    known = [(name, value) for name, value in sorted(found.attributes.items()) if isinstance(value, Const)]
    const = engine.terms.const
    return engine.terms.make(Kind.TUPLE, *(part for name, value in known for part in (const(name), const(value.value))))


def _by_ancestor(found: Instance, streams: dict[int, set[str]]) -> tuple[set[str], ...]:
    bases = lineage.ancestors(found.cls) if isinstance(found.cls, Class) else ()
    return tuple(streams.setdefault(cls.serial, set()) for cls in bases if isinstance(cls, Class))


def _finished(
    engine: Engine, outcome: Outcome, given: Run, template: Use, outer: tuple[Draw, ...], thrown_away: bool
) -> Outcome:
    """Enter what a run drew into the ledger, and name its result.

    Of ``init`` the outputs are thrown away: a mask matters only if a variable may be made of what came through it.
    """
    value, state = outcome
    draws, state.draws = state.draws, outer
    thrown_away = thrown_away and not any(draw.stream == "*" or draw.stored for draw in draws)
    _compare_streams(engine, given, draws, template)
    result = template.call
    entered: set[Term] = set()
    for draw in draws:
        key = key_term(given.key(draw.stream))
        if key is None or draw.off or draw.unlifted or not (draw.certain and draw.random) or draw.stream in ("*", ""):
            continue
        assert result is not None
        result = engine.terms.make(Kind.DRAW, key[0], result)
        if draw.path is None or key[0] in entered or given.continues or (thrown_away and not draw.variable):
            continue
        place = LedgerKey(key[0], (draw.path, draw.counter))
        use = replaced(template, way=tuple(engine.context.stack), term=key[0], origin=key[1])
        first = state.ledger.get(place)
        if first is not None:
            if first.derived == use.derived:
                continue
            entered.add(key[0])
        engine.book.uses.consume(place, use, state)
        _note(engine, draw, use, state)
    if template.initialises or not isinstance(value, (Tuple, Const)):
        assert result is not None
        if template.variables is not None:
            result = engine.terms.make(Kind.TUPLE, result, template.variables)
        value = Opaque(engine.terms.make(Kind.RESULT, result, engine.terms.fresh("run")))
    return value, state


def _compare_streams(engine: Engine, given: Run, draws: tuple[Draw, ...], template: Use) -> None:
    """Note streams that are seeded alike and drawn from in one scope: their names are not part of what is folded."""
    made = [draw for draw in draws if draw.certain and draw.random and not draw.off and draw.path is not None]
    for index, draw in enumerate(made):
        key = key_term(given.key(draw.stream))
        for other in made[:index]:
            same = other.stream != draw.stream and other.path == draw.path and other.counter == draw.counter
            before = key_term(given.key(other.stream)) if same else None
            if key is None or before is None or key[0] is not before[0]:
                continue
            if {draw.stream, other.stream} <= set(given.streams or ()):
                _double(engine, (other, before), (draw, key), template)


def _double(
    engine: Engine, first: tuple[Draw, tuple[Term, int]], second: tuple[Draw, tuple[Term, int]], of: Use
) -> None:
    (one, (term, origin)), (two, (_, later)) = first, second
    if origin != later:
        way = tuple(engine.context.stack)
        uses = [replaced(of, way=way, term=term, origin=number, initialises=False) for number in (origin, later)]
        engine.book.uses.collide(uses[0], uses[1])
        return
    site = engine.context.stack[-1].site
    places = stream_places(site, of.label.rpartition(".")[2])
    place = places.get(two.stream, places.get("*", site))
    scope = two.layer or of.label.rpartition(".")[0]
    engine.emit(Doubled(place, one.stream, two.stream, scope, places.get(one.stream), two.site))


def _note(engine: Engine, draw: Draw, use: Use, state: State) -> None:
    """Note what is wrong with the key of a stream apart from its being used again."""
    if use.initialises:
        engine.book.uses.share(LedgerKey(use.term, SHARED), use, state)
        ignored_keys.check(engine, use.origin, use.site, initialises=True)
    if draw.variable and not use.initialises:
        return
    mapped.check(engine, use)
    if not draw.variable and not use.initialises:
        key_contract.check_layer(engine, use.term, use.origin)
        ignored_keys.check(engine, use.origin, use.site)


def stream_places(call: Site, kind: str) -> dict[str, Site]:
    """Return where in a call each stream's key stands; under ``*`` the whole argument."""
    node = call.node
    given: cst.BaseExpression | None = None
    for index, arg in enumerate(node.args if isinstance(node, cst.Call) else ()):
        named = arg.keyword is not None and arg.keyword.value == "rngs"
        if named or (index == 0 and arg.keyword is None and not arg.star and kind in INITIALISING):
            given = arg.value
    if given is None:
        return {}
    places = {"*": Site(given, call.chunk)}
    for element in given.elements if isinstance(given, cst.Dict) else ():
        if isinstance(element, cst.DictElement) and isinstance(element.key, cst.SimpleString):
            places[str(element.key.evaluated_value)] = Site(element.value, call.chunk)
    return places


def signature(args: Args) -> tuple[bool, ...]:
    """Return for each argument whether it is a known constant."""
    return tuple(isinstance(value, Const) for value in args.values())
