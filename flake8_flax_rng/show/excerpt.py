"""Which lines of a file are shown, and what is marked in them."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from dataclasses import dataclass

from flake8_flax_rng.show.places import Place

_AROUND = 1
"""How many lines are shown before and after one that is marked."""

_WHOLE = 3
"""How many lines of a place are marked at the most; of a longer one only the first is."""


@dataclass(frozen=True)
class Mark:
    """What is marked in one line.

    Args:
        start: the first column.
        end: the column behind the last one; at least one more.
        place: what is marked.
        last: whether the label belongs here, to the last line of the place.
    """

    start: int
    end: int
    place: Place
    last: bool


def marks(places: Sequence[Place], lines: Sequence[str]) -> dict[int, list[Mark]]:
    """Return what is marked in each line of a file, from left to right.

    Args:
        places: the places in that file.
        lines: its lines.
    """
    result: dict[int, list[Mark]] = {}
    for place in places:
        spot = place.range
        whole = spot.end_line - spot.line < _WHOLE
        last = spot.end_line if whole else spot.line
        for number in range(spot.line, last + 1):
            text = lines[number - 1] if 0 < number <= len(lines) else ""
            start = spot.column if number == spot.line else len(text) - len(text.lstrip())
            end = spot.end_column if number == spot.end_line else len(text.rstrip())
            if number < last and not text.strip():
                continue
            result.setdefault(number, []).append(Mark(start, max(end, start + 1), place, number == last))
    for found in result.values():
        found.sort(key=lambda mark: (mark.start, -mark.end, mark.place.number))
    return result


def shown_lines(marked: Sequence[int], lines: Sequence[str]) -> list[list[int]]:
    """Return the numbers of the lines to show: groups, between which lines are left out.

    Args:
        marked: the numbers of the lines in which something is marked.
        lines: the lines of the file.
    """
    wanted = set(marked)
    for number in marked:
        for near in range(number - _AROUND, number + _AROUND + 1):
            if 0 < near <= len(lines) and lines[near - 1].strip():
                wanted.add(near)
    wanted.update(number for number in headers(marked, lines) if number not in wanted)
    groups: list[list[int]] = []
    for number in sorted(wanted):
        if groups and number - groups[-1][-1] <= 2:  # a sign for one missing line would take as much room
            groups[-1].extend(range(groups[-1][-1] + 1, number + 1))
        else:
            groups.append([number])
    return groups


def headers(marked: Sequence[int], lines: Sequence[str]) -> set[int]:
    """Return the lines where the functions begin that the marked lines stand in."""
    try:
        tree = ast.parse("\n".join(lines))
    except (SyntaxError, ValueError, RecursionError):
        return set()
    found = set()
    for line in marked:
        inner = 0
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.lineno <= line <= _last(node):
                inner = max(inner, node.lineno)
        if inner:
            found.add(inner)
    return found


def _last(node: ast.stmt) -> int:
    return node.end_lineno or node.lineno
