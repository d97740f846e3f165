"""JAX's control flow: the passes of its loops, and the branches of its conditions."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.lifted import raw
from flake8_flax_rng.interpreter.core.models import Calls, Model
from flake8_flax_rng.interpreter.domain.budget import PASSES
from flake8_flax_rng.interpreter.domain.events import Step
from flake8_flax_rng.interpreter.domain.heap import DictObject
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Args,
    Bound,
    Class,
    Const,
    Function,
    Keys,
    Native,
    Opaque,
    Partial,
    Rows,
    Stacked,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.domain.walk import Rebuilding
from flake8_flax_rng.interpreter.jax.array_functions import known_length
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.interpreter.python.iteration import key_at, known_items
from flake8_flax_rng.semantics.jax_random import STACKING
from flake8_flax_rng.semantics.transforms import RAW_REPEATS, calling

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_COUNTING = "jax.numpy.arange"
_CALLABLE = (Function, Class, Bound, Native, Partial, Symbol, Wrapped)


def traced(model: Model) -> Model:
    """Return a model that follows what JAX traces, and what it runs more than once."""

    def follow(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
        with engine.tracing(), raw(engine, site, path) if path in RAW_REPEATS else nullcontext():
            return model(engine, path, args, state, site)

    return follow


def as_array(engine: Engine, value: Value, state: State) -> Value:
    """Return numbers as they are inside of a trace: arrays, of which Python cannot tell the value."""

    def trace(leaf: Value) -> Value:
        number = leaf.value if isinstance(leaf, Const) else None
        if isinstance(number, int) and not isinstance(number, bool):
            return Opaque(engine.terms.const(number), number)
        return leaf

    return Rebuilding(state.heap, trace, (Tuple,), engine.number).of(value)


def _scan(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    function, carry, rows = args.get(0, "f"), args.get(1, "init"), args.get(2, "xs")
    if function is None or carry is None:
        return unknown_code.unknown_call(engine, Symbol(path), args, state)
    serial = engine.number()
    paths: Outcomes = [(as_array(engine, carry, state), state)]
    count = _count(engine, args.get(4, "length"), rows, state)
    over: Outcomes = []
    for turn in range(passes(args.get(4, "length"), rows)):
        if turn:
            over = [way for way in paths if conditions.certainly_one(engine, [count], way[1])]
            paths = [way for way in paths if way not in over]
        with engine.step(Step(site, turn=turn)):
            paths = engine.merge_outcomes(
                [
                    (first_of_pair(engine, value), after)
                    for current, at in paths
                    for value, after in engine.call(
                        function, Args([current, row(engine, rows, serial, turn, at)]), at, site
                    )
                ]
            )
    return [(Tuple((value, engine.unknown("ys"))), after) for value, after in [*paths, *over]]


def _count(engine: Engine, length: Value | None, rows: Value | None, state: State) -> Term | None:
    """Return the term that names how often a scan runs: its length, or ``n`` of ``arange(n)``."""
    if length is not None and length != NONE:
        return engine.term(length, state)
    limits = _limits(rows.term) if isinstance(rows, Opaque) else []
    return limits[0] if len(limits) == 1 else None


def _limits(term: Term) -> list[Term]:
    """Return what ``arange`` is given: where to end, or where to begin, to end, and how far to step."""
    if term.function != _COUNTING:
        return []
    given = term.parts
    while given and given[-1].kind is Kind.CONST and isinstance(given[-1].value, str):
        if given.pop().value != "dtype" or not given:
            return []
        given.pop()
    return given


def _counted(term: Term, turn: int) -> int | None:
    """Return the number that ``arange`` counts in a pass, None where it is not known."""
    limits = _limits(term)
    if len(limits) == 1:
        return turn
    first, steps = (limits[0].value, limits[2:]) if limits else (None, [])
    step = steps[0].value if steps else 1
    return first + turn * step if isinstance(first, int) and isinstance(step, int) else None


def passes(length: Value | None, rows: Value | None = None) -> int:
    """Return how many passes to follow: fewer than usual where the loop is known to be shorter."""
    known = length.value if isinstance(length, Const) else known_length(rows) if rows is not None else None
    return min(PASSES, max(0, known)) if isinstance(known, int) else PASSES


def first_of_pair(engine: Engine, value: Value) -> Value:
    """Return the carry of what the body of a scan returns."""
    if isinstance(value, Tuple) and len(value.items) == 2:
        return value.items[0]
    return engine.unknown("carry")


def row(engine: Engine, rows: Value | None, serial: int, turn: int, state: State) -> Value:
    """Return what pass ``turn`` of a scan gets of ``xs``."""

    def take(leaf: Value) -> Value:
        if leaf == NONE:
            return NONE
        if isinstance(leaf, Keys):
            engine.book.read(leaf)
            return key_at(engine, leaf, turn)
        if isinstance(leaf, Stacked) and leaf.alike:
            return leaf.lane
        if isinstance(leaf, Rows) and turn < len(leaf.items):
            engine.book.read(leaf)
            return leaf.items[turn]
        number = _listed_number(leaf, turn)
        if number is not None:
            return Opaque(number, number.value if isinstance(number.value, int) else None)
        known = _counted(leaf.term, turn) if isinstance(leaf, Opaque) else None
        return Opaque(engine.terms.make(Kind.ITEM, serial, engine.term(leaf, state), turn), known)

    return NONE if rows is None else Rebuilding(state.heap, take, (Tuple, DictObject), engine.number).of(rows)


def _listed_number(array: Value, turn: int) -> Term | None:
    """Return a number out of an array that is made of numbers which the program lists."""
    listing = array.term.argument if isinstance(array, Opaque) and array.term.function in STACKING else None
    if listing is None or listing.kind not in (Kind.LIST, Kind.TUPLE) or len(listing.parts) <= turn:
        return None
    return listing.parts[turn] if listing.parts[turn].kind is Kind.CONST else None


def _fori_loop(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    lower, body, carry = args.get(0, "lower"), args.get(2, "body_fun"), args.get(3, "init_val")
    if body is None or carry is None:
        return unknown_code.unknown_call(engine, Symbol(path), args, state)
    start = lower.value if isinstance(lower, Const) and isinstance(lower.value, int) else None
    upper = args.get(1, "upper")
    last = upper.value if isinstance(upper, Const) and isinstance(upper.value, int) else None
    length = Const(last - start) if last is not None and start is not None else None
    serial = engine.number()
    count = engine.term(upper, state) if upper is not None and start == 0 else None
    paths: Outcomes = [(as_array(engine, carry, state), state)]
    over: Outcomes = []
    for turn in range(passes(length)):
        if turn:
            over = [way for way in paths if conditions.certainly_one(engine, [count], way[1])]
            paths = [way for way in paths if way not in over]
        number = None if start is None else start + turn
        index = Opaque(engine.terms.make(Kind.ITEM, serial, "range", turn), number, None if last is None else last - 1)
        with engine.step(Step(site, turn=turn)):
            paths = engine.merge_outcomes(
                [outcome for current, at in paths for outcome in engine.call(body, Args([index, current]), at, site)]
            )
    return [*paths, *over]


def _while_loop(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    test, body, carry = args.get(0, "cond_fun"), args.get(1, "body_fun"), args.get(2, "init_val")
    if test is None or body is None or carry is None:
        return unknown_code.unknown_call(engine, Symbol(path), args, state)
    paths: Outcomes = [(as_array(engine, carry, state), state)]
    for turn in range(PASSES):
        with engine.step(Step(site, turn=turn)):
            entering = [
                (current, after) for current, at in paths for _, after in engine.call(test, Args([current]), at, site)
            ]
            paths = engine.merge_outcomes(
                [
                    outcome
                    for current, at in engine.merge_outcomes(entering)
                    for outcome in engine.call(body, Args([current]), at, site)
                ]
            )
    return paths


def cond(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Follow ``cond``: one of two functions runs."""
    test = args.get(0, "pred")
    yes, no = args.get(1, "true_fun"), args.get(2, "false_fun")
    operands = args.positional[3:]
    if "operand" in args.keywords:
        operands = [args.keywords["operand"]]
    yes_operands = no_operands = operands
    if (
        len(args.positional) == 5
        and isinstance(args.positional[2], _CALLABLE)
        and isinstance(args.positional[4], _CALLABLE)
    ):
        yes, no = args.positional[2], args.positional[4]
        yes_operands, no_operands = [args.positional[1]], [args.positional[3]]
    if test is None or yes is None or no is None:
        return unknown_code.unknown_call(engine, Symbol(path), args, state)
    result: Outcomes = []
    for held, way in conditions.branch(engine, test, state):
        function, given = (yes, yes_operands) if held else (no, no_operands)
        result.extend(engine.call(function, Args(list(given)), way, site))
    _note_alternatives(engine, result)
    return engine.merge_outcomes(result)


