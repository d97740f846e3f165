"""Signs that a repeat is meant: what a program does with the numbers that it has drawn twice."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import PARTS_READ
from flake8_flax_rng.interpreter.domain.key_lineage import with_parents
from flake8_flax_rng.interpreter.intent.alternatives_of_where import Selections

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.domain.events import Step
    from flake8_flax_rng.interpreter.domain.terms import Term


class Signs:
    """What was seen of a program that says which repeats are meant.

    Attributes:
        selections: the arrays whose elements are taken from one of two others.
    """

    def __init__(self) -> None:
        self.selections = Selections()
        self._repeated: set[Term] = set()
        self._compared: set[Term] = set()
        self._asserted: set[Term] = set()
        self._negated: dict[Term, list[tuple[Step, ...]]] = {}
        self._contrasts: set[frozenset[cst.CSTNode]] = set()
        self._differences: dict[Term, frozenset[Term]] = {}
        self._subtracted: set[Term] = set()
        self._unused: set[cst.CSTNode] = set()
        self._compiled: set[cst.CSTNode] = set()
        self._gradients: set[cst.CSTNode] = set()

    # -- told by the interpreter -----------------------------------------------------------------

    def repeated(self, key: Term) -> None:
        """Note that a key was used a second time."""
        self._repeated.add(key)

    def compare(self, operands: Iterable[frozenset[Term]]) -> None:
        """Note that values were compared: keys that both were drawn from twice by then are repeated on purpose."""
        seen: set[Term] = set()
        for draws in operands:
            for term in seen & draws & self._repeated:
                self._compared.update(with_parents(term))
            seen |= draws
        self._asserted |= seen

    def contrast(self, left: cst.CSTNode, right: cst.CSTNode) -> None:
        """Note a difference of two results of one function: common random numbers are wanted there."""
        self._contrasts.add(frozenset((left, right)))

    def subtract(self, term: Term, common: frozenset[Term]) -> None:
        """Note a difference of two values that were drawn from the same keys, if those were used twice by then."""
        repeated = common & self._repeated
        if repeated:
            self._differences[term] = repeated
            self._subtracted |= repeated

    def measure(self, terms: Iterable[Term]) -> None:
        """Note that values were compared by size: a difference among them is that of two equal draws."""
        if self._differences:
            for term in terms:
                for part in _size_of(term):
                    for key in self._differences.get(part, ()):
                        self._compared.update(with_parents(key))

    def negate(self, draw: Term, way: tuple[Step, ...]) -> None:
        """Note that a drawn value was negated, and the calls and loops that led there: an antithetic pair."""
        self._negated.setdefault(draw, []).append(way)

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

    def were_compared(self, key: Term) -> bool:
        """Return whether what was drawn from a key, or from one that it comes of, was compared with itself."""
        return any(term in self._compared for term in with_parents(key))

    def was_asserted(self, key: Term) -> bool:
        """Return whether anything that was drawn from a key was compared with something."""
        return key in self._asserted

    def were_subtracted(self, key: Term) -> bool:
        """Return whether two values that were drawn from a key were subtracted from each other."""
        return key in self._subtracted

    def are_contrasted(self, one: cst.CSTNode, other: cst.CSTNode) -> bool:
        """Return whether the results of two calls were subtracted from each other."""
        return frozenset((one, other)) in self._contrasts

    def negations(self, signature: Term) -> list[tuple[Step, ...]]:
        """Return the ways to where equal draws were negated."""
        return self._negated.get(signature, [])

    def only_compiled(self, before: cst.CSTNode, after: cst.CSTNode) -> bool:
        """Return whether the first of two calls ran a compiled function for nothing, and the second did not."""
        return before in self._unused and after not in self._unused and before in self._compiled

    def gradients(self, calls: set[cst.CSTNode]) -> set[cst.CSTNode]:
        """Return which of some calls are of the gradient of a function."""
        return calls & self._gradients


def _size_of(term: Term) -> list[Term]:
    """Return what a term is the size of, up to a bound: a product with other drawn values is a step, no size."""
    found = [term]
    for current in found:
        if len(found) > PARTS_READ:
            break
        drawn = [part for part in current.parts if part.draws]
        if not (current.kind == "op" and current.args[0] == "*" and len(set(drawn)) > 1):
            found.extend(drawn)
    return found
