"""Arithmetic that says why a key is used twice: what is mirrored, or subtracted, or undoes what was done before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term, parts
from flake8_flax_rng.interpreter.intent.compared_values import Pair
from flake8_flax_rng.semantics.jax_random import COPYING, FLIPPING, ORDERING, STACKING
from flake8_flax_rng.semantics.transforms import ROLLING, SELECTING, SORTING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Step, Use
    from flake8_flax_rng.interpreter.paths.naming import Naming

_MATRIX_PRODUCT = "MatrixMultiply"
_INVERSE = {"+": "-", "-": "+", "*": "/", "/": "*"}

Way = tuple["Step", ...]
"""The calls and loops that lead to a place."""


class Arithmetic:
    """What one analysis knows of sums and products of draws.

    Args:
        naming: gives terms to values.
    """

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._repeated: set[Term] = set()
        self._negated: dict[Term, list[Way]] = {}
        self._mirrored: set[Term] = set()
        self._subtracted: dict[tuple[Term, Term], Pair] = {}
        self._undone: set[frozenset[Term | None]] = set()

    # -- told by the interpreter -----------------------------------------------------------------

    def repeat(self, key: Term) -> None:
        """Note that a key was used a second time."""
        self._repeated.add(key)

    def negate(self, value: Term, way: Way) -> None:
        """Note that a value was negated, and the way to there: if it was drawn, it is one of an antithetic pair."""
        drawn = [factor for factor in _factors(value) if factor.kind is Kind.DRAW]
        if len(drawn) == 1:
            self._negated.setdefault(drawn[0], []).append(way)

    def note(self, sign: str, left: Term, right: Term, way: Way) -> None:
        """Note a sum, difference or product of values of which one was drawn.

        Args:
            sign: the operator.
            left: the left operand.
            right: the right operand.
            way: the calls and loops that led there.
        """
        if sign == "*":
            self._multiply([*_factors(left), *_factors(right)], way)
        elif sign == "-" and left.kind is Kind.CONST:
            self.negate(right, way)
        if sign in ("+", "-") and right.draws:
            self._step(sign, left, right, way)
        if sign == "-" and left.draws & right.draws & self._repeated:
            self._subtracted[left, right] = Pair(left, right)
        if left.draws & right.draws:
            self._undo(sign, left, right)

    def _multiply(self, factors: list[Term], way: Way) -> None:
        """Note what is mirrored: ``-scale * draw``, in some passes or lanes only if the sign is an item of theirs."""
        drawn = [factor for factor in factors if factor.kind is Kind.DRAW]
        if len(drawn) != 1:
            return
        if sum(map(_is_negative, factors)) % 2:
            self.negate(drawn[0], way)
        if any(map(_is_lane_of_signs, factors)):
            self._mirrored.add(drawn[0])

    def _step(self, sign: str, centre: Term, step: Term, way: Way) -> None:
        """Note a step in both directions from one point: ``x + scale * draw`` and ``x - scale * draw``."""
        drawn = [factor for factor in _factors(step) if factor.kind is Kind.DRAW]
        if drawn and self._naming.terms.known(Kind.OP, _INVERSE[sign], centre, step):
            self.negate(drawn[0], way)

    def _undo(self, sign: str, left: Term, right: Term) -> None:
        """Note what undoes an earlier step: it takes off the same noise, or turns the signs or the axes back."""
        for later, other in (*_steps(right, left), *_steps(left, right)):
            for part in parts(other, _keeps_values):
                if part.kind is not Kind.OP or not _may_undo(part.sign, sign):
                    continue
                if part.left is None or part.right is None:
                    continue
                for earlier, _ in (*_steps(part.right, part.left), *_steps(part.left, part.right)):
                    if _is_inverse(part.sign, earlier, sign, later):
                        self._undone.add(frozenset((earlier.draw, later.draw)))

    def reorder(self, array: Term, index: Term) -> None:
        """Note rows that are put back: an array is indexed by the inverse of the order that it was put into."""
        later = index.argument if index.function in SORTING else None
        if later is None or later.kind is not Kind.DRAW or later.arguments[0] not in ORDERING:
            return
        for inner in parts(array, _keeps_values):
            earlier = inner.index if inner.kind is Kind.SUBSCRIPT else None
            if isinstance(earlier, Term) and earlier.kind is Kind.DRAW and _are_alike(earlier, later):
                self._undone.add(frozenset((earlier, later)))

    def roll(self, array: Term, shift: Term) -> None:
        """Note an array that is rolled back: by as much as it was rolled before, in the other direction."""
        later, back = _shift(shift)
        for inner in parts(array, _keeps_values) if later.kind is Kind.DRAW else ():
            given = [part for part in inner.arguments if isinstance(part, Term)] if inner.function in ROLLING else []
            for argument in given[1:2]:
                earlier, backwards = _shift(argument)
                if earlier.kind is Kind.DRAW and backwards is not back and _are_alike(earlier, later):
                    self._undone.add(frozenset((earlier, later)))

    # -- asked by the excuses ----------------------------------------------------------------------

    def negations(self, draw: Term) -> list[Way]:
        """Return the ways to where equal draws were negated."""
        return self._negated.get(draw, [])

    def mirrors_lanes(self, use: Use) -> bool:
        """Return whether the lanes take what they all draw with signs of their own."""
        return use.signature in self._mirrored

    def subtracts(self, first: Use, second: Use) -> bool:
        """Return whether what two uses of a key have made, through two calls, was subtracted from each other."""
        return any(pair.compares(first, second, by_one_function=True) for pair in self._subtracted.values())

    def undoes(self, first: Use, second: Use) -> bool:
        """Return whether what one use of a key has made undoes what the other one has."""
        return frozenset((first.signature, second.signature)) in self._undone


def _factors(term: Term) -> list[Term]:
    """Return the factors of a product."""
    found, waiting = [], [term]
    for factor in waiting:
        if factor.kind is Kind.OP and factor.sign == "*":
            waiting.extend(factor.parts)
        else:
            found.append(factor)
    return found


def _is_negative(factor: Term) -> bool:
    value = factor.value
    return factor.kind is Kind.MINUS or (isinstance(value, (int, float)) and value < 0)


def _is_lane_of_signs(factor: Term) -> bool:
    """Return whether a factor is, in each lane, another one of numbers with both signs."""
    array = factor.parent if factor.kind is Kind.LANE else None
    if array is None or array.function not in STACKING | COPYING or array.argument is None:
        return False
    numbers = [part.value for part in array.argument.parts]
    return any(isinstance(number, (int, float)) and number < 0 for number in numbers) and any(
        isinstance(number, (int, float)) and number > 0 for number in numbers
    )


class _Step(NamedTuple):
    """What is added to a value, or what it is multiplied by.

    Args:
        draw: the draw that it consists of.
        turned: whether its axes are exchanged.
        scale: the other factors.
    """

    draw: Term
    turned: bool
    scale: frozenset[Term]


def _law(draw: Term) -> list[object]:
    """Return what is drawn, whatever array has given it its shape."""
    return [part for part in draw.arguments if not (isinstance(part, Term) and _is_measured(part))]


def _is_measured(term: Term) -> bool:
    """Return whether a value is computed from the shape of an array."""
    return any(part.name == "shape" or part.function == "len" for part in parts(term))


def _are_alike(one: Term, other: Term) -> bool:
    """Return whether two draws are the same numbers, if the arrays that they are for are of one shape."""
    return one.key is other.key and _law(one) == _law(other)


def _shift(term: Term) -> tuple[Term, bool]:
    """Return by how much an array is rolled, and whether that is negated."""
    inner = term.parts[0] if term.kind is Kind.MINUS else None
    return (term, False) if inner is None else (inner, True)


def _steps(step: Term, other: Term) -> Iterator[tuple[_Step, Term]]:
    """Go through the step that a value is, and what it is taken from."""
    factors = _factors(step)
    drawn = [factor for factor in factors if factor.draws]
    if len(drawn) != 1:
        return
    draw, turned = drawn[0], False
    if draw.kind is Kind.ATTRIBUTE and draw.name == "T" and draw.owner is not None:
        draw, turned = draw.owner, True
    if draw.kind is Kind.DRAW:
        yield _Step(draw, turned, frozenset(factors) - {drawn[0]}), other


def _keeps_values(term: Term) -> bool:
    """Return whether a value is computed from what it is made of, rather than chosen by it."""
    if term.kind is Kind.PURE:
        return term.function not in SELECTING
    return bool(term.draws) and term.kind in (Kind.OP, Kind.CALL, Kind.ATTRIBUTE, Kind.SUBSCRIPT, Kind.MINUS)


def _may_undo(before: str | None, after: str) -> bool:
    """Return whether there are steps of two operations of which one undoes the other."""
    same = before == after and after in ("*", _MATRIX_PRODUCT)
    return same or (before is not None and _INVERSE.get(before) == after)


def _is_inverse(before: str | None, earlier: _Step, after: str, later: _Step) -> bool:
    """Return whether a step undoes an earlier one."""
    if not _are_alike(earlier.draw, later.draw):
        return False
    if before == after == "*":
        return later.draw.arguments[0] in FLIPPING
    if before == after == _MATRIX_PRODUCT:
        return earlier.turned is not later.turned
    return before is not None and _INVERSE.get(before) == after and earlier.scale == later.scale
