"""One path through a program: bindings, heap, ledger and assumed conditions; fork and join."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.values import Ref, Value
from flake8_flax_rng.interpreter.paths.history import Epoch, Heap
from flake8_flax_rng.records import record

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Draw, Use
    from flake8_flax_rng.interpreter.domain.terms import Term


@record()
class LedgerKey:
    """What can be consumed once: a key's bits, or one place of a Linen stream.

    Args:
        term: the key.
        place: scope path and counter of a folded draw; None for the key itself. The two are
            different domains: folded draws do not collide with plain draws and splits.
        origin: number of the call that made the key, where several calls have made it.
    """

    term: Term
    place: tuple[tuple[str, ...], int] | None = None
    origin: int = 0


SHARED = (("<data>",), -1)
"""The place under which data and models that come of one key meet."""

UNRESOLVED = (("<unknown>",), -1)
"""The place under which calls meet that nothing is known of."""

HANDED_OUT = (("<handed out>",), -1)
"""The place under which a key is found that was handed out of sight."""

Facts = Mapping["Term", bool]
"""Truth of conditions; never changed in place."""


class State:
    """The state of one path.

    Attributes:
        heap: objects by address.
        ledger: the first use of everything that was consumed.
        assumed: truth of the conditions that this path has taken; several alternatives where paths have met.
        versions: how often unknown code could have changed what a term names.
        draws: what the Linen modules drew in the run that is under way.
        ended: whether a statement has raised on this path.
        adopted: how many objects of other files the heap has taken over.
        epoch: tells what was written since the path was forked or marked.
    """

    __slots__ = ("_frames", "_owned", "adopted", "assumed", "draws", "ended", "epoch", "heap", "ledger", "versions")

    def __init__(self) -> None:
        self._frames: dict[int, dict[str, Value]] = {}
        self._owned: set[int] = set()
        self.epoch = Epoch()
        self.heap = Heap({}, self.epoch.heap)
        self.ledger: dict[LedgerKey, Use] = {}
        self.assumed: tuple[Facts, ...] = ({},)
        self.versions: dict[Term, int] = {}
        self.draws: tuple[Draw, ...] = ()
        self.ended = False
        self.adopted = 0

    def fork(self) -> State:
        """Return a copy that goes its own way."""
        start = self.mark()
        other: State = object.__new__(State)
        other._frames = dict(self._frames)
        self._owned, other._owned = set(), set()
        other.epoch = Epoch(start)
        other.heap = Heap(self.heap, other.epoch.heap)
        other.ledger = dict(self.ledger)
        other.assumed = self.assumed
        other.versions = dict(self.versions)
        other.draws = self.draws
        other.ended = self.ended
        other.adopted = self.adopted
        return other

    def mark(self) -> Epoch:
        """Return what tells later what was written since."""
        marked = self.epoch
        self.epoch = Epoch(marked)
        self.heap.log = self.epoch.heap
        return marked

    def open_frame(self, number: int, names: dict[str, Value]) -> None:
        """Add the frame of a call."""
        self._frames[number] = names
        self._owned.add(number)
        self.epoch.frames.add(number)

    def close_frame(self, number: int) -> None:
        """Forget the frame of a call that nothing can refer to any more."""
        if self._frames.pop(number, None) is not None:
            self._owned.discard(number)
            self.epoch.frames.add(number)

    def has_frame(self, number: int) -> bool:
        """Return whether the frame exists on this path."""
        return number in self._frames

    def frame(self, number: int) -> dict[str, Value]:
        """Return a frame to read from."""
        return self._frames.get(number, {})

    def lookup(self, frame: int, name: str) -> Value | None:
        """Return what a frame binds to a name."""
        names = self._frames.get(frame)
        return None if names is None else names.get(name)

    def find(self, frames: tuple[int, ...], name: str) -> Value | None:
        """Return what the first of some frames that binds a name binds to it."""
        known = self._frames
        for frame in frames:
            names = known.get(frame)
            if names is not None and name in names:
                return names[name]
        return None

    def bind(self, frame: int, name: str, value: Value) -> None:
        """Bind a name in a frame."""
        self._writable(frame)[name] = value

    def unbind(self, frame: int, name: str) -> None:
        """Remove a name from a frame."""
        self._writable(frame).pop(name, None)

    def _writable(self, frame: int) -> dict[str, Value]:
        self.epoch.frames.add(frame)
        if frame not in self._owned:
            self._frames[frame] = dict(self._frames.get(frame, {}))
            self._owned.add(frame)
        return self._frames[frame]

    def instance(self, value: Value) -> Instance | None:
        """Return the instance behind a value."""
        found = self.heap.get(value.address) if isinstance(value, Ref) else None
        return found if isinstance(found, Instance) else None

    def frame_numbers(self) -> list[int]:
        """Return the numbers of all frames, oldest first."""
        return list(self._frames)
