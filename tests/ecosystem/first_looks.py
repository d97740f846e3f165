"""First looks: what was said of code that the linter met for the first time, labelled before anything was changed.

    python -m tests.ecosystem.first_looks

prints the figures of `first_looks.tsv`: the share of the findings that a user would mend, by round and by rule.
A file that was copied from a template counts once; tests, notebooks and everything else are counted apart. Rounds 5,
6, 9 and 12 are samples of code that uses Flax NNX, rounds 8, 11 and 13 of Haiku, Equinox, NumPyro and their
neighbours, and rounds 15 to 18 are of both and of everything else.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TABLE = Path(__file__).parent / "first_looks.tsv"

LABELS = ("real", "wanted", "needless", "untrue")
"""A user would mend it, or should; true, and the repeat is meant; true, and of no consequence; not what happens."""

PLACES = ("outside", "test", "notebook")

APART = frozenset({"RNG201"})
"""Counted apart: that dropout needs no key at ``init`` is what the rule teaches, and harms nobody."""


@dataclass(frozen=True)
class Look:
    """One finding of a first look.

    Args:
        round: number of the first look.
        source: the repository or package.
        version: its version or commit.
        path: the file.
        line: its line.
        code: the rule.
        place: one of `PLACES`.
        label: one of `LABELS`.
        reason: one line.
    """

    round: int
    source: str
    version: str
    path: str
    line: int
    code: str
    place: str
    label: str
    reason: str


def read(table: Path = TABLE) -> list[Look]:
    """Return the findings of a table.

    Raises:
        ValueError: a label or a place is not known.
    """
    with table.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    looks = [Look(**{**row, "round": int(row["round"]), "line": int(row["line"])}) for row in rows]
    for look in looks:
        if look.label not in LABELS or look.place not in PLACES:
            raise ValueError(f"{look.source} {look.path}:{look.line}: {look.label!r} {look.place!r}")
    return looks


def shares(looks: Iterable[Look]) -> dict[str, float]:
    """Return the share of each label, of the findings that are not counted apart."""
    counted = Counter(look.label for look in looks if look.code not in APART)
    total = sum(counted.values())
    return {label: counted[label] / total if total else 0.0 for label in LABELS}


def report(looks: list[Look]) -> str:
    """Return the figures of each round, and of each rule outside tests in all rounds."""
    lines = ["round  place     findings  " + "  ".join(f"{label:>8}" for label in LABELS)]
    for number in sorted({look.round for look in looks}):
        for place in PLACES:
            some = [look for look in looks if look.round == number and look.place == place and look.code not in APART]
            if some:
                lines.append(f"{number:>5}  {place:<8}  {len(some):>8}  " + _row(shares(some)))
    lines.append("")
    lines.append("rule    findings outside tests  " + "  ".join(f"{label:>8}" for label in LABELS))
    outside = [look for look in looks if look.place == "outside"]
    for code in sorted({look.code for look in outside}):
        some = [look for look in outside if look.code == code]
        lines.append(f"{code}  {len(some):>22}  " + "  ".join(f"{_count(some, label):>8}" for label in LABELS))
    return "\n".join(lines)


def _row(found: dict[str, float]) -> str:
    return "  ".join(f"{found[label]:>8.1%}" for label in LABELS)


def _count(looks: list[Look], label: str) -> int:
    return sum(look.label == label for look in looks)


if __name__ == "__main__":
    print(report(read()))
    sys.exit(0)
