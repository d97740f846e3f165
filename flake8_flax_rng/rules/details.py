"""What is known of a finding beside its line; whatever goes wrong in it costs that part alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from flake8_flax_rng.finding import Detail, Fix, Lineage, Range, Related

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.rules.report import Report


def detail_of(report: Report, lineage: Callable[[Report], Lineage | None]) -> Detail:
    """Return the range of a report, the places that belong to it, its fix, and the lineage of its key.

    Args:
        report: what a rule says; its place is known to have a line.
        lineage: draws where the key comes from.
    """
    line, column = report.place()
    place = _range(report.site) or Range(line, column, line, column)
    return Detail(place, tuple(_related(report, place)), _fix(report), _lineage(report, lineage))


def _lineage(report: Report, lineage: Callable[[Report], Lineage | None]) -> Lineage | None:
    try:
        return lineage(report)
    except Exception:  # a mistake of ours
        return None


def _related(report: Report, main: Range) -> Iterator[Related]:
    """Go through the places that are known, each once."""
    seen = {main}
    for label, site in report.related:
        place = _range(site)
        if place is not None and place not in seen:
            seen.add(place)
            yield Related(place, label)


def _range(site: Site) -> Range | None:
    try:
        return Range(*site.chunk.range(site.node), site.chunk.file)
    except Exception:  # a chunk of another file, for instance, whose text has changed meanwhile
        return None


def _fix(report: Report) -> Fix | None:
    try:
        fix = report.fix() if report.fix is not None else None
    except Exception:  # `NoFix`, or a mistake of ours: the finding is as true without it
        return None
    return fix if fix is not None and fix.edits else None
