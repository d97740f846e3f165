"""What a path has written since it parted from another one, so that a join need not look at all the rest.

A heap holds thousands of objects where other files are followed, and a branch changes one or two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.heap import HeapObject


class Epoch:
    """A stretch of a path, from one fork or mark to the next.

    Attributes:
        parent: the one before it, None at the start of a program.
        depth: how many there were before.
        heap: for the addresses that were written, what was there at the start of it.
        frames: the numbers of the frames that were written, opened or closed.
    """

    __slots__ = ("depth", "frames", "heap", "parent")

    def __init__(self, parent: Epoch | None = None) -> None:
        self.parent = parent
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.heap: dict[int, HeapObject | None] = {}
        self.frames: set[int] = set()


class Heap(dict[int, "HeapObject"]):
    """Objects by address.

    Args:
        objects: the objects.
        log: takes for each address that is written what was there before.
    """

    __slots__ = ("log",)

    def __init__(self, objects: Mapping[int, HeapObject], log: dict[int, HeapObject | None]):
        super().__init__(objects)
        self.log = log

    def __setitem__(self, address: int, found: HeapObject) -> None:
        if address not in self.log:
            self.log[address] = self.get(address)
        super().__setitem__(address, found)

    def __delitem__(self, address: int) -> None:
        self.log.setdefault(address, self.get(address))
        super().__delitem__(address)

    def update(self, objects: Mapping[int, HeapObject]) -> None:  # type: ignore[override]
        """Take over objects, in the place of those that are there."""
        for address, found in objects.items():
            if self.get(address) is not found:
                self[address] = found

    def setdefault(self, address: int, found: HeapObject) -> HeapObject:
        """Take over an object if there is none, and return the one that is there."""
        if address not in self:
            self[address] = found
        return self[address]

    def give(self, objects: Iterable[tuple[int, HeapObject]]) -> None:
        """Take over the objects that are not there."""
        for address, found in objects:
            if address not in self:
                self[address] = found


def apart(one: Epoch, other: Epoch) -> tuple[set[int], set[int]] | None:
    """Return the addresses and the frames that two paths have written since they parted.

    Args:
        one: where the first path is.
        other: where the second path is.

    Returns:
        the addresses and the numbers of the frames; None for paths that do not come of one.
    """
    heap: set[int] = set()
    frames: set[int] = set()
    last, earlier = one, other
    while last is not earlier:
        if last.depth < earlier.depth:
            last, earlier = earlier, last
        if last.heap:
            heap.update(last.heap)
        if last.frames:
            frames |= last.frames
        if last.parent is None:
            return None
        last = last.parent
    return heap, frames


def before(now: Epoch, then: Epoch) -> dict[int, HeapObject | None]:
    """Return for the addresses that were written since then what was there; ``then`` is not counted."""
    found: dict[int, HeapObject | None] = {}
    current: Epoch | None = now
    while current is not None and current is not then:
        found.update(current.heap)
        current = current.parent
    return found
