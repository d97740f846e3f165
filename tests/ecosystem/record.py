"""The judged findings, one a line: where, which rule, whether it is true and why. No code of the packages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

VERDICTS = ("bug", "formal", "intended", "false")
"""A wrong program; a key used twice in a test or benchmark, where it does no harm; one that its author wants so, and
knows or would say so; not what the message says."""

UNREAD = "?"
"""Stands for the verdict that somebody has to give."""

_CODE = re.compile(r"RNG\d{3}")
_TEST = re.compile(r"tests?|testing|test_.*|.*_tests?\.py|conftest\.py|benchmarks?|benchmark_.*|.*_benchmark\.py")


@dataclass(frozen=True, order=True)
class Place:
    """What makes a finding the same one in the next run.

    Args:
        package: the package's name.
        version: its version.
        path: the file, below the unpacked archive.
        line: its line, from 1.
        column: its column, from 1 as flake8 prints it.
        code: the rule.
    """

    package: str
    version: str
    path: str
    line: int
    column: int
    code: str

    @property
    def in_test(self) -> bool:
        """Whether the file is a test or a benchmark, by its name or a directory's."""
        return any(_TEST.fullmatch(part) for part in PurePosixPath(self.path).parts)


@dataclass(frozen=True)
class Judgement:
    """What a reader has found.

    Args:
        verdict: one of `VERDICTS`.
        reason: one line.
    """

    verdict: str
    reason: str


Record = dict[Place, Judgement]


def read(text: str) -> Record:
    """Read a record: columns between tabs, package, version, path, line:column, code, verdict, reason; sorted.

    Raises:
        ValueError: a line is not of this form, has no reason, is not in its order, or names a place again.
    """
    record: Record = {}
    last: Place | None = None
    for number, line in enumerate(text.splitlines(), 1):
        try:
            place, judgement = _entry(line)
            if last is not None and place <= last:
                raise ValueError("out of order" if place < last else "named twice")
        except ValueError as error:
            raise ValueError(f"line {number} of the record: {error}") from None
        record[place], last = judgement, place
    return record


def _entry(line: str) -> tuple[Place, Judgement]:
    columns = line.split("\t")
    if len(columns) != 7 or not all(column and column == column.strip() for column in columns):
        raise ValueError("not seven columns")
    package, version, path, spot, code, verdict, reason = columns
    if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", spot):
        raise ValueError(f"not a line and a column: {spot!r}")
    if not _CODE.fullmatch(code):
        raise ValueError(f"not a rule's code: {code!r}")
    if verdict not in VERDICTS:
        raise ValueError(f"not a verdict: {verdict!r}")
    row, column = map(int, spot.split(":"))
    place = Place(package, version, path, row, column, code)
    if verdict == "formal" and not place.in_test:
        raise ValueError("'formal' is for tests and benchmarks")
    return place, Judgement(verdict, reason)


def row(place: Place, judgement: Judgement) -> str:
    """Return a line of the record, without its end."""
    spot = f"{place.line}:{place.column}"
    return "\t".join((place.package, place.version, place.path, spot, place.code, judgement.verdict, judgement.reason))


def written(entries: Iterable[tuple[Place, Judgement]]) -> str:
    """Return a record's text."""
    return "".join(f"{row(place, judgement)}\n" for place, judgement in sorted(entries, key=lambda entry: entry[0]))
