"""Conditions: which way a path can go, given the ways it has gone before."""

from __future__ import annotations

from collections.abc import Sequence
from operator import is_
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import NESTING_TIMELESS
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Bound,
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
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.paths import facts as facts_of

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.paths.naming import Naming
    from flake8_flax_rng.interpreter.paths.state import Facts, State

_NEVER_NONE = (Key, Keys, Tuple, Function, Class, Bound, Native, Partial, Wrapped, Symbol)
SOME = "some"
"""Label of unknown values that are certainly not None."""

EITHER = "either"
"""Label of unknown values that are one thing on one path and another on another, or None."""

_OF_ARITHMETIC = frozenset(
    {Kind.DRAW, Kind.MADE, Kind.OP, Kind.MINUS, Kind.UNARY, Kind.FORMAT, Kind.CHAIN}
    | {Kind.NOT, Kind.EQUAL, Kind.LESS, Kind.GREATER, Kind.IN}
)
_OF_NO_PARTS = frozenset({Kind.CONST, Kind.FRESH})
_MIRRORED = {">": "<", "<=": ">=", "<": ">", ">=": "<="}


def branch(naming: Naming, value: Value, state: State) -> list[tuple[bool, State]]:
    """Return the ways that a path can go at a condition.

    Args:
        naming: gives terms to values.
        value: the condition's value.
        state: the path; it is changed.

    Returns:
        the truth and the path for each way that does not contradict what the path has assumed.
    """
    known = truth(value, state)
    if known is not None:
        return [(known, state)]
    term, positive = _stripped(naming.term(value, state))
    term = timeless(naming, term)
    yes: list[Facts] = []
    no: list[Facts] = []
    for facts in state.assumed:
        decided = facts_of.decided(naming, term, facts)
        if decided is not False:
            yes.append(facts if decided else facts_of.extended(naming, term, True, facts))
        if decided is not True:
            no.append(facts if decided is False else facts_of.extended(naming, term, False, facts))
    other = state.fork() if yes and no else state
    ways: list[tuple[bool, State]] = []
    if yes:
        state.assumed = tuple(yes)
        ways.append((positive, state))
    if no:
        other.assumed = tuple(no)
        ways.append((not positive, other))
    return sorted(ways, key=lambda way: not way[0])


def assume(naming: Naming, value: Value, wanted: bool, state: State) -> State | None:
    """Return the path on which a condition holds or fails, None when there is none."""
    for held, path in branch(naming, value, state):
        if held is wanted:
            return path
    return None


def take_as_some(naming: Naming, value: Opaque, state: State) -> None:
    """Go on as if an unknown value were not None, unless the path has assumed that it is."""
    is_none = Opaque(naming.terms.make(Kind.EQUAL, value.term, naming.terms.const(None)))
    path = assume(naming, is_none, False, state.fork())
    if path is not None:
        state.assumed = path.assumed


def certainly_one(naming: Naming, limits: Sequence[Term | None], state: State) -> bool:
    """Return whether a path has assumed that one of some numbers is at most 1: a loop of no more passes has one."""
    return any(limit is not None and _at_most_one(naming, limit, state) for limit in limits)


def _at_most_one(naming: Naming, count: Term, state: State) -> bool:
    one = naming.terms.make(Kind.EQUAL, count, naming.terms.const(1))
    more = naming.terms.make(Kind.GREATER, count, naming.terms.const(1))
    return all(
        facts_of.decided(naming, one, facts) is True or facts_of.decided(naming, more, facts) is False
        for facts in state.assumed
    )


