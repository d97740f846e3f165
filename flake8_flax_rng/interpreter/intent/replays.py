"""Replays: a call is made again with what was recorded of it, its key among that."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.values import Key
from flake8_flax_rng.interpreter.domain.walk import OBJECTS, Heap, reachable

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Step, Use
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Value


class Records:
    """What the program has put into its lists, where a key is among it."""

    def __init__(self) -> None:
        self._records: dict[Term, list[list[Value]]] = {}

    def note(self, value: Value, heap: Heap) -> None:
        """Note what is put into a list; a key alone is no record of a call."""
        inside = list(reachable(value, heap, OBJECTS))
        for key in [inner for inner in inside if isinstance(inner, Key)] if len(inside) > 1 else ():
            self._records.setdefault(key.term, []).append(inside)

    def replayed(self, first: Use, second: Use) -> bool:
        """Return whether a loop over records makes a call again that has consumed their key."""
        return any(self._again(call, repeat) for repeat in _repeats(first, second) for call in first.way[:-1])

    def _again(self, call: Step, repeat: Step) -> bool:
        """Return whether one call is the repeat of another, and all that they are given was recorded together."""
        before, after = ([value for _, value in step.arguments] for step in (call, repeat))
        if call.label != repeat.label or call.site.node is repeat.site.node or before != after or len(before) < 2:
            return False
        keys = [value.term for value in after if isinstance(value, Key)]
        records = [record for key in keys for record in self._records.get(key, ())]
        return any(all(value in record for value in after) for record in records)


def _repeats(first: Use, second: Use) -> Iterator[Step]:
    """Go through the calls that lead to the second use alone, in a loop that does not lead to the first."""
    before = set(first.way)
    looping = False
    for step in second.way[:-1]:
        looping = looping or (step.turn is not None and step not in before)
        if looping and step.turn is None and step not in before:
            yield step
