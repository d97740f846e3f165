"""Conditions: which way a path can go, given the ways it has gone before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.terms import Term
from flake8_flax_rng.interpreter.values import (
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

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.engine import Engine
    from flake8_flax_rng.interpreter.state import Facts, State
    from flake8_flax_rng.interpreter.terms import Atom

_NEVER_NONE = (Key, Keys, Tuple, Function, Class, Bound, Native, Partial, Wrapped, Symbol)
SOME = "some"
"""Label of unknown values that are certainly not None."""

_FACTS_KEPT = 40
_ORDERED = ("<", ">", "==")
_DISTINCT = ("const", "symbol", "member", "class")
_MIRRORED = {">": "<", "<=": ">=", "<": ">", ">=": "<="}


def branch(engine: Engine, value: Value, state: State) -> list[tuple[bool, State]]:
    """Return the ways that a path can go at a condition.

    Args:
        engine: the analysis.
        value: the condition's value.
        state: the path; it is changed.

    Returns:
        the truth and the path for each way that does not contradict what the path has assumed.
    """
    known = truth(value, state)
    if known is not None:
        return [(known, state)]
    term, positive = _stripped(engine.term(value, state))
    term = timeless(engine, term)
    yes: list[Facts] = []
    no: list[Facts] = []
    for facts in state.assumed:
        decided = _decided(engine, term, facts)
        if decided is not False:
            yes.append(facts if decided else _with(engine, term, True, facts))
        if decided is not True:
            no.append(facts if decided is False else _with(engine, term, False, facts))
    other = state.fork() if yes and no else state
    ways: list[tuple[bool, State]] = []
    if yes:
        state.assumed = tuple(yes)
        ways.append((positive, state))
    if no:
        other.assumed = tuple(no)
        ways.append((not positive, other))
    return sorted(ways, key=lambda way: not way[0])


def assume(engine: Engine, value: Value, wanted: bool, state: State) -> State | None:
    """Return the path on which a condition holds or fails, None when there is none."""
    for held, path in branch(engine, value, state):
        if held is wanted:
            return path
    return None


def truth(value: Value, state: State) -> bool | None:
    """Return a value's truth if it is certain."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Tuple):
        return bool(value.items)
    if isinstance(value, Function | Class | Bound | Native | Partial | Wrapped):
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


def negated(engine: Engine, value: Value, state: State) -> Value:
    """Return the value of ``not value``."""
    known = truth(value, state)
    if known is not None:
        return Const(not known)
    return Opaque(_not(engine, engine.term(value, state)))


def compared(engine: Engine, operator: str, left: Value, right: Value, state: State) -> Value:
    """Return the value of a comparison."""
    if operator in ("!=", "is not", "not in"):
        positive = {"!=": "==", "is not": "is", "not in": "in"}[operator]
        return negated(engine, compared(engine, positive, left, right, state), state)
    known = _compared_constants(operator, left, right)
    if known is None and operator in ("is", "==") and right == NONE:
        known = _is_none(left, state)
    if known is None and operator == "in" and isinstance(left, Const):
        known = _contained(left, right, state)
    if known is not None:
        return Const(known)
    return _opaque_comparison(engine, operator, left, right, state)


def _opaque_comparison(engine: Engine, operator: str, left: Value, right: Value, state: State) -> Value:
    ours, theirs = engine.term(left, state), engine.term(right, state)
    turn = _turn_decides(operator, left, right)
    if turn is not None:
        return Const(turn)
    make = engine.terms.make
    if operator in ("is", "=="):
        if ours is theirs:
            return Const(True)
        if theirs.kind != "const" and (ours.kind == "const" or ours.number > theirs.number):
            ours, theirs = theirs, ours
        return Opaque(make("==", ours, theirs))
    if operator in _MIRRORED and ours.kind == "const":
        ours, theirs, operator = theirs, ours, _MIRRORED[operator]
    if operator in ("<=", ">"):
        positive = make(">", ours, theirs)
        return Opaque(positive if operator == ">" else _not(engine, positive))
    if operator in ("<", ">="):
        positive = make("<", ours, theirs)
        return Opaque(positive if operator == "<" else _not(engine, positive))
    return Opaque(make(operator, ours, theirs))


