"""Guards: conditions under which a value counts, because it is chosen by them or multiplied with them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.paths.facts import decided
from flake8_flax_rng.semantics.comparisons import ALL_OF, ANY_OF, NOT_OF, last_name, says_equal

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.naming import Naming

_COMPARISONS = (Kind.EQUAL, Kind.LESS, Kind.GREATER, Kind.IN, Kind.NOT)
_TWO_VALUED = "jax.random.bernoulli"
_ONE_HOT = "one_hot"
_CASTS = frozenset({"astype", "asarray", "array", "float32", "int32", "float", "int", "bool"})
_TOGETHER = {True: {"BitAnd", *ALL_OF}, False: {"BitOr", *ANY_OF}}
"""What holds, or fails, where both its parts do."""


class Guard(NamedTuple):
    """A condition under which a value counts.

    Args:
        condition: the condition.
        held: whether it must hold, rather than fail.
    """

    condition: Term
    held: bool


def guards_in(factor: Term) -> Iterator[Guard]:
    """Go through the conditions that a factor of a product stands for: ``(x > 0)``, ``1 - (x > 0)``."""
    factor = _uncast(factor)
    if factor.sign == "-" and factor.left is not None and factor.right is not None:
        if factor.left.value == 1 and _is_condition(inner := _uncast(factor.right)):
            yield Guard(inner, False)
    elif _is_condition(factor):
        yield Guard(factor, True)


def one_hot_index(factor: Term) -> Term | None:
    """Return the index of the row that a factor leaves: that of a one-hot vector; None of any other factor."""
    while factor.kind is Kind.PART and factor.owner is not None:
        factor = factor.owner  # a vector with another axis, ``one_hot(i, n)[:, None]``
    factor = _uncast(factor)
    return factor.argument if last_name(factor.function or "") == _ONE_HOT else None


def following(condition: Term, held: bool) -> Iterator[Guard]:
    """Go through a condition and those that must hold, or fail, with it."""
    waiting = [Guard(condition, held)]
    for guard in waiting:
        yield guard
        term = guard.condition
        name = last_name(term.function or "")
        if term.kind in (Kind.NOT, Kind.UNARY) or name in NOT_OF:
            waiting.extend(Guard(part, not guard.held) for part in term.parts)
        elif not {term.sign, name}.isdisjoint(_TOGETHER[guard.held]):
            waiting.extend(Guard(part, guard.held) for part in term.parts)


def certain(guards: set[Guard]) -> set[Guard]:
    """Return the conditions under which a value counts, without those that it counts with as well as without."""
    return {guard for guard in guards if Guard(guard.condition, not guard.held) not in guards}


def exclude(naming: Naming, one: Guard, other: Guard) -> bool:
    """Return whether two conditions never hold in one place."""
    if any(
        isinstance(guard.condition.value, bool) and guard.condition.value is not guard.held for guard in (one, other)
    ):
        return True
    if one.condition is other.condition:
        return one.held is not other.held
    follows = decided(naming, other.condition, {one.condition: one.held})
    return follows is not None and follows is not other.held


def _is_condition(term: Term) -> bool:
    if term.kind in _COMPARISONS or isinstance(term.value, bool):
        return True
    if term.kind is Kind.UNARY or term.sign in ("BitAnd", "BitOr", "BitXor"):
        return all(map(_is_condition, term.parts))
    if term.kind is Kind.DRAW:
        return term.arguments[:1] == (_TWO_VALUED,)
    name = last_name(term.function or "")
    return name in ALL_OF | ANY_OF | NOT_OF or says_equal(name) is not None


def _uncast(term: Term) -> Term:
    """Return a condition without the function that makes numbers of it."""
    name, inner = last_name(term.function or ""), term.argument
    if term.callee is not None and term.callee.kind is Kind.ATTRIBUTE:
        name, inner = term.callee.name or "", term.callee.owner
    return inner if name in _CASTS and inner is not None else term
