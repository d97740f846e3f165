"""Selections: an array whose elements are taken from one of two others, so that draws for both never meet."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.events import part
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import parts

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.domain.events import Use
    from flake8_flax_rng.interpreter.domain.terms import Term

Written = tuple["cst.CSTNode | None", "cst.CSTNode | None"]
"""The syntax of the two alternatives, as far as it is known."""


class Selections:
    """What the calls of ``jnp.where`` in one analysis say of the draws for their alternatives."""

    def __init__(self) -> None:
        self._draws: set[frozenset[Term | None]] = set()
        self._written: set[Written] = set()
        self._pieces: dict[cst.CSTNode | None, set[cst.CSTNode]] = {}

    def note(self, one: Term, other: Term, written: Written) -> None:
        """Note two values of which each element of a third is taken."""
        if None not in written:
            self._written.add(written)
        common = one.draws & other.draws
        if common:
            ours, theirs = _drawn(one, common), _drawn(other, common)
            self._draws.update(frozenset((draw, rival)) for draw in ours - theirs for rival in theirs - ours)

    def part(self, first: Use, second: Use) -> bool:
        """Return whether no element can be of both uses of a key."""
        if frozenset((first.signature, second.signature)) in self._draws:
            return True
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
                found.extend(piece.children)
            self._pieces[node] = set(found)
        return self._pieces[node]


def _drawn(value: Term, keys: frozenset[Term]) -> set[Term]:
    """Return the draws from some keys that a value is computed from."""
    return {term for term in parts(value) if term.kind is Kind.DRAW and term.key in keys}