def _turn_decides(operator: str, left: Value, right: Value) -> bool | None:
    """Decide a comparison of a loop variable that tells the first two passes apart."""
    if not (isinstance(left, Opaque) and left.known is not None and isinstance(right, Const)):
        return None
    if not isinstance(right.value, int) or isinstance(right.value, bool):
        return None
    base = left.term.args[-1] if left.term.kind == "item" else None
    first = left.known - base if isinstance(base, int) else left.known
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
    if isinstance(a, int | float) and isinstance(b, int | float):
        return {"<": a < b, ">": a > b, "<=": a <= b, ">=": a >= b}.get(operator)
    if operator == "in" and isinstance(a, str) and isinstance(b, str):
        return a in b
    return None


def never_none(value: Value | None, state: State) -> bool:
    """Return whether a value is certainly not None."""
    if value is None:
        return False
    if isinstance(value, Opaque) and all(_ordered(value.term, facts) for facts in state.assumed):
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
    if term.kind == "pure":
        return isinstance(term.args[0], str) and term.args[0].startswith(("jax.", "numpy."))
    if term.kind == "fresh":
        return term.args[0] == SOME
    return term.kind in ("draw", "op", "minus", "unary", "format", "not", "==", "<", ">", "in", "chain")


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


def _not(engine: Engine, term: Term) -> Term:
    inner = term.part(0)
    if term.kind == "not" and inner is not None:
        return inner
    return engine.terms.make("not", term)


def _stripped(term: Term) -> tuple[Term, bool]:
    positive = True
    while term.kind == "not":
        inner = term.part(0)
        assert inner is not None
        term, positive = inner, not positive
    return term, positive


def timeless(engine: Engine, term: Term, depth: int = 0) -> Term:
    """Return a condition without the number that keeps calls and versions apart.

    Two calls of an unknown function may well answer alike; assuming so can only make the analysis
    more silent, because it leaves paths out.
    """
    if depth > 4 or term.kind == "const":
        return term
    parts = [
        timeless(engine, part, depth + 1) if isinstance(part, Term) else part
        for part in term.args
        if not (isinstance(part, Term) and part.kind == "fresh" and term.kind == "call")
    ]
    if term.kind == "attribute":
        parts = parts[:2]
    return engine.terms.make(term.kind, *parts)


def _decided(engine: Engine, term: Term, facts: Facts) -> bool | None:
    known = facts.get(term)
    if known is not None:
        return known
    if term.kind == "==":
        return _decided_equality(engine, term, facts)
    if term.kind in ("<", ">"):
        return _decided_order(term, facts)
    if term.kind == "in":
        return _decided_membership(engine, term, facts)
    if _is_type_test(term) and any(
        held and _is_type_test(fact) and fact.args[1] is term.args[1] for fact, held in facts.items()
    ):
        return False
    none = engine.terms.make("==", term, engine.terms.const(None))
    return False if facts.get(none) is True else None


def _is_type_test(term: Term) -> bool:
    return term.kind == "pure" and term.args[0] == "isinstance" and len(term.args) > 1


def _decided_equality(engine: Engine, term: Term, facts: Facts) -> bool | None:
    subject, other = term.args
    if not isinstance(other, Term) or not isinstance(subject, Term):
        return None
    once = _once(engine, term)
    if once is not None and facts.get(once) is True:
        return False
    if other.kind not in _DISTINCT:
        return None
    if other.kind == "const" and other.args[0] is None and (facts.get(subject) is True or _ordered(subject, facts)):
        return False
    for fact, held in facts.items():
        if not held or fact.args[0] is not subject or not isinstance(fact.args[1], Term):
            continue
        if fact.kind == "==" and fact.args[1] is not other and fact.args[1].kind in _DISTINCT:
            return False
        if fact.kind == "in" and other not in (_members(fact) or (other,)):
            return False
    return _decided_order(term, facts)


def _ordered(subject: Term, facts: Facts) -> bool:
    """Return whether a value was compared by size, which None cannot be."""
    return any(fact.kind in ("<", ">") and subject in fact.args for fact in facts)


