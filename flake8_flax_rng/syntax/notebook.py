"""Lines of a notebook that nbQA has written as one script: their numbers there mean nothing to its reader."""

from __future__ import annotations

import re
from collections.abc import Sequence

_SEPARATOR = "# %%NBQA-CELL-SEP"
"""What nbQA writes before each cell."""

_LINE = re.compile(r"\bline (\d+)\b(?! of )")  # What follows "of" is another file.


def is_notebook(lines: Sequence[str]) -> bool:
    """Tell whether a script is what nbQA has made of a notebook.

    Args:
        lines: its lines.

    Returns:
        whether it is.
    """
    return bool(lines) and lines[0].startswith(_SEPARATOR)


def by_cell(message: str, line: int, lines: Sequence[str]) -> str:
    """Say in which cell the lines are that a message names.

    nbQA rewrites where a finding is, and not what it says. It numbers the cells as the notebook does, of which
    the script lacks those that are not Python; so a line of another cell is quoted.

    Args:
        message: a finding's message.
        line: the finding's line in the script, counted from 1.
        lines: the lines of the script.

    Returns:
        the message with lines counted from the start of their cell.
    """
    here = _start(line, lines)

    def place(match: re.Match[str]) -> str:
        number = int(match[1])
        if not 0 < number <= len(lines):
            return match[0]
        start = _start(number, lines)
        if start == here:
            return f"line {number - start} of this cell"
        which = "an earlier" if start < here else "a later"
        return f"line {number - start} of {which} cell (`{lines[number - 1].strip()}`)"

    return _LINE.sub(place, message)


def _start(line: int, lines: Sequence[str]) -> int:
    """Find the separator before a line; 0 when there is none."""
    return next((number for number in range(line, 0, -1) if lines[number - 1].startswith(_SEPARATOR)), 0)
