"""The places that belong to a finding, the texts that they stand in, and what is said of its rule."""

from __future__ import annotations

import os
import tokenize
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from flake8_flax_rng.finding import Finding, Range, Rule
from flake8_flax_rng.flake8_run import Checked
from flake8_flax_rng.records import replaced
from flake8_flax_rng.rules import RULES

_RULES = {rule.code: rule for rule in RULES}


@dataclass(frozen=True)
class Place:
    """A place with the words that belong to it.

    Args:
        range: where it is; its file is named as the reader knows it.
        label: what it is there.
        main: whether it is the place that is wrong, rather than one that explains it.
        number: its turn on the way through the program, counted from 1; 0 where one label says all.
    """

    range: Range
    label: str
    main: bool = False
    number: int = 0

    @property
    def title(self) -> str:
        """The label with its number."""
        return f"{self.number}. {self.label}" if self.number else self.label


class Texts:
    """The lines of the files that findings speak of.

    Args:
        files: those that were linted.
    """

    def __init__(self, files: Sequence[Checked] = ()) -> None:
        self._lines = {file.path: lines_of(file.text) for file in files}

    def lines(self, path: str) -> list[str]:
        """Return the lines of a file without their ends, none where it cannot be read."""
        if path not in self._lines:
            try:
                with tokenize.open(path) as file:
                    self._lines[path] = lines_of(file.read().removeprefix("\ufeff"))
            except (OSError, SyntaxError, UnicodeError):
                self._lines[path] = []
        return self._lines[path]


def lines_of(text: str) -> list[str]:
    """Return the lines of a text without their ends."""
    return text.removesuffix("\n").split("\n") if text else []


@dataclass(frozen=True)
class Account:
    """A finding with all that is told of it.

    Args:
        path: the linted file.
        finding: the finding.
    """

    path: str
    finding: Finding

    @property
    def rule(self) -> Rule | None:
        """The finding's rule; None for what flake8 itself says of a file."""
        return _RULES.get(self.finding.code)

    @cached_property
    def places(self) -> list[Place]:
        """The places in the order in which the program comes to them; the one that is wrong is the last."""
        finding, detail = self.finding, self.finding.detail
        label = self.rule.summary if self.rule is not None else ""
        if detail is None:
            here = Range(finding.line, finding.column, finding.line, finding.column + 1, self.path)
            return [Place(here, label, main=True)]
        count = len(detail.related)
        found = [
            Place(self._named(related.range), related.label, number=number if count > 1 else 0)
            for number, related in enumerate(detail.related, 1)
        ]
        return [*found, Place(self._named(detail.range), label, main=True, number=count + 1 if count > 1 else 0)]

    @property
    def main(self) -> Place:
        """The place that is wrong."""
        return self.places[-1]

    def _named(self, place: Range) -> Range:
        return replaced(place, file=reader_path(place.file) if place.file else self.path)

    def concerns(self, line: int) -> bool:
        """Return whether a line of the linted file is one of those that the finding speaks of."""
        return any(p.range.file == self.path and p.range.line <= line <= p.range.end_line for p in self.places)


def accounts(files: Sequence[Checked]) -> list[Account]:
    """Return all findings in the order of files and places."""
    return [Account(file.path, finding) for file in files for finding in file.findings]


def reader_path(path: str) -> str:
    """Return a path as a reader finds it: from the working directory, unless it lies elsewhere."""
    try:
        relative = os.path.relpath(path)
    except (ValueError, OSError):  # another drive, or the working directory is gone
        return path
    return path if relative.startswith(os.pardir) else relative
