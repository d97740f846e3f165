"""The keys that go to where nobody can see what is done with them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from flake8_flax_rng.interpreter.domain.key_lineage import child_of, children_in
from flake8_flax_rng.interpreter.domain.values import Key, Keys, Value
from flake8_flax_rng.interpreter.domain.walk import KeysWithin


class Escapes:
    """Which children of each split have escaped: to unknown code, into an object, or out of a function."""

    def __init__(self) -> None:
        self._escaped: dict[int, set[int]] = {}
        self._keys = KeysWithin()
        self._noting = True
        self._given_up: set[int] = set()
        self._cut_off = KeysWithin()

    @contextmanager
    def not_noted(self) -> Iterator[None]:
        """Give keys to what could be followed, but for a bound: that it uses them is not taken for granted."""
        before, self._noting = self._noting, False
        try:
            yield
        finally:
            self._noting = before

    def note(self, value: Value) -> None:
        """Note that whatever keys a value holds have escaped."""
        if not self._noting:
            self._given_up.update(key.origin for key in self._cut_off.new(value))
            return
        for key in self._keys.new(value):
            children = {child_of(key.term)} if isinstance(key, Key) else children_in(key)
            self._escaped.setdefault(key.origin, set()).update(children)

    def note_lanes(self, lane: Value, array: Value) -> None:
        """Note that all keys of an array have escaped, if the one that stands for them has."""
        if not (isinstance(lane, Key) and isinstance(array, Keys)):
            return
        if child_of(lane.term) in self._escaped.get(lane.origin, ()):
            self.note(array)

    def origins(self) -> Iterable[int]:
        """Return the numbers of the calls some of whose keys have escaped, or were given to what a bound cuts off."""
        return {*self._escaped, *self._given_up}

    def children(self, origin: int) -> set[int]:
        """Return which children of a split have escaped."""
        return self._escaped.get(origin, set())
