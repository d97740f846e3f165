"""Splits that take nothing from their key, for nobody draws from what they have made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.kinds import UseKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flake8_flax_rng.interpreter.domain.events import Use
    from flake8_flax_rng.interpreter.evidence.book import Book


class IdleSplits:
    """Tells the splits whose keys are never drawn from, nor the keys that come of these, and that go nowhere.

    Args:
        book: the evidence, complete by now.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._live: set[int] | None = None

    def hold(self, use: Use) -> bool:
        """Return whether a use of a key is a split that nothing comes of."""
        if use.kind is not UseKind.SPLIT or not use.derived or not self._book.complete:
            return False
        if self._live is None:
            self._live = self._lines([*self._book.uses.drawn_origins, *self._book.escapes.origins()])
        return use.derived not in self._live

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
