"""Assertions of equality: that two values must be equal says that they are drawn alike on purpose.

That two values are compared says nothing of that: they may be meant to differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from flake8_flax_rng.interpreter.domain.budget import PARTS_READ
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term
from flake8_flax_rng.interpreter.intent.compared_values import Pair
from flake8_flax_rng.semantics.comparisons import ALL_OF, ANY_OF, NOT_OF, last_name, says_equal

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Use

_GATHERED = (Kind.LIST, Kind.TUPLE, Kind.DICT, Kind.CONTAINER, Kind.STACKED)

Condition = tuple[Term, bool]
"""A condition, and whether it has to hold or to fail."""


class Equal(NamedTuple):
    """Two values that must be equal, or nearly so."""

    one: Term
    other: Term


def equalities(condition: Term, held: bool) -> Iterator[Equal]:
    """Go through the values that must be equal where a condition holds, or fails.

    Args:
        condition: the term of the condition.
        held: whether it must hold.
    """
    waiting: list[Condition] = [(condition, held)]
    for number, (term, wanted) in enumerate(waiting):
        if number > PARTS_READ:
            return
        if not term.draws:
            continue
        if term.kind in (Kind.EQUAL, Kind.LESS, Kind.GREATER):
            yield from _of_comparison(term, wanted)
        elif term.kind in (Kind.PURE, Kind.CALL):
            name, operands = _call(term)
            yield from _of_call(name, operands, wanted)
            waiting.extend(_inside_call(name, operands, wanted))
        else:
            waiting.extend(_inside(term, wanted))


def _inside(term: Term, wanted: bool) -> list[Condition]:
    """Return the conditions that one is made of, as far as they must hold or fail with it."""
    if term.kind in (Kind.NOT, Kind.UNARY):
        return [(part, not wanted) for part in term.parts]
    if term.kind in _GATHERED:
        return [(part, wanted) for part in term.parts]
    together = ("BitAnd", "*") if wanted else ("BitOr",)
    return [(part, wanted) for part in term.parts] if term.kind is Kind.OP and term.sign in together else []


def _inside_call(name: str, operands: list[Term], wanted: bool) -> list[Condition]:
    if name in NOT_OF:
        return [(part, not wanted) for part in operands]
    if name in (ANY_OF if wanted else ALL_OF):
        return []
    return [(part, wanted) for part in operands]


def _call(term: Term) -> tuple[str, list[Term]]:
    """Return the name of what was called, and the values that it was given, those of a method with its object."""
    if term.kind is Kind.PURE:
        return last_name(term.function or ""), term.parts
    callee = term.callee
    rest = term.parts[1:]
    if callee is None or callee.kind not in (Kind.ATTRIBUTE, Kind.SYMBOL):
        return "", rest
    return last_name(callee.path or callee.name or ""), [*callee.parts, *rest]


def _of_comparison(term: Term, wanted: bool) -> Iterator[Equal]:
    one, other = term.parts
    if term.kind is Kind.EQUAL:
        if wanted:
            yield from _alike([one, other])
        return
    small, large = (one, other) if (term.kind is Kind.LESS) is wanted else (other, one)
    if not large.draws:
        yield from _differences(small)


def _of_call(name: str, operands: list[Term], wanted: bool) -> Iterator[Equal]:
    if says_equal(name) is wanted:
        yield from _alike(operands)


def _alike(values: list[Term]) -> Iterator[Equal]:
    drawn = [value for value in values if value.draws]
    for one, other in pairwise(drawn):
        yield Equal(one, other)
    if len(drawn) == 1:
        yield from _differences(drawn[0])


def _differences(term: Term) -> Iterator[Equal]:
    """Go through the differences that a value is the size of."""
    for part in size_of(term):
        if part.kind is Kind.OP and part.sign == "-" and part.parts[0].draws & part.parts[1].draws:
            yield Equal(*part.parts)


def size_of(term: Term) -> list[Term]:
    """Return what a term is the size of, up to a bound: a product with other drawn values is a step, no size."""
    found = [term]
    for current in found:
        if len(found) > PARTS_READ:
            break
        drawn = [part for part in current.parts if part.draws]
        if not (current.kind is Kind.OP and current.sign == "*" and len(set(drawn)) > 1):
            found.extend(drawn)
    return found


class Assertions:
    """The assertions of one analysis."""

    def __init__(self) -> None:
        self._tests: dict[cst.CSTNode, set[Term]] = {}
        self._required: set[tuple[cst.CSTNode, bool]] = set()
        self._demanded: list[Condition] = []
        self._equal: list[Pair] | None = None

    def test(self, node: cst.CSTNode, condition: Term) -> None:
        """Note the value of a condition that is tested somewhere."""
        if condition.draws:
            self._tests.setdefault(node, set()).add(condition)

    def require(self, test: cst.BaseExpression, held: bool) -> None:
        """Note that the program raises unless a condition in its text holds, or fails."""
        if isinstance(test, cst.UnaryOperation) and isinstance(test.operator, cst.Not):
            self.require(test.expression, not held)
        elif not isinstance(test, cst.BooleanOperation):
            self._required.add((test, held))
        elif isinstance(test.operator, cst.And) is held:
            self.require(test.left, held)
            self.require(test.right, held)

    def demand(self, condition: Term, held: bool) -> None:
        """Note that the program raises unless a condition holds, or fails."""
        if condition.draws:
            self._demanded.append((condition, held))

    def compare(self, first: Use, second: Use, by_one_function: bool) -> bool:
        """Return whether the program raises unless what two uses of a key have made is equal.

        Args:
            first: the first use.
            second: the second use.
            by_one_function: whether they are made by two calls of one function.
        """
        if self._equal is None:
            pairs = [pair for condition in self._conditions() for pair in equalities(*condition)]
            self._equal = [Pair(one, other) for one, other in dict.fromkeys(pairs)]
        return any(pair.compares(first, second, by_one_function) for pair in self._equal)

    def mention(self, key: Term) -> bool:
        """Return whether anything that was drawn from a key is asserted."""
        return any(key in condition.draws for condition, _ in self._conditions())

    def _conditions(self) -> Iterator[Condition]:
        yield from self._demanded
        for test, held in self._required:
            for condition in self._tests.get(test, ()):
                yield condition, held
