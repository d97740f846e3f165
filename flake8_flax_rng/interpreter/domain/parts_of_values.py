"""Which parts of a value hold something: the items of tuples, by their places."""

from __future__ import annotations

from flake8_flax_rng.interpreter.domain.budget import NESTING_OF_PARTS

Parts = frozenset[tuple[int, ...]]
"""The places of the parts: of an item of an item, both places; the empty place is any part of the whole."""

NOWHERE: Parts = frozenset()
ANYWHERE: Parts = frozenset({()})


def as_whole(parts: Parts) -> Parts:
    """Return what is known of a value that is computed from one with such parts."""
    return ANYWHERE if parts else NOWHERE


def as_item(place: int, parts: Parts) -> Parts:
    """Return the parts of a tuple of which one item has such parts."""
    return frozenset((place, *inner)[:NESTING_OF_PARTS] for inner in parts)


def of_item(parts: Parts, place: int) -> Parts:
    """Return the parts of one item of a tuple with such parts."""
    return frozenset(inner[1:] for inner in parts if not inner or inner[0] == place)
