"""Keys that were derived and that nobody uses: harmless, unless the key that they come of is used in their place."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.events import SPARE, Discarded, part
from flake8_flax_rng.interpreter.domain.key_lineage import ALL
from flake8_flax_rng.interpreter.domain.kinds import Holder, MakeKind, UseKind
from flake8_flax_rng.interpreter.evidence.idle_splits import is_called_for_its_result
from flake8_flax_rng.interpreter.evidence.unread_siblings import source_name
from flake8_flax_rng.syntax.liveness import may_be_read
from flake8_flax_rng.syntax.names_in_text import (
    Function,
    function_around,
    is_dropped,
    is_local,
    names_around,
    reads_after,
)

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Made, Use
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.evidence.book import Book
    from flake8_flax_rng.syntax.source import Chunk

_DERIVED = (MakeKind.SPLIT, MakeKind.FOLD)


class UnusedKeys:
    """Finds the splits and folds of which keys are never used.

    Args:
        book: the evidence, complete by now.
        free_names: finds names for new keys.
    """

    def __init__(self, book: Book, free_names: FreeNames) -> None:
        self._book = book
        self._free_names = free_names
        self._origins = book.origins
        # What one pass of a loop leaves unread, as the last one does, another may read.
        self._read: dict[object, set[int]] = {}
        for origin, made in self._origins.calls():
            self._read.setdefault(made.site.node, set()).update(self._origins.children_read(origin))

    def events(self) -> list[Discarded]:
        """Return the keys that nobody uses."""
        found = list(self._thrown_away())
        if self._book.complete:
            for origin, made in sorted(self._origins.calls()):
                if made.kind in _DERIVED and origin not in self._origins.thrown_away:
                    found.extend(self._unread(origin, made))
        return found

    def _thrown_away(self) -> Iterator[Discarded]:
        """Return the splits and folds whose result is not even bound."""
        for origin, site in sorted(self._origins.thrown_away.items()):
            made = self._origins.maker(origin)
            if made is not None and (made.site.node is site.node or not self._origins.was_read(origin)):
                yield self._found(made, site, None, self._used_on(made, origin, again=True))

    def _unread(self, origin: int, made: Made) -> Iterator[Discarded]:
        """Return what was bound to names that nobody reads: all keys of a call, or single ones."""
        read = self._read[made.site.node]
        names = self._names(origin)
        unread = [name for index, name in names if not {index, ALL} & read and not self._may_be_read(made, name)]
        if not read and names and len(unread) == len(names):
            shown = next((name for name in unread if not name.startswith("_")), None)
            used_on = self._used_on(made, origin)
            if used_on or shown is not None:
                yield self._found(made, made.site, shown, used_on)
            return
        carried = source_name(made)
        for name in unread:
            if not name.startswith("_") and name != carried:
                yield self._found(made, made.site, name, used_on=False)

    def _found(self, made: Made, site: Site, name: str | None, used_on: bool) -> Discarded:
        return Discarded(
            made, site, name, used_on, self._free_names.at(site) if used_on else SPARE, self._renewable(made)
        )

    def _renewable(self, made: Made) -> bool:
        """Return whether the keys of a split or fold can take the place of its own, for what follows in the text."""
        given = made.way[-1].arguments
        node = given[0][0] if given else None
        if isinstance(node, cst.Attribute):
            return self._book.holders.get(node) is Holder.ASSIGNED
        if not isinstance(node, cst.Name):
            return False
        chunk, line = where(made.site)
        again = reads_after(node.value, chunk, line, self._book.text)
        return again and is_local(node.value, chunk, *chunk.position(node))

    def _names(self, origin: int) -> list[tuple[int, str]]:
        """Return the names that keys of a call, or arrays of them, were bound to, with the number of the first key."""
        names = [(index, name) for index, (name, _) in sorted(self._origins.names(origin).items())]
        array = self._origins.named_array(origin)
        if array is not None and not (names and array[1].start == 0):
            names.append((array[1].start, array[0]))
        return names

    def _may_be_read(self, made: Made, name: str) -> bool:
        """Return whether the text reads a name on some way that was not followed: in dead code, or in a function."""
        if not name.isidentifier():
            return True
        if not name.strip("_"):
            return False
        chunk, line = where(made.site)
        function = function_around(chunk, line)
        body: Sequence[ast.stmt] = function.body if function is not None else self._book.text
        return may_be_read(body, line, name)

    def _used_on(self, made: Made, origin: int, again: bool = False) -> bool:
        """Return whether the key is used although others were derived from it, which are not.

        Args:
            made: the call that derived them.
            origin: its number.
            again: whether another split counts too: whoever throws one away takes it for one that renews the key.
        """
        if made.kind is MakeKind.FOLD:
            return self._book.uses.drawn_from(made.source)
        split = None
        for first, second in self._book.uses.pairs:
            split = first if first.derived == origin else split
            if second.derived == origin:
                split = second
            elif split is None or second.term is not made.source:
                continue
            elif again or (second.kind is not UseKind.SPLIT and not _is_elsewhere(split, second)):
                return True
        # Whoever is given the key after the split is given it in place of the new ones, whatever is done with it there.
        return any(
            first.derived == origin
            and second.kind is UseKind.UNKNOWN
            and not is_dropped(second.site.chunk, second.site.node)
            for first, second in self._book.uses.guesses
        )


def _is_elsewhere(split: Use, other: Use) -> bool:
    """Return whether a caller uses the key on, who has called a function that splits it for what that returns."""
    return is_called_for_its_result(split, part(split, other).first)


def where(site: Site) -> tuple[Chunk, int]:
    """Return the piece of text and the line of a place."""
    return site.chunk, site.chunk.position(site.node)[0]


class FreeNames:
    """Names for new keys; what a function uses is read once.

    Args:
        text: the statements of the file.
    """

    def __init__(self, text: Sequence[ast.stmt]) -> None:
        self._text = text
        self._taken: dict[Function | None, frozenset[str]] = {}

    def at(self, site: Site) -> str:
        """Return a name for a new key that nothing else has where it would be bound."""
        function = function_around(*where(site))
        if function not in self._taken:
            self._taken[function] = names_around(function, self._text)
        taken = self._taken[function]
        return next((name for name in (SPARE, "other_key", "next_key") if name not in taken), f"{SPARE}_2")