def _decided_membership(engine: Engine, term: Term, facts: Facts) -> bool | None:
    members = _members(term)
    subject = term.args[0]
    if members is None or not isinstance(subject, Term):
        return None
    answers = [_decided(engine, engine.terms.make("==", subject, member), facts) for member in members]
    if True in answers:
        return True
    return False if all(answer is False for answer in answers) else None


def _members(term: Term) -> tuple[Term, ...] | None:
    """Return the constants of ``x in (a, b)``."""
    container = term.args[1]
    if not isinstance(container, Term) or container.kind not in ("tuple", "list"):
        return None
    members = tuple(arg for arg in container.args if isinstance(arg, Term) and arg.kind in _DISTINCT)
    return members if len(members) == len(container.args) else None


def _decided_order(term: Term, facts: Facts) -> bool | None:
    """Decide a comparison with a number by what was assumed of other comparisons of the same value."""
    if any(held and fact.kind in _ORDERED and fact.args == term.args for fact, held in facts.items()):
        return False
    wanted = _number(term)
    if wanted is None:
        return _decided_last_turn(term, facts)
    known = [
        (fact.kind, number, held)
        for fact, held in facts.items()
        if fact.kind in ("<", ">", "==") and fact.args[0] is term.args[0]
        if (number := _number(fact)) is not None
    ]
    if not known:
        return None
    marks = sorted({wanted, *(number for _, number, _ in known)})
    tried = [mark + shift for mark in marks for shift in (-0.5, 0.0, 0.5)]
    possible = {
        _holds(term.kind, value, wanted)
        for value in tried
        if all(_holds(kind, value, number) is held for kind, number, held in known)
    }
    return possible.pop() if len(possible) == 1 else None


def _decided_last_turn(term: Term, facts: Facts) -> bool | None:
    """Decide ``i < n - 1`` in a loop over ``range(n)``: it fails in one pass only."""
    if not _tells_last_turn(term):
        return None
    item = term.args[0]
    assert isinstance(item, Term)
    failed = any(
        not held and _tells_last_turn(fact) and isinstance(fact.args[0], Term) and fact.args[0].args[0] == item.args[0]
        for fact, held in facts.items()
    )
    return True if failed else None


def _tells_last_turn(term: Term) -> bool:
    item, bound = term.args[0], term.args[1]
    if term.kind != "<" or not isinstance(item, Term) or not isinstance(bound, Term) or item.kind != "item":
        return False
    if bound.kind != "op" or bound.args[0] != "-" or bound.args[1] is not item.args[1]:
        return False
    one = bound.args[2]
    return isinstance(one, Term) and one.kind == "const" and one.args[0] == 1


def _holds(kind: str, value: float, number: float) -> bool:
    return {"<": value < number, ">": value > number, "==": value == number}[kind]


def _number(term: Term) -> float | None:
    right = term.args[1]
    value = right.value if isinstance(right, Term) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return None


def _once(engine: Engine, term: Term) -> Term | None:
    """Return the condition that some pass of a loop meets ``item == value``: at most one pass does."""
    subject, other = term.args
    for item, value in ((subject, other), (other, subject)):
        if not isinstance(item, Term) or not isinstance(value, Term):
            continue
        path: list[Atom] = []
        while item.kind in ("subscript", "attribute") and isinstance(item.args[0], Term):
            part = item.args[1]
            path.append(part.value if isinstance(part, Term) and part.kind == "const" else str(part))
            item = item.args[0]
        if item.kind == "item":
            return engine.terms.make("once", item.args[0], value, *path)
    return None


def _with(engine: Engine, term: Term, held: bool, facts: Facts) -> Facts:
    """Return the facts with one more."""
    more = {**facts, term: held}
    if len(more) > _FACTS_KEPT:
        more.pop(next(iter(more)))
    if held and term.kind == "==":
        once = _once(engine, term)
        if once is not None:
            more[once] = True
    if not held and term.kind == "in":
        for member in _members(term) or ():
            more[engine.terms.make("==", term.args[0], member)] = False
    return more
