"""Facts: what follows from the conditions that a path has taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import FACTS_KEPT, PARTS_READ
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term
from flake8_flax_rng.semantics.comparisons import BOTH_OF, EITHER_OF

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.terms import Atom
    from flake8_flax_rng.interpreter.paths.naming import Naming
    from flake8_flax_rng.interpreter.paths.state import Facts

_ORDERED = frozenset({Kind.LESS, Kind.GREATER, Kind.EQUAL})
_BY_SIZE = frozenset({Kind.LESS, Kind.GREATER})
_DISTINCT = frozenset({Kind.CONST, Kind.SYMBOL, Kind.MEMBER, Kind.CLASS})
_SIGNED = frozenset({Kind.OP, Kind.SUM})
_HELD = frozenset({Kind.SUBSCRIPT, Kind.ATTRIBUTE})
_JOINING = {**dict.fromkeys(EITHER_OF, False), **dict.fromkeys(BOTH_OF, True), "BitAnd": True, "BitOr": False}


def decided(naming: Naming, term: Term, facts: Facts) -> bool | None:
    """Return the truth of a condition if it follows from what was assumed."""
    known = bool(term.value) if term.kind is Kind.CONST else facts.get(term)
    if known is not None:
        return known
    if term.kind is Kind.EQUAL:
        return _decided_equality(naming, term, facts)
    if term.kind in _BY_SIZE:
        return _decided_order(term, facts)
    if term.kind is Kind.IN:
        return _decided_membership(naming, term, facts)
    joins = _joins(term)
    if joins is not None:
        return _decided_together(naming, term, joins, facts)
    if _is_type_test(term) and any(
        held and _is_type_test(fact) and fact.arguments[0] is term.arguments[0] for fact, held in facts.items()
    ):
        return False
    none = naming.terms.make(Kind.EQUAL, term, naming.terms.const(None))
    return False if facts.get(none) is True else None


def _joins(term: Term) -> bool | None:
    """Return whether a condition holds where all of its operands hold, or fails where all of them fail."""
    kind = term.kind
    if kind in _SIGNED:
        return _JOINING.get(term.sign or "")
    return _JOINING.get(term.function or "") if kind is Kind.PURE else None


def _consequences(term: Term, held: bool) -> list[tuple[Term, bool]]:
    """Return the conditions that hold or fail where this one does, the condition itself where it is not joined."""
    found: list[tuple[Term, bool]] = []
    pending = [(term, held)]
    for current, wanted in pending:
        if current.kind is Kind.NOT:
            pending.extend((part, not wanted) for part in current.parts)
        elif _joins(current) is wanted and len(pending) <= PARTS_READ:
            pending.extend((part, wanted) for part in current.parts)
        else:
            found.append((current, wanted))
    return found


def _decided_together(naming: Naming, term: Term, joins: bool, facts: Facts) -> bool | None:
    """Decide ``a & b`` by its operands: it holds if both do; ``a | b`` fails if both do."""
    operands = [(part, wanted) for part, wanted in _consequences(term, joins) if part is not term]
    answers = [None if _joins(part) is not None else decided(naming, part, facts) for part, _ in operands]
    if any(answer is (not wanted) for answer, (_, wanted) in zip(answers, operands, strict=True)):
        return not joins
    met = all(answer is wanted for answer, (_, wanted) in zip(answers, operands, strict=True))
    return joins if met and operands else None


def _is_type_test(term: Term) -> bool:
    return term.function == "isinstance" and len(term.arguments) > 0


def _of_a_name(fact: Term) -> bool:
    """Return whether a fact is about what a name or an attribute stands for: a flag, or one that is compared."""
    if fact.kind is Kind.EQUAL:
        return (
            fact.left is not None and fact.right is not None and fact.right.kind in _DISTINCT and _of_a_name(fact.left)
        )
    return fact.kind in (Kind.PARAMETER, Kind.NAME, Kind.ONCE) or (
        fact.kind is Kind.ATTRIBUTE and fact.owner is not None and fact.owner.kind in (Kind.PARAMETER, Kind.OBJECT)
    )


def _decided_equality(naming: Naming, term: Term, facts: Facts) -> bool | None:
    subject, other = term.left, term.right
    if other is None or subject is None:
        return None
    if subject is other:
        return True
    once = _once(naming, term)
    if once is not None and facts.get(once) is True:
        return False
    if other.kind not in _DISTINCT:
        return None
    if other.kind is Kind.CONST and other.value is None and (facts.get(subject) is True or ordered(subject, facts)):
        return False
    for fact, held in facts.items():
        if not held or fact.kind not in (Kind.EQUAL, Kind.IN) or fact.left is not subject:
            continue
        known = fact.right
        if known is None:
            continue
        if fact.kind is Kind.EQUAL and known is not other and known.kind in _DISTINCT:
            return False
        if fact.kind is Kind.IN and other not in (_members(fact) or (other,)):
            return False
    return _decided_order(term, facts)


def ordered(subject: Term, facts: Facts) -> bool:
    """Return whether a value was compared by size, which None cannot be."""
    return any(fact.kind in _BY_SIZE and subject in fact.args for fact in facts)


def _decided_membership(naming: Naming, term: Term, facts: Facts) -> bool | None:
    members = _members(term)
    subject = term.left
    if members is None or subject is None:
        return None
    answers = [decided(naming, naming.terms.make(Kind.EQUAL, subject, member), facts) for member in members]
    if True in answers:
        return True
    return False if all(answer is False for answer in answers) else None


def _members(term: Term) -> tuple[Term, ...] | None:
    """Return the constants of ``x in (a, b)``."""
    container = term.right
    if container is None or container.kind not in (Kind.TUPLE, Kind.LIST):
        return None
    members = tuple(item for item in container.parts if item.kind in _DISTINCT)
    return members if len(members) == len(container.items) else None


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
        if fact.kind in _ORDERED and fact.left is term.left
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
    assert term.left is not None
    loop = term.left.source
    failed = any(
        not held and _tells_last_turn(fact) and fact.left is not None and fact.left.source == loop
        for fact, held in facts.items()
    )
    return True if failed else None


def _tells_last_turn(term: Term) -> bool:
    item, bound = term.left, term.right
    if term.kind is not Kind.LESS or item is None or bound is None or item.kind is not Kind.ITEM:
        return False
    if bound.sign != "-" or bound.left is None or bound.left is not item.iterable:
        return False
    return bound.right is not None and bound.right.value == 1


def _holds(kind: Kind, value: float, number: float) -> bool:
    return {Kind.LESS: value < number, Kind.GREATER: value > number, Kind.EQUAL: value == number}[kind]


def _number(term: Term) -> float | None:
    value = term.right.value if term.right is not None else None
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return None


def _once(naming: Naming, term: Term) -> Term | None:
    """Return the condition that some pass of a loop meets ``item == value``: at most one pass does."""
    left, right = term.left, term.right
    if left is None or right is None:
        return None
    for item, value in ((left, right), (right, left)):
        path: list[Atom | Term] = []
        while item.kind in _HELD and item.owner is not None:
            part = item.index if item.kind is Kind.SUBSCRIPT else item.name
            path.append(part.value if isinstance(part, Term) and part.kind is Kind.CONST else part)
            item = item.owner
        if item.kind is Kind.ITEM:
            return naming.terms.make(Kind.ONCE, item.source, value, *path)
    return None


def extended(naming: Naming, term: Term, held: bool, facts: Facts) -> Facts:
    """Return the facts with one more."""
    more = {**facts, term: held}
    if len(more) > FACTS_KEPT:
        # What a flag is decides more than what was asserted of shapes and sizes, of which there may be a lot.
        more.pop(next((fact for fact in more if not _of_a_name(fact)), next(iter(more))))
    for part, wanted in _consequences(term, held):
        more[part] = wanted
        _follow(naming, part, wanted, more)
    return more


def _follow(naming: Naming, term: Term, held: bool, more: dict[Term, bool]) -> None:
    """Add what follows from a condition that holds or fails."""
    if held and term.kind is Kind.EQUAL:
        once = _once(naming, term)
        if once is not None:
            more[once] = True
    if not held and term.kind is Kind.IN:
        for member in _members(term) or ():
            more[naming.terms.make(Kind.EQUAL, term.left, member)] = False
