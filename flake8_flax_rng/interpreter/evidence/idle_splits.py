"""Splits that take nothing from their key, for nobody draws from what they have made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.kinds import UseKind
from flake8_flax_rng.syntax.names_in_text import is_dropped

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flake8_flax_rng.interpreter.domain.events import Step, Use
    from flake8_flax_rng.interpreter.evidence.book import Book


class IdleSplits:
    """Tells the splits whose keys do nothing: those that anybody reads are only split again, just as idly.

    Args:
        book: the evidence, complete by now.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._live: set[int] | None = None

    def hold(self, use: Use) -> bool:
        """Return whether a use of a key is a split that nothing comes of."""
        if use.kind is not UseKind.SPLIT or not self._book.complete or not self._is_named(use.derived):
            return False
        if self._live is None:
            self._live = self._lines([*self._book.uses.drawn_origins, *self._book.escapes.origins(), *self._read()])
        return use.derived not in self._live

    def _is_named(self, origin: int) -> bool:
        """Return whether it shows which keys of a split are read: they have names, or are lost at once."""
        if origin in self._book.origins.thrown_away:
            return True
        array = self._book.origins.named_array(origin)
        return not array[1].reshaped if array is not None else bool(self._book.origins.names(origin))

    def _read(self) -> Iterator[int]:
        """Go through the splits of whose keys one is read by something that is no split."""
        split: dict[object, set[int]] = {}
        for origin, made in self._book.origins.calls():
            # What a loop hands on to its next pass is split there, also that of the last pass that is followed.
            split.setdefault(made.site.node, set()).update(self._book.uses.children_split(origin))
        for origin, made in self._book.origins.calls():
            if self._book.origins.children_read(origin) - split[made.site.node]:
                yield origin

    def _lines(self, origins: Iterable[int]) -> set[int]:
        """Return the numbers of some calls that made keys, and of those that the keys come of."""
        live: set[int] = set()
        for origin in origins:
            number = origin
            while number and number not in live:
                live.add(number)
                made = self._book.origins.maker(number)
                number = made.parent if made is not None else 0
        return live


def is_called_for_its_result(use: Use, step: Step) -> bool:
    """Return whether a key is used in a function that is called for what it returns.

    Args:
        use: the use.
        step: the step of the way to it that is looked at: the call of the function, or the use itself.
    """
    return step.site.node is not use.site.node and not is_dropped(step.site.chunk, step.site.node)
