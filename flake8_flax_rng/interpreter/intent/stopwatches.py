"""Functions that measure how long something takes: a benchmark may well give each run the same numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.values import Bound, Function, Native, Partial, Wrapped

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Step

_FUNCTIONS = (Bound, Function, Native, Partial, Wrapped)


class Stopwatches:
    """The functions that read a clock."""

    def __init__(self) -> None:
        self._measuring: set[int] = set()

    def read(self, calls: Sequence[Step]) -> None:
        """Note that a clock is read.

        Args:
            calls: those that lead there, the outermost first; the last one reads the clock. A function that is given
                another one, and reads the clock, measures it for its caller.
        """
        self._measuring.update(step.owner for step in calls[-1:])
        for step in calls[-2:-1]:
            if any(isinstance(value, _FUNCTIONS) for _, value in step.arguments):
                self._measuring.add(step.owner)

    def measure(self, owner: int) -> bool:
        """Return whether a function, or the body of the file, measures what it runs."""
        return owner in self._measuring
