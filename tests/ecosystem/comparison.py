"""Compares a run with the record, and sums up the record by rule."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from .findings import HINTS, Linted
from .record import UNREAD, VERDICTS, Judgement, Place, Record, row

MARK = 0.95
"""The share of the findings outside of tests that are bugs, at least."""


@dataclass(frozen=True)
class Comparison:
    """A run beside the record.

    Args:
        new: what was said and is not recorded, with its message.
        vanished: what is recorded and was not said.
        record: what the record holds of the packages that were linted and the files that could be.
    """

    new: dict[Place, str]
    vanished: Record
    record: Record

    @property
    def unchanged(self) -> bool:
        """Whether the linter says what is recorded."""
        return not self.new and not self.vanished

    @property
    def present(self) -> Record:
        """What is recorded and was said."""
        return {place: judgement for place, judgement in self.record.items() if place not in self.vanished}


def compare(record: Record, said: Linted, packages: Iterable[str]) -> Comparison:
    """Compare a run with the record.

    Args:
        record: the record.
        said: the run.
        packages: the names of the packages that were linted; the others' entries are left out.
    """
    names = set(packages)
    known = {
        place: judgement
        for place, judgement in record.items()
        if place.package in names and (place.package, place.path) not in said.unparsed
    }
    return Comparison(
        {place: message for place, message in sorted(said.messages.items()) if place not in known},
        {place: judgement for place, judgement in known.items() if place not in said.messages},
        known,
    )


def diff(comparison: Comparison) -> str:
    """Return what changed, as rows of the record: ``-`` for what is gone and ``+`` for what is to be judged."""
    lines = [(place, f"- {row(place, judgement)}") for place, judgement in comparison.vanished.items()]
    lines += [(place, f"+ {row(place, Judgement(UNREAD, text))}") for place, text in comparison.new.items()]
    return "".join(f"{line}\n" for _, line in sorted(lines))


def summary(record: Record) -> str:
    """Return a table of the verdicts by rule, and how precise the rules are outside of tests."""
    counts = Counter((place.code, judgement.verdict, place.in_test) for place, judgement in record.items())
    heads = ("", "in tests", *VERDICTS)
    lines = [heads, *(_counted(code, counts) for code in sorted({place.code for place in record}))]
    table = "".join(f"{head:8}" + "".join(f"{cell:>10}" for cell in cells).rstrip() + "\n" for head, *cells in lines)
    outside = {place: judgement for place, judgement in record.items() if not place.in_test}
    default = {place: judgement for place, judgement in outside.items() if place.code not in HINTS}
    lines_below = [f"outside of tests, rules that are on: {_share(default)}"]
    lines_below += [
        f"outside of tests, {hint}: {_share({p: j for p, j in outside.items() if p.code == hint})}" for hint in HINTS
    ]
    return f"findings outside of tests by verdict\n{table}\n" + "\n".join(lines_below)


def _counted(code: str, counts: Counter[tuple[str, str, bool]]) -> tuple[str, ...]:
    tests = sum(counts[code, verdict, True] for verdict in VERDICTS)
    return (code, str(tests), *(str(counts[code, verdict, False]) for verdict in VERDICTS))


def precision(record: Record) -> float:
    """Return the share of bugs among the findings outside of tests of the rules that are on; 1 if there are none."""
    verdicts = [j.verdict for place, j in record.items() if not place.in_test and place.code not in HINTS]
    return verdicts.count("bug") / len(verdicts) if verdicts else 1.0


def _share(record: Record) -> str:
    bugs = sum(judgement.verdict == "bug" for judgement in record.values())
    return f"{bugs} of {len(record)} are bugs" + (f" ({bugs / len(record):.1%})" if record else "")
