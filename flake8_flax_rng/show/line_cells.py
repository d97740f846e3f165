"""A source line as a terminal shows it: tabs, wide characters, characters that would do something, long lines."""

from __future__ import annotations

import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from rich.cells import split_graphemes
from rich.text import Span, Text

_TAB = 4
_CUT = "…"
_REORDER = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that change the order of those around them: what is seen would not be what Python reads."""

_MARGIN = 12
"""How many cells a cut line shows on both sides of what is marked, where there are as many."""

Cells = tuple[int, int]
"""Two cells of a line: the first one, and the one behind the last."""


class LineCells:
    """A line, and in which cell each of its characters begins.

    Args:
        text: the line, with or without styles.
    """

    def __init__(self, text: Text) -> None:
        plain = text.plain
        self._cells = [0] * (len(plain) + 1)
        places = [0] * (len(plain) + 1)
        shown, self._starts, self._places = "", [0], [0]
        for first, last, width in _graphemes(plain):
            as_text, width = _visible(plain[first:last], width, self._starts[-1])
            self._cells[first:last] = [self._starts[-1]] * (last - first)
            places[first:last] = [len(shown)] * (last - first)
            shown += as_text
            self._starts.append(self._starts[-1] + width)
            self._places.append(len(shown))
        self._cells[-1], places[-1] = self._starts[-1], len(shown)
        spans = [Span(places[span.start], places[min(span.end, len(plain))], span.style) for span in text.spans]
        self._text = Text(shown, spans=spans)

    @property
    def width(self) -> int:
        """How many cells the line takes."""
        return self._starts[-1]

    def cell(self, column: int) -> int:
        """Return the cell in which the character of a column begins."""
        return self._cells[min(column, len(self._cells) - 1)]

    def cut(self, window: Cells) -> Text:
        """Return what stands between two cells, with a sign on each side where something is missing."""
        start, stop = window
        before, after = start > 0, stop < self.width
        first, last = bisect_left(self._starts, start + before), bisect_right(self._starts, stop - after) - 1
        inner = self._text[self._places[first] : self._places[max(last, first)]]
        # A wide character that the edge would halve is left out.
        lead = " " * (self._starts[first] - start - before)
        return Text.assemble((_CUT, "dim") if before else "", lead, inner, (_CUT, "dim") if after else "")


def windows(line: LineCells, spans: Sequence[Cells], width: int) -> list[Cells]:
    """Cut a line that is too long.

    Args:
        line: the line.
        spans: the cells that are marked in it, in order.
        width: how many cells there are.

    Returns:
        the cells to show, once for each group of marks that fit in together; all of a line that fits.
    """
    if line.width <= width:
        return [(0, line.width)]
    groups: list[list[Cells]] = []
    for span in spans or [(0, 1)]:
        if groups and span[1] - groups[-1][0][0] <= width - 2 * _MARGIN:
            groups[-1].append(span)
        else:
            groups.append([span])
    return [_window(group, line.width, width) for group in groups]


def _window(group: Sequence[Cells], total: int, width: int) -> Cells:
    first, last = group[0][0], max(stop for _, stop in group)
    start = max(0, min(first - _MARGIN, last + _MARGIN - width, total - width))
    if last + _MARGIN > start + width:  # what is marked is longer than the window: its beginning is shown
        start = max(0, min(first - _MARGIN, total - width))
    return start, min(start + width, total)


def _graphemes(text: str) -> list[tuple[int, int, int]]:
    if text.isascii():
        return [(place, place + 1, 1) for place in range(len(text))]
    return [(first, last, width) for first, last, width in split_graphemes(text)[0]]


def _visible(grapheme: str, width: int, cell: int) -> tuple[str, int]:
    """Return what is shown in the place of a grapheme, and its width."""
    if grapheme == "\t":
        spaces = _TAB - cell % _TAB
        return " " * spaces, spaces
    return grapheme, width


def harmless(line: str) -> str:
    """Return a line of the same length without the characters that do something else than stand there."""
    return "".join(map(_stand_in, line))


def _stand_in(character: str) -> str:
    if character < " " and character != "\t":
        return chr(0x2400 + ord(character))
    acts = character in _REORDER or (character != "\t" and unicodedata.category(character) == "Cc")
    return "�" if acts else character
