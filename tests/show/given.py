"""Findings made by hand, at words of a text."""

from __future__ import annotations

from flake8_flax_rng.finding import Detail, Finding, Fix, Range, Related
from flake8_flax_rng.flake8_run import Checked


def at(text: str, word: str, turn: int = 1, file: str = "") -> Range:
    """The range of a word in a text; its first occurrence, or a later one."""
    offset = -1
    for _ in range(turn):
        offset = text.index(word, offset + 1)
    before, stop = text[:offset], offset + len(word)
    line, end_line = before.count("\n") + 1, text[:stop].count("\n") + 1
    column, end_column = offset - (before.rfind("\n") + 1), stop - (text[:stop].rfind("\n") + 1)
    return Range(line, column, end_line, end_column, file)


def finding(
    main: Range, *related: tuple[Range, str], code: str = "RNG101", message: str = "it is wrong", fix: Fix | None = None
) -> Finding:
    """A finding with its detail."""
    detail = Detail(main, tuple(Related(place, label) for place, label in related), fix)
    return Finding(main.line, main.column, code, message, detail)


def checked(text: str, *findings: Finding, path: str = "a.py") -> Checked:
    return Checked(path, text, findings)