def switch(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Follow ``switch``: one of several functions runs."""
    index, branches = args.get(0, "index"), args.get(1, "branches")
    functions = known_items(branches, state) if branches is not None else None
    if functions is None or index is None:
        return unknown_code.unknown_call(engine, Symbol(path), args, state)
    operands = args.positional[2:]
    result: Outcomes = []
    for number, function in enumerate(functions):
        chosen = conditions.compared(engine, "==", index, Const(number), state)
        way = conditions.assume(engine, chosen, True, state.fork())
        if way is not None:
            result.extend(engine.call(function, Args(list(operands)), way, site))
    _note_alternatives(engine, result)
    return engine.merge_outcomes(result)


def _associative_scan(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Follow ``associative_scan`` for one pair of elements, or of what was made of such; all others go the same way."""
    function, elements = args.get(0, "fn"), args.get(1, "elems")
    if function is None or elements is None:
        return None
    serial = engine.number()
    pair = [row(engine, elements, serial, turn, state) for turn in range(PASSES)]
    outcomes = engine.call(function, Args(pair), state, site)
    made = engine.terms.make(Kind.PURE, path, engine.term(elements, state))
    return [(Opaque(made), after) for _, after in outcomes]


def _note_alternatives(engine: Engine, outcomes: Outcomes) -> None:
    """Note that of what several functions return one is taken, and so of what was drawn for them before."""
    if len(outcomes) > 1:
        engine.book.signs.selections.alternate([engine.term(value, after) for value, after in outcomes])


CALLS = (
    Calls(traced(_scan), calling("scan")),
    Calls(traced(_fori_loop), calling("fori_loop")),
    Calls(traced(_while_loop), calling("while_loop")),
    Calls(traced(cond), calling("cond")),
    Calls(traced(switch), calling("switch")),
    Calls(traced(_associative_scan), calling("associative_scan")),
)
