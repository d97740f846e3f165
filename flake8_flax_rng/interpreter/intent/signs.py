"""Signs that a repeat is meant: what a program does with the numbers that it has drawn twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.intent.alternatives_of_where import Selections
from flake8_flax_rng.interpreter.intent.asserted_equal import Assertions
from flake8_flax_rng.interpreter.intent.compared_values import Pair
from flake8_flax_rng.interpreter.intent.tables_of_tests import Tables
from flake8_flax_rng.interpreter.intent.unison import Orders

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.domain.events import Step, Use
    from flake8_flax_rng.interpreter.domain.terms import Term


class Signs:
    """What was seen of a program that says which repeats are meant.

    Attributes:
        selections: the arrays whose elements are taken from one of two others.
        assertions: what must be equal.
        orders: the arrays that are indexed by draws.
        tables: the tables whose rows are run one by one.
    """

    def __init__(self) -> None:
        self.selections = Selections()
        self.assertions = Assertions()
        self.orders = Orders()
        self.tables = Tables()
        self._repeated: set[Term] = set()
        self._negated: dict[Term, list[tuple[Step, ...]]] = {}
        self._contrasts: set[frozenset[cst.CSTNode]] = set()
        self._subtracted: dict[tuple[Term, Term], Pair] = {}
        self._unused: set[cst.CSTNode] = set()
        self._given: dict[cst.CSTNode, bool] = {}
        self._compiled: set[cst.CSTNode] = set()
        self._gradients: set[cst.CSTNode] = set()

    # -- told by the interpreter -----------------------------------------------------------------

    def repeated(self, key: Term) -> None:
        """Note that a key was used a second time."""
        self._repeated.add(key)

    def contrast(self, left: cst.CSTNode, right: cst.CSTNode) -> None:
        """Note a difference of two results of one function: common random numbers are wanted there."""
        self._contrasts.add(frozenset((left, right)))

    def subtract(self, one: Term, other: Term) -> None:
        """Note a difference of two values that were drawn from the same keys, if those were used twice by then."""
        if one.draws & other.draws & self._repeated:
            self._subtracted[one, other] = Pair(one, other)

    def negate(self, draw: Term, way: tuple[Step, ...]) -> None:
        """Note that a drawn value was negated, and the calls and loops that led there: an antithetic pair."""
        self._negated.setdefault(draw, []).append(way)

    def give(self, argument: cst.CSTNode, read: bool) -> None:
        """Note an argument of a function that is followed, and whether that names its parameter anywhere."""
        self._given[argument] = read or self._given.get(argument, False)

    def is_unread(self, argument: cst.CSTNode) -> bool:
        """Return whether an argument was given to functions which never read it."""
        return self._given.get(argument) is False

    def unused_result(self, call: cst.CSTNode) -> None:
        """Note a call whose result nobody looks at."""
        self._unused.add(call)

    def call_compiled(self, call: cst.CSTNode) -> None:
        """Note a call of a compiled function."""
        self._compiled.add(call)

    def call_gradient(self, call: cst.CSTNode) -> None:
        """Note a call of the gradient of a function."""
        self._gradients.add(call)

    # -- asked by the excuses ----------------------------------------------------------------------

    def were_subtracted(self, first: Use, second: Use) -> bool:
        """Return whether what two uses of a key have made, through two calls, was subtracted from each other."""
        return any(pair.compares(first, second, by_one_function=True) for pair in self._subtracted.values())

    def are_contrasted(self, one: cst.CSTNode, other: cst.CSTNode) -> bool:
        """Return whether the results of two calls were subtracted from each other."""
        return frozenset((one, other)) in self._contrasts

    def negations(self, signature: Term) -> list[tuple[Step, ...]]:
        """Return the ways to where equal draws were negated."""
        return self._negated.get(signature, [])

    def is_unused(self, call: cst.CSTNode) -> bool:
        """Return whether nobody looks at the result of a call."""
        return call in self._unused

    def only_compiled(self, before: cst.CSTNode, after: cst.CSTNode) -> bool:
        """Return whether the first of two calls ran a compiled function for nothing, and the second did not."""
        return before in self._unused and after not in self._unused and before in self._compiled

    def gradients(self, calls: set[cst.CSTNode]) -> set[cst.CSTNode]:
        """Return which of some calls are of the gradient of a function."""
        return calls & self._gradients
