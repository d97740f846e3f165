"""Two values on either side of one: ``g`` and ``-g``, ``x + e`` and ``x - e``, as differences are taken of."""

from __future__ import annotations

from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term
from flake8_flax_rng.interpreter.domain.values import Const, Opaque, Value

_SIGNS = frozenset({"+", "-"})


def are_mirrored(one: Value, other: Value) -> bool:
    """Return whether two values lie on either side of a third, or of zero."""
    if isinstance(one, Const) and isinstance(other, Const):
        return _is_number(one) and _is_number(other) and one.value == -other.value != 0  # type: ignore[operator]
    return isinstance(one, Opaque) and isinstance(other, Opaque) and _terms_are_mirrored(one.term, other.term)


def _is_number(value: Const) -> bool:
    return isinstance(value.value, (int, float)) and not isinstance(value.value, bool)


def _terms_are_mirrored(one: Term, other: Term) -> bool:
    if Kind.MINUS in (one.kind, other.kind):
        return other in one.parts or one in other.parts
    signs = {str(term.args[0]) for term in (one, other) if term.kind is Kind.OP}
    return signs == _SIGNS and one.parts == other.parts
