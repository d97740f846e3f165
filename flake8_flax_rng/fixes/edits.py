"""Edits of a text, and how they are applied to it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from flake8_flax_rng.finding import Edit, Range
from flake8_flax_rng.syntax.source import lines_of

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.places import Site

Position = tuple[int, int]


class NoFix(Exception):
    """There is no repair here that is certain to be right."""


class Overlapping(Exception):
    """Two edits change the same part of a text.

    Args:
        first: the one that comes first in the text.
        second: the other one.
    """

    def __init__(self, first: Edit, second: Edit):
        super().__init__(f"two edits of line {second.range.line} overlap")
        self.first = first
        self.second = second


def range_of(site: Site) -> Range:
    """Return the range of a place in the linted file."""
    if site.chunk.file:
        raise NoFix("it stands in another file")
    return Range(*site.chunk.range(site.node))


def replaced(site: Site, text: str) -> Edit:
    """Return the edit that writes something else where a node stands, within the parentheses around it."""
    return Edit(range_of(site), text)


def replaced_whole(site: Site, text: str) -> Edit:
    """Return the edit that writes something else where an expression stands, and its parentheses too."""
    place = range_of(site)
    left, right = getattr(site.node, "lpar", ()), getattr(site.node, "rpar", ())
    if left and right:
        first, last = site.chunk.range(left[0]), site.chunk.range(right[-1])
        place = Range(first[0], first[1], last[2], last[3])
    return Edit(place, text)


def inserted(line: int, column: int, text: str) -> Edit:
    """Return the edit that writes something before a character of the linted file."""
    return Edit(Range(line, column, line, column), text)


def start(edit: Edit) -> Position:
    """Return where an edit begins."""
    return edit.range.line, edit.range.column


def end(edit: Edit) -> Position:
    """Return where an edit ends."""
    return edit.range.end_line, edit.range.end_column


def overlap(one: Edit, two: Edit) -> bool:
    """Return whether two edits change the same part of a text, or write something at the same place.

    An insertion right before or after a part that is replaced does not overlap with it.
    """
    if start(one) == end(one) == start(two) == end(two):
        return True
    return start(one) < end(two) and start(two) < end(one)


def applied(text: str, edits: Iterable[Edit]) -> str:
    """Return a text after some edits; ends of lines in what is written are those of the text.

    Raises:
        Overlapping: if two edits change the same part.
    """
    ordered = sorted(edits, key=lambda edit: (start(edit), end(edit)))
    for one, two in pairwise(ordered):
        if overlap(one, two):
            raise Overlapping(one, two)
    lines = lines_of(text)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line))
    newline = _newline(lines)
    parts: list[str] = []
    done = 0
    for edit in ordered:
        parts += text[done : _offset(starts, start(edit))], edit.text.replace("\n", newline)
        done = _offset(starts, end(edit))
    return "".join([*parts, text[done:]])


def _offset(starts: Sequence[int], position: Position) -> int:
    line, column = position
    return starts[line - 1] + column


def _newline(lines: Sequence[str]) -> str:
    first = lines[0] if lines else "\n"
    return first[len(first.rstrip("\r\n")) :] or "\n"
