"""Places in a text as the Language Server Protocol counts them: lines from 0, columns in UTF-16 units."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from flake8_flax_rng.finding import Edit, Range


class Text:
    """A text in an editor.

    Args:
        source: what it holds, with the ends of lines that it has.
    """

    def __init__(self, source: str) -> None:
        self.source = source

    @cached_property
    def lines(self) -> list[str]:
        """The lines without their ends, split where flake8 and the protocol split them."""
        return self.source.replace("\r\n", "\n").replace("\r", "\n").split("\n")

    @cached_property
    def end_of_line(self) -> str:
        """How its first line ends."""
        first = self.source.partition("\n")
        return "\r\n" if first[1] and first[0].endswith("\r") else "\n"

    def line(self, number: int) -> str:
        """Return a line.

        Args:
            number: its number, counted from 1.
        """
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def position(self, line: int, column: int) -> dict[str, int]:
        """Return a place in the words of the protocol.

        Args:
            line: its line, counted from 1.
            column: its column in characters, counted from 0.
        """
        return {"line": max(line - 1, 0), "character": _units(self.line(line)[:column])}

    def range(self, where: Range) -> dict[str, Any]:
        """Return a range in the words of the protocol.

        Args:
            where: the range.
        """
        return {
            "start": self.position(where.line, where.column),
            "end": self.position(where.end_line, where.end_column),
        }

    def edit(self, edit: Edit) -> dict[str, Any]:
        """Return an edit in the words of the protocol.

        Args:
            edit: the edit.
        """
        return {"range": self.range(edit.range), "newText": edit.text.replace("\n", self.end_of_line)}

    def covers(self, where: Range, position: Mapping[str, int]) -> bool:
        """Tell whether a range covers a place, or ends there.

        Args:
            where: the range.
            position: the place, in the words of the protocol.
        """
        start, end = (tuple(place.values()) for place in self.range(where).values())
        return start <= (position["line"], position["character"]) <= end


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
