"""The registry of rules: one module per rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from flake8_flax_rng.finding import Finding, Rule
from flake8_flax_rng.rules import rng001, rng101, rng102, rng201, rng203, rng205, rng209

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.events import Event
    from flake8_flax_rng.rules.report import Report
    from flake8_flax_rng.syntax.source import NotAnalysed

_MODULES = (rng001, rng101, rng102, rng201, rng203, rng205, rng209)
_CHECKS: tuple[tuple[Rule, Callable[[Sequence[Event]], Iterable[Report]]], ...] = (
    (rng101.RULE, rng101.check),
    (rng102.RULE, rng102.check),
    (rng201.RULE, rng201.check),
    (rng203.RULE, rng203.check),
    (rng205.RULE, rng205.check),
    (rng209.RULE, rng209.check),
)

_SAME_CAUSE = {"RNG102": "RNG101"}
"""Rules that say the same of one place: the first one in the registry speaks."""

RULES: tuple[Rule, ...] = tuple(module.RULE for module in _MODULES)


def findings(events: Sequence[Event]) -> list[Finding]:
    """Return what the rules say about the events of one file; one finding for each place and cause."""
    result: dict[tuple[str, int, int], Finding] = {}
    for rule, check in _CHECKS:
        cause = _SAME_CAUSE.get(rule.code, rule.code)
        for report in check(events):
            line, column = report.site.chunk.position(report.site.node)
            found = Finding(line, column, rule.code, report.message)
            result.setdefault((cause, line, column), found)
    return list(result.values())


def not_analysed(failure: NotAnalysed) -> Finding:
    """Return the one finding for a file of which something could not be analysed."""
    return Finding(failure.line, 0, rng001.RULE.code, f"not analysed: {failure.reason}")
