"""Unison: one random order is applied to several arrays, which then have to be of one length."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.budget import NESTING_NAMED
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term, parts
from flake8_flax_rng.semantics.jax_random import COPYING, ORDERING, SAMPLERS
from flake8_flax_rng.semantics.transforms import MAKING_ARRAYS
from flake8_flax_rng.syntax.cst_children import ancestors, nodes_of

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.places import Site

_ENTRIES = frozenset({"items", "values", "keys"})


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


def same_order(one: Term, other: Term) -> bool:
    """Return whether two draws are equal, where an array is as long after it was put into an order as before."""
    if one is other:
        return True
    if one.key is not other.key or one.arguments[:1] != other.arguments[:1] or one.arguments[0] not in ORDERING:
        return False
    ours, theirs = one.arguments[1:], other.arguments[1:]
    return len(ours) == len(theirs) and all(map(_same_number, ours, theirs))


def _same_number(one: object, other: object) -> bool:
    if isinstance(one, Term) and isinstance(other, Term):
        return _number(one) is _number(other)
    return one == other


def _number(term: Term) -> Term:
    """Return what a number is the length of; the number itself if it is none, or what has put the array in order."""
    measured = term.argument if term.function == "len" else None
    if term.kind is Kind.SUBSCRIPT and term.index is not None and term.index.value == 0:
        measured = term.owner.owner if term.owner is not None and term.owner.name == "shape" else None
    if measured is None:
        return term
    while measured.kind is Kind.SUBSCRIPT and measured.owner is not None:
        order = measured.index
        if order is None or order.kind is not Kind.DRAW or order.arguments[0] not in ORDERING:
            break
        measured = measured.owner
    return measured


def is_index(site: Site) -> bool:
    """Return whether a call stands in the index of an array."""
    return any(isinstance(node, cst.SubscriptElement) for node in ancestors(site.chunk.module, site.node))


def goes_over_fields(loop: Site) -> bool:
    """Return whether a loop goes over the entries of a dict, by their names: ``d.items()``, or ``d[name]`` in it."""
    node = loop.node
    if not isinstance(node, (cst.For, cst.CompFor)):
        return False
    over = node.iter
    if isinstance(over, cst.Call):
        return isinstance(over.func, cst.Attribute) and over.func.attr.value in _ENTRIES and not over.args
    body = node if isinstance(node, cst.For) else next(iter(ancestors(loop.chunk.module, node)[-1:]), node)
    return any(
        isinstance(inner, cst.Subscript)
        and inner.value.deep_equals(over)
        and inner.slice[0].slice.deep_equals(cst.Index(node.target))
        for inner in nodes_of(body)
    )


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
