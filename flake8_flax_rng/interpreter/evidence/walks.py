"""What was seen on the walk through the program that starts at each function."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.domain.events import Way
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import FunctionCode


class Walks:
    """What holds for one walk only: another one starts with nothing consumed.

    Attributes:
        number: number of the walk that is under way.
        within: the walks that start at a function within a function.
    """

    def __init__(self) -> None:
        self.number = 0
        self.within: set[int] = set()
        self._keyed: set[tuple[int, cst.CSTNode]] = set()
        self._settled: set[Way] = set()
        self._captured: dict[tuple[int, FunctionCode, int, cst.CSTNode], Term] = {}

    def keyed(self, node: cst.CSTNode) -> None:
        """Note an argument that was a key on some path of this walk."""
        self._keyed.add((self.number, node))

    def was_keyed(self, number: int, node: cst.CSTNode) -> bool:
        """Return whether an argument was a key on some path of a walk.

        A function within a function is followed once more by itself, when the names that it takes from
        around it hold what the last call left there; for it any other time counts too.
        """
        return (number, node) in self._keyed or (number in self.within and any(at is node for _, at in self._keyed))

    def settle(self, way: Way) -> None:
        """Note a layer whose flag is set as it should be on some path that leads this way."""
        self._settled.add(way)

    def was_settled(self, way: Way) -> bool:
        """Return whether a layer's flag is right on some path: which one it is, the caller says, who is not in sight.

        Who may give a flag to the constructor, and may give it in the call, does not do both.
        """
        return way in self._settled

    def captured(self, function: tuple[FunctionCode, int], node: cst.CSTNode, key: Term) -> bool:
        """Note a key that a compiled function reads from outside; return whether it has read another one there."""
        return self._captured.setdefault((self.number, *function, node), key) is not key
