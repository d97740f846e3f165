"""How much of the program was followed, and how much more may be."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import Enum
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import (
    EFFORT_FOR_ALL_CALLS,
    EFFORT_FOR_CALLS,
    PATHS_BY_EFFORT,
    PATHS_KEPT,
    PATHS_KEPT_ABROAD,
    SHARE_FOR_ALL_CALLS,
    SHARE_FOR_CALLS,
    SHORT_CALL_ABROAD,
    STEPS_FOR_SHORT_CALLS,
)

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.domain.values import FunctionCode


class Exhausted(Exception):
    """What is followed from one root is larger than what may be; what was found so far stands."""


class Calls(Enum):
    """Which calls are still followed; those of the others stay unknown."""

    ALL = "all"
    NEW = "new"
    """Of functions that were not followed before, and those that are given a key."""

    NONE = "none"


class Work:
    """The work of one analysis, counted in expressions that were evaluated.

    Attributes:
        steps: all of it, without what was followed in other files.
        limit: the number of steps at which the analysis stops next.
        of_file: whether that is the file's limit, rather than that of one root.
        effort: the work from the root that is being followed, in other files too.
        followed: the functions that were followed from it.
        abroad: greater than 0 where text of another file is followed: how many calls from file to file are under
            way, as far as they are told apart.
        left_abroad: how much more may be followed in other files.
        too_large: functions of other files that are larger than what is followed.
        looped: the ways to loops that were followed from the root in all their passes.
    """

    def __init__(self) -> None:
        self.steps = 0
        self.limit = 0
        self.of_file = False
        self.effort = 0
        self.followed: set[FunctionCode] = set()
        self.abroad = 0
        self.left_abroad = 0
        self.too_large: set[FunctionCode] = set()
        self.looped: set[tuple[cst.CSTNode, ...]] = set()
        self._entered_abroad = 0

    def begin(self, steps: int, of_file: int) -> None:
        """Follow a new root.

        Args:
            steps: how many steps may be made from it.
            of_file: the number of steps at which the analysis of the file stops.
        """
        self.limit = min(self.steps + steps, of_file)
        self.of_file = self.limit == of_file
        self.effort = 0
        self.followed.clear()
        self.looped.clear()

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Follow something that does not count for the root that is being followed."""
        kept = self.limit, self.of_file, self.effort
        followed, looped = set(self.followed), set(self.looped)
        try:
            yield
        finally:
            self.limit, self.of_file, self.effort = kept
            self.followed, self.looped = followed, looped

    def may_enter(self, code: FunctionCode) -> bool:
        """Return whether a function of another file may still be followed."""
        return code not in self.too_large and self.left_abroad > -STEPS_FOR_SHORT_CALLS

    @contextmanager
    def in_other_file(self, limit: int) -> Iterator[None]:
        """Follow text of another file, which does not count for what is followed of this one.

        Raises:
            Exhausted: it is larger than ``limit``.
        """
        start, ours, entered = self.steps, self.limit, self._entered_abroad
        self._entered_abroad = start
        self.limit = start + min(limit, max(self.left_abroad, SHORT_CALL_ABROAD))
        self.abroad += 1
        try:
            yield
        finally:
            self.left_abroad -= self.steps - start
            self.steps, self.limit, self._entered_abroad = start, ours, entered
            self.abroad -= 1

    @property
    def calls(self) -> Calls:
        """Which calls are followed from here on, now that so much was followed."""
        if not self.abroad and self.effort < EFFORT_FOR_ALL_CALLS:
            return Calls.ALL
        used, allowed = self.steps - self._entered_abroad, self.limit - self._entered_abroad
        if self.effort >= EFFORT_FOR_CALLS or (self.abroad and used > allowed * SHARE_FOR_CALLS):
            return Calls.NONE
        much = self.effort >= EFFORT_FOR_ALL_CALLS or (self.abroad and used > allowed * SHARE_FOR_ALL_CALLS)
        return Calls.NEW if much else Calls.ALL

    @property
    def paths_kept(self) -> int:
        """How many paths are followed apart: the more was followed, the fewer."""
        kept = PATHS_KEPT
        for effort, fewer in PATHS_BY_EFFORT:
            if self.effort >= effort:
                kept = fewer
                break
        return min(kept, PATHS_KEPT_ABROAD) if self.abroad and self.calls is not Calls.ALL else kept
