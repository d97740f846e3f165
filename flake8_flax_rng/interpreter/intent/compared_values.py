"""Two values that are held against each other, and which uses of a key that compares."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import DRAWS_SOUGHT
from flake8_flax_rng.interpreter.domain.key_lineage import with_parents
from flake8_flax_rng.interpreter.domain.kinds import UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Use
    from flake8_flax_rng.interpreter.domain.terms import Term


class Drawn:
    """What a value was drawn from.

    Args:
        value: the value.
    """

    def __init__(self, value: Term) -> None:
        self._keys = value.draws
        found = {value: None}
        for term in (waiting := [value]):
            if len(found) > DRAWS_SOUGHT:
                break
            new = [part for part in term.parts if part.draws and part not in found]
            found.update(dict.fromkeys(new))
            waiting.extend(new)
        self._draws = {term for term in found if term.kind is Kind.DRAW} if len(found) <= DRAWS_SOUGHT else None

    def holds(self, use: Use) -> bool:
        """Return whether what a use of a key has made is part of the value."""
        drawn = [term for term in (use.signature, use.call) if term is not None and term.kind is Kind.DRAW]
        if use.kind is UseKind.DRAW and drawn and self._draws is not None:
            return not self._draws.isdisjoint(drawn)
        return any(use.term in with_parents(key) for key in self._keys)


class Pair:
    """Two values that are compared with each other.

    Args:
        one: the first value.
        other: the second value.
    """

    def __init__(self, one: Term, other: Term) -> None:
        self._one = Drawn(one)
        self._other = Drawn(other)

    def compares(self, first: Use, second: Use, by_one_function: bool) -> bool:
        """Return whether one of the values comes of a use of a key, and the other one of a second use.

        Args:
            first: the first use.
            second: the second use.
            by_one_function: whether they are made by two calls of one function.
        """
        ours = self._one.holds(first), self._other.holds(second)
        theirs = self._one.holds(second), self._other.holds(first)
        if not (all(ours) or all(theirs)):
            return False
        # What meets within one of the two values is not what is compared.
        within = (ours[0] and theirs[0]) or (ours[1] and theirs[1])
        return first.signature is second.signature or by_one_function or not within
