"""Source lines as HTML, coloured and with the places of findings marked; and words that hold code."""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape
from pygments import lex
from pygments.lexers import PythonLexer
from pygments.token import STANDARD_TYPES

from flake8_flax_rng.show.excerpt import Mark

_REORDER = frozenset("\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

Tokens = list[tuple[int, int, str]]
"""The parts of a line that have a colour: first column, the one behind the last, class."""


@dataclass(frozen=True)
class Line:
    """A line of a page.

    Args:
        number: its number.
        html: its source.
        labels: what is said of it, each with the name of the finding that it belongs to.
        main: whether a finding is in this line, rather than a place that explains one.
    """

    number: int
    html: Markup
    labels: tuple[tuple[str, str, bool], ...] = ()

    @property
    def main(self) -> bool:
        """Whether something is wrong in this line."""
        return any(main for _, _, main in self.labels)


def tokens(lines: Sequence[str]) -> list[Tokens]:
    """Return the coloured parts of each line."""
    result: list[Tokens] = [[]]
    column = 0
    for kind, text in lex("\n".join(lines), PythonLexer(stripnl=False, ensurenl=False)):
        name = STANDARD_TYPES.get(kind, "")
        for number, part in enumerate(text.split("\n")):
            if number:
                result.append([])
                column = 0
            if part and name:
                result[-1].append((column, column + len(part), name))
            column += len(part)
    return [*result, *([] for _ in range(len(lines) - len(result)))]


def line_html(text: str, colours: Tokens, found: Sequence[Mark]) -> Markup:
    """Return one line; where places overlap, the one that is wrong is seen."""
    edges = {0, len(text)}
    for start, end, _ in colours:
        edges.update((start, end))
    for mark in found:
        edges.update((min(mark.start, len(text)), min(mark.end, len(text))))
    cuts = sorted(edges)
    return Markup("").join(
        _part(text[start:end], _colour(colours, start), _marked(found, start))
        for start, end in itertools.pairwise(cuts)
    )


def _part(text: str, colour: str, mark: Mark | None) -> Markup:
    safe = visible(text)
    html = Markup('<span class="{}">{}</span>').format(colour, safe) if colour else escape(safe)
    if mark is None:
        return html
    kind = "main" if mark.place.main else "other"
    return Markup('<mark class="{}" title="{}">{}</mark>').format(kind, mark.place.title, html)


def _colour(colours: Tokens, column: int) -> str:
    return next((name for start, end, name in colours if start <= column < end), "")


def _marked(found: Sequence[Mark], column: int) -> Mark | None:
    here = [mark for mark in found if mark.start <= column < mark.end]
    return max(here, key=lambda mark: (mark.place.main, mark.start), default=None)


def words(text: str) -> Markup:
    """Return words for a reader, with what stands between backquotes as code."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:
        return escape("`".join(parts))
    return Markup("").join(
        Markup("<code>{}</code>").format(part) if number % 2 else escape(part) for number, part in enumerate(parts)
    )


def visible(text: str) -> str:
    """Replace the characters that do something else than stand there."""
    return "".join("�" if _acts(character) else character for character in text)


def _acts(character: str) -> bool:
    return character in _REORDER or (character != "\t" and unicodedata.category(character) == "Cc")
