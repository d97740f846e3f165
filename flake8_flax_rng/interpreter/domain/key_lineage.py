"""What keys come of: the parents of a key, and which child of its parent it is. Terms only."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import CHILDREN_READ
from flake8_flax_rng.interpreter.domain.term_kinds import Kind

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Key, Keys

ALL = -1
"""Stands for the number of a child that is not known: it can be any of them."""


def with_parents(term: Term) -> list[Term]:
    """Return a key and the keys that it comes of, the nearest first."""
    found = [term]
    while found[-1].kind in (Kind.CHILD, Kind.STREAM):
        parent = found[-1].parent
        if parent is None:
            break
        found.append(parent)
    return found


def child_of(term: Term) -> int:
    """Return which child of its parent a key is, ``ALL`` if it can be any."""
    index = term.data.value if term.data is not None else None
    return index if isinstance(index, int) else ALL


def child_index(key: Key) -> int | None:
    """Return which child of its parent a key is, if that is a known number."""
    index = child_of(key.term)
    return None if index == ALL else index


def children_in(array: Keys) -> set[int]:
    """Return the children that an array of keys holds, ``ALL`` if that is not known."""
    if array.count is None or array.inner or array.reshaped or array.count > CHILDREN_READ:
        return {ALL}
    return set(range(array.start, array.start + array.count))


def meet(ours: set[int], theirs: set[int]) -> bool:
    """Return whether children of two splits can be the same; which ones may not be known."""
    return bool(ours and theirs) and (ALL in ours or ALL in theirs or bool(ours & theirs))
