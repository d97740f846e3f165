"""Chooses by chance which of the possible faults are planted."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from .edits import edited
from .kinds import mutations
from .mutation import Mutation
from .sources import File


@dataclass(frozen=True, order=True)
class Place:
    """A fault that can be planted.

    Args:
        file: where.
        mutation: the fault.
    """

    file: File
    mutation: Mutation


def in_file(file: File, kinds: Collection[str]) -> list[Place]:
    """Return the faults of some kinds that can be planted in a file; none in one that is no Python."""
    try:
        return [Place(file, mutation) for mutation in mutations(file.read(), kinds)]
    except (SyntaxError, ValueError, RecursionError):
        return []


def chosen(places: Iterable[Place], count: int, seed: int) -> list[Place]:
    """Choose faults by chance, as many of each kind and from each source as there can be.

    Kinds take turns. Each takes from the source that it has taken least from so far, and there from the file that it
    has taken least from; a function gets one fault of a kind.

    Args:
        places: where faults can be planted.
        count: how many are chosen, if there are so many.
        seed: for the chance.
    """
    chance = random.Random(seed)
    waiting: dict[str, list[Place]] = {}
    for place in sorted(places):
        waiting.setdefault(place.mutation.kind, []).append(place)
    taken: Counter[tuple[str, ...]] = Counter()
    found: list[Place] = []
    while len(found) < count and waiting:
        for kind in sorted(waiting):
            if len(found) == count:
                break
            following = _next(waiting[kind], taken, chance)
            if following is None:
                del waiting[kind]
                continue
            found.append(following)
            _take(following, taken)
    return sorted(found)


def _next(places: list[Place], taken: Counter[tuple[str, ...]], chance: random.Random) -> Place | None:
    """Take the next fault of a kind out of those that wait; None if none is left that can be planted."""
    while places:
        orders = [_order(place, taken) for place in places]
        least = min(orders)
        place = chance.choice([place for place, order in zip(places, orders, strict=True) if order == least])
        if edited(place.file.read(), place.mutation.edits) is not None:
            places[:] = [other for other in places if _function(other) != _function(place)]
            return place
        places.remove(place)
    return None


def _function(place: Place) -> tuple[File, int, int]:
    return place.file, place.mutation.first, place.mutation.last


def _order(place: Place, taken: Counter[tuple[str, ...]]) -> tuple[int, int, int]:
    kind, file = place.mutation.kind, place.file
    return taken[kind, file.source], taken[file.source,], taken[kind, file.source, file.path]


def _take(place: Place, taken: Counter[tuple[str, ...]]) -> None:
    kind, file = place.mutation.kind, place.file
    taken.update([(kind, file.source), (file.source,), (kind, file.source, file.path)])
