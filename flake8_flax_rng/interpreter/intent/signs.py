"""Signs that a repeat is meant: what a program does with the numbers that it has drawn twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.callees import Callees
from flake8_flax_rng.interpreter.intent.arithmetic import Arithmetic
from flake8_flax_rng.interpreter.intent.asserted_equal import Assertions
from flake8_flax_rng.interpreter.intent.replays import Records
from flake8_flax_rng.interpreter.intent.selections import Selections
from flake8_flax_rng.interpreter.intent.stopwatches import Stopwatches
from flake8_flax_rng.interpreter.intent.tables_of_tests import Tables
from flake8_flax_rng.interpreter.intent.unison import Orders

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.domain.events import Use
    from flake8_flax_rng.interpreter.paths.naming import Naming


class Signs:
    """What was seen of a program that says which repeats are meant.

    Attributes:
        selections: the draws of which one counts.
        assertions: what must be equal.
        arithmetic: what is mirrored, subtracted or undone.
        orders: the arrays that are indexed by draws.
        tables: the tables whose rows are run one by one.
        records: what was put into lists together with a key.
        stopwatches: the functions that measure how long something takes.
        callees: what the calls of the text have called.

    Args:
        naming: gives terms to values.
    """

    def __init__(self, naming: Naming) -> None:
        self.selections = Selections(naming)
        self.assertions = Assertions()
        self.arithmetic = Arithmetic(naming)
        self.orders = Orders()
        self.tables = Tables()
        self.records = Records()
        self.stopwatches = Stopwatches()
        self.callees = Callees()
        self._contrasts: set[frozenset[cst.CSTNode]] = set()
        self._unused: set[cst.CSTNode] = set()
        self._given: dict[cst.CSTNode, bool] = {}
        self._compiled: set[cst.CSTNode] = set()
        self._gradients: set[cst.CSTNode] = set()

    # -- told by the interpreter -----------------------------------------------------------------

    def contrast(self, left: cst.CSTNode, right: cst.CSTNode) -> None:
        """Note a difference of two results of one function: common random numbers are wanted there."""
        self._contrasts.add(frozenset((left, right)))

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

    def are_contrasted(self, one: cst.CSTNode, other: cst.CSTNode) -> bool:
        """Return whether the results of two calls were subtracted from each other."""
        return frozenset((one, other)) in self._contrasts

    def mean_one_draw_for_all_lanes(self, use: Use) -> bool:
        """Return whether all lanes draw alike on purpose: one of them is taken, or each has a sign of its own."""
        return self.selections.takes_one_lane(use) or self.arithmetic.mirrors_lanes(use)

    def is_unused(self, call: cst.CSTNode) -> bool:
        """Return whether nobody looks at the result of a call."""
        return call in self._unused

    def only_compiled(self, before: cst.CSTNode, after: cst.CSTNode) -> bool:
        """Return whether the first of two calls ran a compiled function for nothing, and the second did not."""
        return before in self._unused and after not in self._unused and before in self._compiled

    def gradients(self, calls: set[cst.CSTNode]) -> set[cst.CSTNode]:
        """Return which of some calls are of the gradient of a function."""
        return calls & self._gradients
