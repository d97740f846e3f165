"""Unison: one random order is applied to several arrays, which then have to be of one length."""

from __future__ import annotations

from flake8_flax_rng.interpreter.domain.budget import NESTING_NAMED
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term, parts
from flake8_flax_rng.semantics.jax_random import COPYING, SAMPLERS
from flake8_flax_rng.semantics.transforms import MAKING_ARRAYS


class Orders:
    """The arrays that are indexed by what was drawn."""

    def __init__(self) -> None:
        self._arrays: dict[Term, set[Term]] = {}

    def note(self, array: Term, index: Term) -> None:
        """Note an array and its index."""
        for term in parts(index) if index.draws else ():
            if term.kind is Kind.DRAW:
                self._arrays.setdefault(term, set()).add(array)

    def arrays(self, draw: Term) -> set[Term]:
        """Return the arrays that a draw has put into its order, without those that it has made itself."""
        return {array for array in self._arrays.get(draw, ()) if draw.key not in array.draws}


def lengths_differ(one: Term, other: Term, settings: Term) -> bool:
    """Return whether two arrays, which are put into an order with some settings, are known to be of two lengths."""
    if any(part.value == "axis" for part in settings.parts):
        return False
    ours, theirs = _length(one), _length(other)
    return ours is not None and theirs is not None and ours != theirs


def _length(term: Term, depth: int = 0) -> int | None:
    """Return the length of an array, if the program shows it."""
    if depth > NESTING_NAMED:
        return None
    if term.kind in (Kind.LIST, Kind.TUPLE):
        return len(term.args)
    if term.kind is Kind.SLICE:
        return _between(*term.args[1:3])
    if term.kind is Kind.DRAW:
        return _of_draw(term)
    if term.kind is Kind.PURE:
        return _of_function(term, depth)
    if term.kind in (Kind.OP, Kind.MINUS, Kind.UNARY):
        found = {length for part in term.parts if (length := _length(part, depth + 1)) not in (None, 1)}
        return found.pop() if len(found) == 1 else None
    return None


def _of_draw(term: Term) -> int | None:
    """Return the length of what a sampler draws whose first argument, behind the key, is a shape."""
    path, *rest = term.arguments
    sampler = SAMPLERS.get(str(path))
    shape = rest[0] if rest and sampler is not None and sampler.subject is None else None
    return _first(shape) if isinstance(shape, Term) else None


def _of_function(term: Term, depth: int) -> int | None:
    name, first = term.function or "", term.argument
    if first is None:
        return None
    if name in COPYING:
        return _length(first, depth + 1)
    return _first(first) if name in MAKING_ARRAYS and (len(term.parts) == 1 or MAKING_ARRAYS[name]) else None


def _first(shape: Term) -> int | None:
    """Return the length of the first axis of a shape."""
    along = shape.part(0) if shape.kind in (Kind.TUPLE, Kind.LIST) else shape
    number = along.value if along is not None else None
    return number if isinstance(number, int) else None


def _between(start: object, stop: object) -> int | None:
    """Return the length of a slice, if the array goes as far as that."""
    first = 0 if start is None else start
    if isinstance(first, int) and isinstance(stop, int) and 0 <= first <= stop:
        return stop - first
    return None
