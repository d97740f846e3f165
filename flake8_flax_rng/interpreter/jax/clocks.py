"""Seeds that are read off a clock: what stays the same for a whole second is one seed for many passes of a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term
from flake8_flax_rng.semantics import clocks as table

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Atom

_SECOND = 1
_NANOSECONDS = 10**9


def in_seconds(engine: Engine, term: Term) -> Term:
    """Return a seed with equal terms for all that a clock shows within one second.

    Args:
        engine: the analysis.
        term: the seed.

    Returns:
        the term itself where no such clock is in it.
    """
    shown = _shown(term)
    if shown is not None:
        return engine.terms.make(Kind.PURE, *shown)
    if term.function in table.ROUNDING and term.argument is not None:
        inner = in_seconds(engine, term.argument)
        return inner if inner is not term.argument else term
    if term.kind is Kind.OP and term.left is not None and term.right is not None:
        parts = [in_seconds(engine, part) for part in (term.left, term.right)]
        return engine.terms.make(Kind.OP, term.sign, *parts) if parts != [term.left, term.right] else term
    return term


def _shown(term: Term) -> tuple[Atom, ...] | None:
    """Return what names a whole number that a clock shows for a second or longer, None for all else."""
    owner = term.owner
    if term.kind is Kind.ATTRIBUTE and owner is not None and owner.function in table.CALENDARS:
        return (owner.function, term.name) if term.name in table.FIELDS else None
    if term.function in table.OF_A_CALENDAR and term.argument is not None:
        calendar = term.argument.function
        return (calendar, term.function) if calendar in table.CALENDARS else None
    if term.function in table.ROUNDING and term.argument is not None:
        return _rounded(term.argument)
    if term.sign == "//" and term.left is not None and term.right is not None:
        return _counted(term.left, term.right.value)
    return None


def _rounded(term: Term) -> tuple[Atom, ...] | None:
    """Return what names seconds, or a text of digits, that are made a whole number."""
    text = _written(term)
    if text is not None:
        return text
    if term.sign == "/" and term.left is not None and term.right is not None:
        return _counted(term.left, term.right.value)
    return _counted(term, _SECOND)


def _counted(term: Term, unit: Atom) -> tuple[Atom, ...] | None:
    """Return what names a count of seconds, or of a longer unit."""
    if not isinstance(unit, (int, float)):
        return None
    if term.function in table.SECONDS and unit >= _SECOND:
        return term.function, unit
    if term.function in table.NANOSECONDS and unit >= _NANOSECONDS:
        return term.function, unit
    made = _method(term, "timestamp")
    return (made.function, unit) if made is not None and unit >= _SECOND else None


def _written(term: Term) -> tuple[Atom, ...] | None:
    """Return what names the text of a time, to the second at best."""
    shape = term.argument
    if term.function == table.WRITTEN and shape is not None:
        return (term.function, shape.value) if isinstance(shape.value, str) else None
    made = _method(term, "strftime")
    if made is None or shape is None or not isinstance(shape.value, str) or table.FRACTION in shape.value:
        return None
    return made.function, shape.value


def _method(term: Term, name: str) -> Term | None:
    """Return the time of a calendar whose method is called, None where it is no such call."""
    callee = term.callee if term.kind is Kind.CALL else None
    owner = callee.owner if callee is not None and callee.name == name else None
    return owner if owner is not None and owner.function in table.CALENDARS else None
