"""The registry of rules: every module of this package that is named like a code."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Container, Iterable, Sequence
from typing import TYPE_CHECKING

from flake8_flax_rng.finding import Finding, Rule

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Event
    from flake8_flax_rng.rules.report import Report
    from flake8_flax_rng.syntax.source import NotAnalysed

_MODULES = [
    importlib.import_module(f"{__name__}.{name}")
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__))
    if re.fullmatch(r"rng\d{3}", name)
]
_CHECKS: list[tuple[Rule, Callable[[Sequence[Event]], Iterable[Report]]]] = [
    (module.RULE, module.check) for module in _MODULES if hasattr(module, "check")
]
_BROKEN = "RNG001"

_SAME_CAUSE = {"RNG102": "RNG101"}
"""Rules that say the same of one place: the first one in the registry speaks."""

RULES: tuple[Rule, ...] = tuple(module.RULE for module in _MODULES)


def findings(events: Sequence[Event], off: Container[str] = ()) -> list[Finding]:
    """Return what the rules say about the events of one file; one finding for each place and cause.

    What is wrong in another file of the project is reported there, when it is linted itself.

    Args:
        events: what the analysis found.
        off: codes of the rules that are not asked.
    """
    result: dict[tuple[str, int, int], Finding] = {}
    for rule, check in _CHECKS:
        if rule.code in off:
            continue
        cause = _SAME_CAUSE.get(rule.code, rule.code)
        for report in check(events):
            if report.site.chunk.file:
                continue
            line, column = report.site.chunk.position(report.site.node)
            found = Finding(line, column, rule.code, report.message)
            result.setdefault((cause, line, column), found)
    return list(result.values())


def not_analysed(failure: NotAnalysed) -> Finding:
    """Return the one finding for a file of which something could not be analysed."""
    return Finding(failure.line, 0, _BROKEN, f"not analysed: {failure.reason}")
