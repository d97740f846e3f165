"""Facts: what follows from the conditions that a path has taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import FACTS_KEPT
from flake8_flax_rng.interpreter.domain.terms import Term

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.terms import Atom
    from flake8_flax_rng.interpreter.paths.naming import Naming
    from flake8_flax_rng.interpreter.paths.state import Facts

_ORDERED = ("<", ">", "==")
_DISTINCT = ("const", "symbol", "member", "class")


def decided(naming: Naming, term: Term, facts: Facts) -> bool | None:
    """Return the truth of a condition if it follows from what was assumed."""
    known = facts.get(term)
    if known is not None:
        return known
    if term.kind == "==":
        return _decided_equality(naming, term, facts)
    if term.kind in ("<", ">"):
        return _decided_order(term, facts)
    if term.kind == "in":
        return _decided_membership(naming, term, facts)
    if _is_type_test(term) and any(
        held and _is_type_test(fact) and fact.args[1] is term.args[1] for fact, held in facts.items()
    ):
        return False
    none = naming.terms.make("==", term, naming.terms.const(None))
    return False if facts.get(none) is True else None


def _is_type_test(term: Term) -> bool:
    return term.kind == "pure" and term.args[0] == "isinstance" and len(term.args) > 1


def _decided_equality(naming: Naming, term: Term, facts: Facts) -> bool | None:
    subject, other = term.args
    if not isinstance(other, Term) or not isinstance(subject, Term):
        return None
    if subject is other:
        return True
    once = _once(naming, term)
    if once is not None and facts.get(once) is True:
        return False
    if other.kind not in _DISTINCT:
        return None
    if other.kind == "const" and other.args[0] is None and (facts.get(subject) is True or ordered(subject, facts)):
        return False
    for fact, held in facts.items():
        if not held or fact.kind not in ("==", "in") or fact.args[0] is not subject:
            continue
        if not isinstance(fact.args[1], Term):
            continue
        if fact.kind == "==" and fact.args[1] is not other and fact.args[1].kind in _DISTINCT:
            return False
        if fact.kind == "in" and other not in (_members(fact) or (other,)):
            return False
    return _decided_order(term, facts)


def ordered(subject: Term, facts: Facts) -> bool:
    """Return whether a value was compared by size, which None cannot be."""
    return any(fact.kind in ("<", ">") and subject in fact.args for fact in facts)


def _decided_membership(naming: Naming, term: Term, facts: Facts) -> bool | None:
    members = _members(term)
    subject = term.args[0]
    if members is None or not isinstance(subject, Term):
        return None
    answers = [decided(naming, naming.terms.make("==", subject, member), facts) for member in members]
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
        if fact.kind in ("<", ">", "==") and fact.part(0) is term.args[0]
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
    item, bound = term.part(0), term.part(1)
    if term.kind != "<" or item is None or bound is None or item.kind != "item":
        return False
    if bound.kind != "op" or bound.args[0] != "-" or bound.part(1) is None or bound.part(1) is not item.part(1):
        return False
    one = bound.part(2)
    return one is not None and one.kind == "const" and one.args[0] == 1


def _holds(kind: str, value: float, number: float) -> bool:
    return {"<": value < number, ">": value > number, "==": value == number}[kind]


def _number(term: Term) -> float | None:
    right = term.args[1]
    value = right.value if isinstance(right, Term) else None
    if isinstance(value, int | float) and not isinstance(value, bool):
        return float(value)
    return None


def _once(naming: Naming, term: Term) -> Term | None:
    """Return the condition that some pass of a loop meets ``item == value``: at most one pass does."""
    subject, other = term.args
    for item, value in ((subject, other), (other, subject)):
        if not isinstance(item, Term) or not isinstance(value, Term):
            continue
        path: list[Atom | Term] = []
        while item.kind in ("subscript", "attribute") and isinstance(item.args[0], Term):
            part = item.args[1]
            path.append(part.value if isinstance(part, Term) and part.kind == "const" else part)
            item = item.args[0]
        if item.kind == "item":
            return naming.terms.make("once", item.args[0], value, *path)
    return None


def extended(naming: Naming, term: Term, held: bool, facts: Facts) -> Facts:
    """Return the facts with one more."""
    more = {**facts, term: held}
    if len(more) > FACTS_KEPT:
        more.pop(next(iter(more)))
    if held and term.kind == "==":
        once = _once(naming, term)
        if once is not None:
            more[once] = True
    if not held and term.kind == "in":
        for member in _members(term) or ():
            more[naming.terms.make("==", term.args[0], member)] = False
    return more