def truth(value: Value, state: State) -> bool | None:
    """Return a value's truth if it is certain."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Tuple):
        return bool(value.items)
    if isinstance(value, (Function, Class, Bound, Native, Partial, Wrapped, Key)):
        return True
    if isinstance(value, Ref):
        found = state.heap.get(value.address)
        if isinstance(found, ListObject) and (found.complete or found.items):
            return bool(found.items)
        if isinstance(found, DictObject) and (found.complete or found.entries):
            return bool(found.entries)
        if isinstance(found, Instance):
            return True
    return None


def negated(naming: Naming, value: Value, state: State) -> Value:
    """Return the value of ``not value``."""
    known = truth(value, state)
    if known is not None:
        return Const(not known)
    return Opaque(_not(naming, naming.term(value, state)))


def compared(naming: Naming, operator: str, left: Value, right: Value, state: State) -> Value:
    """Return the value of a comparison."""
    if operator in ("!=", "is not", "not in"):
        positive = {"!=": "==", "is not": "is", "not in": "in"}[operator]
        return negated(naming, compared(naming, positive, left, right, state), state)
    known = _compared_constants(operator, left, right)
    if known is None and operator in ("is", "==") and right == NONE:
        known = _is_none(left, state)
    if known is None and operator == "in" and isinstance(left, Const):
        known = _contained(left, right, state)
    if known is None and operator == "in" and _present(naming, left, right, state):
        known = True
    if known is not None:
        return Const(known)
    return _opaque_comparison(naming, operator, left, right, state)


def _opaque_comparison(naming: Naming, operator: str, left: Value, right: Value, state: State) -> Value:
    ours, theirs = naming.term(left, state), naming.term(right, state)
    turn = _turn_decides(operator, left, right)
    if turn is not None:
        return Const(turn)
    make = naming.terms.make
    if operator in ("is", "=="):
        if ours is theirs and not ours.draws:
            return Const(True)
        if theirs.kind is not Kind.CONST and (ours.kind is Kind.CONST or ours.number > theirs.number):
            ours, theirs = theirs, ours
        return Opaque(make(Kind.EQUAL, ours, theirs))
    if operator in _MIRRORED and ours.kind is Kind.CONST:
        ours, theirs, operator = theirs, ours, _MIRRORED[operator]
    if operator in ("<=", ">"):
        positive = make(Kind.GREATER, ours, theirs)
        return Opaque(positive if operator == ">" else _not(naming, positive))
    if operator in ("<", ">="):
        positive = make(Kind.LESS, ours, theirs)
        return Opaque(positive if operator == "<" else _not(naming, positive))
    return Opaque(make(Kind.IN, ours, theirs))


def _turn_decides(operator: str, left: Value, right: Value) -> bool | None:
    """Decide a comparison of a loop variable that tells the first two passes apart."""
    if not (isinstance(left, Opaque) and left.known is not None and isinstance(right, Const)):
        return None
    if not isinstance(right.value, int) or isinstance(right.value, bool):
        return None
    base = left.term.turn
    first = left.known if base is None else left.known - base
    answers = [_compared_constants(operator, Const(turn), right) for turn in (first, first + 1)]
    if answers[0] is answers[1] and not (operator == "==" and left.known == right.value):
        return None
    return _compared_constants(operator, Const(left.known), right)


def _compared_constants(operator: str, left: Value, right: Value) -> bool | None:
    if not (isinstance(left, Const) and isinstance(right, Const)):
        return None
    a, b = left.value, right.value
    if operator in ("==", "is"):
        return a == b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}.get(operator)
    if operator == "in" and isinstance(a, str) and isinstance(b, str):
        return a in b
    return None


def lacks_an_argument(state: State) -> bool:
    """Return whether a path has assumed that an argument, or an attribute, is None: no caller in sight says so."""
    return all(any(_is_missing(fact, held) for fact, held in facts.items()) for facts in state.assumed)


def _is_missing(fact: Term, held: bool) -> bool:
    if fact.kind is Kind.EQUAL and fact.left is not None and fact.right is not None:
        none = fact.right.kind is Kind.CONST and fact.right.value is None
        return held and none and fact.left.kind in (Kind.PARAMETER, Kind.ATTRIBUTE)
    return False


def never_none(value: Value | None, state: State) -> bool:
    """Return whether a value is certainly not None."""
    if value is None:
        return False
    if isinstance(value, Opaque) and all(facts_of.ordered(value.term, facts) for facts in state.assumed):
        return True
    return _is_none(value, state) is False


def _is_none(value: Value, state: State) -> bool | None:
    if isinstance(value, Const):
        return value.value is None
    if isinstance(value, Opaque) and _computed(value.term):
        return False
    if isinstance(value, _NEVER_NONE) or (isinstance(value, Ref) and value.address in state.heap):
        return False
    return None


def _computed(term: Term) -> bool:
    """Return whether a value is the result of arithmetic, a draw or an array function."""
    if term.kind is Kind.PURE:
        return str(term.function).startswith(("jax.", "numpy."))
    if term.kind is Kind.FRESH:
        return term.label == SOME
    return term.kind in _OF_ARITHMETIC


def _present(naming: Naming, item: Value, container: Value, state: State) -> bool:
    """Return whether a dict got an entry under this very key before."""
    found = state.heap.get(container.address) if isinstance(container, Ref) else None
    return isinstance(found, DictObject) and naming.term(item, state) in found.present


def _contained(item: Const, container: Value, state: State) -> bool | None:
    found = state.heap.get(container.address) if isinstance(container, Ref) else None
    if isinstance(found, DictObject):
        if found.get(item) is not None:
            return True
        return False if found.complete else None
    items = container.items if isinstance(container, Tuple) else None
    if isinstance(found, ListObject) and found.complete:
        items = found.items
    if items is None:
        return None
    if item in items:
        return True
    return False if all(isinstance(other, Const) for other in items) else None


def _not(naming: Naming, term: Term) -> Term:
    if term.kind is Kind.NOT and term.operand is not None:
        return term.operand
    return naming.terms.make(Kind.NOT, term)


def _stripped(term: Term) -> tuple[Term, bool]:
    positive = True
    while term.kind is Kind.NOT:
        assert term.operand is not None
        term, positive = term.operand, not positive
    return term, positive


def timeless(naming: Naming, term: Term) -> Term:
    """Return a condition without the number that keeps calls and versions apart.

    Two calls of an unknown function may well answer alike; assuming so can only make the analysis
    more silent, because it leaves paths out.
    """
    found = naming.terms.timeless.get(term)
    if found is None:
        found = naming.terms.timeless[term] = _timeless(naming, term, 0, {})
    return found


def _timeless(naming: Naming, term: Term, depth: int, known: dict[tuple[Term, int], Term]) -> Term:
    if depth > NESTING_TIMELESS or term.kind in _OF_NO_PARTS:
        return term
    found = known.get((term, depth))
    if found is None:
        found = known[term, depth] = _without_number(naming, term, depth, known)
    return found


def _without_number(naming: Naming, term: Term, depth: int, known: dict[tuple[Term, int], Term]) -> Term:
    args = term.args
    last = term.part(len(args) - 1)
    kind = term.kind
    if kind is Kind.CALL and last is not None and last.kind is Kind.FRESH:
        args = args[:-1]
    parts = [_timeless(naming, part, depth + 1, known) if type(part) is Term else part for part in args]
    if kind is Kind.ATTRIBUTE:
        parts = parts[:2]
    if len(parts) == len(term.args) and all(map(is_, parts, term.args)):
        return term
    return naming.terms.make(term.kind, *parts)
