"""Selections: of two draws from one key, or of the lanes of one, a single one counts, so that no two numbers meet.

``where``, ``cond`` and the like choose between them, an index does, or each is multiplied by a condition of its own. An
index chooses if it is the only one that is taken of the array: two rows of equal draws meet again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.events import part
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import parts
from flake8_flax_rng.interpreter.intent.guards import Guard, certain, exclude, following, guards_in, one_hot_index
from flake8_flax_rng.semantics.jax_random import ORDERING
from flake8_flax_rng.semantics.transforms import ORDERS
from flake8_flax_rng.syntax.cst_children import children_of

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.domain.events import Use
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.naming import Naming

Written = tuple["cst.CSTNode | None", "cst.CSTNode | None"]
"""The syntax of the two alternatives, as far as it is known."""


class Selections:
    """What one analysis knows of the draws of which one counts.

    Args:
        naming: gives terms to values.
    """

    def __init__(self, naming: Naming) -> None:
        self._naming = naming
        self._apart: set[frozenset[Term | None]] = set()
        self._guards: dict[Term, set[Guard]] = {}
        self._written: set[Written] = set()
        self._pieces: dict[cst.CSTNode | None, set[cst.CSTNode]] = {}
        self._indices: dict[Term, set[Term]] = {}
        self._apart_in: dict[frozenset[Term | None], set[Term]] = {}
        self._lanes_of: dict[Term, set[Term]] = {}

    # -- told by the interpreter -----------------------------------------------------------------

    def write(self, one: cst.CSTNode | None, other: cst.CSTNode | None) -> None:
        """Note the syntax of two values of which each element of a third is taken."""
        if one is not None and other is not None:
            self._written.add((one, other))

    def choose(self, condition: Term, one: Term, other: Term) -> None:
        """Note a value that is taken from one of two, where a condition holds, and from the other elsewhere."""
        self.alternate([one, other])
        for value, rival, held in ((one, other, True), (other, one, False)):
            self._guard(_drawn(value) - _drawn(rival), condition, held)

    def alternate(self, values: Sequence[Term]) -> None:
        """Note values of which one is taken."""
        self._apart.update(_rivals(values))

    def multiply(self, one: Term, other: Term) -> None:
        """Note a product: what is multiplied by a condition counts where it holds."""
        for value, factor in ((one, other), (other, one)):
            for guard in guards_in(factor) if value.draws else ():
                self._guard(_drawn(value), guard.condition, guard.held)

    def weigh(self, one: Term, other: Term) -> None:
        """Note a product, or one of matrices: a one-hot vector leaves one row."""
        for value, factor in ((one, other), (other, one)):
            index = one_hot_index(factor)
            if index is not None:
                self.take(value, index, chosen=index.kind is Kind.CONST)

    def take(self, array: Term, index: Term, chosen: bool = False) -> None:
        """Note an element that is taken of an array.

        Args:
            array: the array.
            index: the index of the element.
            chosen: whether a constant index is one that the program has chosen: it has a name.
        """
        if not array.draws:
            return
        self._indices.setdefault(array, set()).add(index)
        if not chosen and not _is_one(index):
            return
        if array.kind is Kind.PURE and array.argument is not None and array.argument.kind in (Kind.LIST, Kind.TUPLE):
            for pair in _rivals(array.argument.parts):
                self._apart_in.setdefault(pair, set()).add(array)
        stacks = [term for term in parts(array, lambda term: bool(term.draws)) if term.kind is Kind.STACKED]
        for draw in {draw for stack in stacks for draw in _drawn(stack)}:
            self._lanes_of.setdefault(draw, set()).add(array)

    def _guard(self, draws: Iterable[Term], condition: Term, held: bool) -> None:
        for draw in draws:
            self._guards.setdefault(draw, set()).update(following(condition, held))

    # -- asked by the excuses ----------------------------------------------------------------------

    def part(self, first: Use, second: Use) -> bool:
        """Return whether no element can be of both uses of a key."""
        pair = frozenset((first.signature, second.signature))
        if pair in self._apart or any(map(self._has_one_index, self._apart_in.get(pair, ()))):
            return True
        if first.signature is not None and second.signature is not None:
            ours, theirs = (certain(self._guards.get(draw, set())) for draw in (first.signature, second.signature))
            if any(exclude(self._naming, one, other) for one in ours for other in theirs):
                return True
        return self._are_written_apart(first, second)

    def takes_one_lane(self, use: Use) -> bool:
        """Return whether of what all lanes draw that of one of them is taken."""
        arrays = self._lanes_of.get(use.signature, ()) if use.signature is not None else ()
        return bool(arrays) and all(map(self._has_one_index, arrays))

    def _has_one_index(self, array: Term) -> bool:
        """Return whether of an array one element alone is taken."""
        return len(self._indices[array]) == 1

    def _are_written_apart(self, first: Use, second: Use) -> bool:
        if not self._written:
            return False
        parting = part(first, second)
        early, late = parting.first.site.node, parting.second.site.node
        return not parting.loop and any(
            early in self._within(one) and late in self._within(other) for one, other in self._written
        )

    def _within(self, node: cst.CSTNode | None) -> set[cst.CSTNode]:
        """Return a piece of syntax and all that it consists of."""
        if node not in self._pieces:
            found = [node] if node is not None else []
            for piece in found:
                found.extend(children_of(piece))
            self._pieces[node] = set(found)
        return self._pieces[node]


def _drawn(value: Term) -> set[Term]:
    """Return the draws that a value is computed from."""
    return {term for term in parts(value, lambda term: bool(term.draws)) if term.kind is Kind.DRAW}


def _rivals(values: Sequence[Term]) -> Iterator[frozenset[Term | None]]:
    """Go through the pairs of draws from one key of which each is in another one of some values."""
    for one, other in combinations([value for value in values if value.draws], 2):
        if one.draws & other.draws:
            ours, theirs = _drawn(one), _drawn(other)
            for draw in ours - theirs:
                yield from (frozenset((draw, rival)) for rival in theirs - ours if draw.key is rival.key)


def _is_one(index: Term) -> bool:
    """Return whether an index takes one element, not each in turn or all in another order."""
    if index.draws:
        return not any(term.arguments[:1] and term.arguments[0] in ORDERING for term in _drawn(index))
    if index.kind in (Kind.CONST, Kind.ITEM, Kind.SLICE, Kind.PART, Kind.LIST, Kind.TUPLE):
        return False
    listing = index.argument
    return index.function not in ORDERS and not (listing is not None and listing.kind in (Kind.LIST, Kind.TUPLE))
