"""The registry of rules: every module of this package that is named like a code."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING

from flake8_flax_rng.finding import NOT_ANALYSED, Finding, Lineage, Rule
from flake8_flax_rng.rules import fixed_seeds, rng198, shared_keys
from flake8_flax_rng.rules.details import detail_of
from flake8_flax_rng.rules.lineage import Lineages
from flake8_flax_rng.syntax.collected_tests import is_tested_with

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Event
    from flake8_flax_rng.interpreter.evidence.origins import Origins
    from flake8_flax_rng.rules.report import Report
    from flake8_flax_rng.syntax.source import NotAnalysed

Check = Callable[["Sequence[Event]"], "Iterable[Report]"]

_MODULES = [
    importlib.import_module(f"{__name__}.{name}")
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__))
    if re.fullmatch(r"rng\d{3}", name)
]
_CHECKS: list[tuple[Rule, Check]] = [(module.RULE, module.check) for module in _MODULES if hasattr(module, "check")]

_SAME_CAUSE = {"RNG102": "RNG101"}
"""Rules that say the same of one place: the first one in the registry speaks."""

_DOUBTFUL = frozenset({fixed_seeds.DOUBTFUL, shared_keys.DOUBTFUL})
"""Rules that speak in place of another one, and leave it the place for what else it has to say."""

RULES: tuple[Rule, ...] = tuple(module.RULE for module in _MODULES)


def findings(
    events: Sequence[Event],
    off: Container[str] = (),
    tests: bool = False,
    detailed: bool = False,
    origins: Origins | None = None,
) -> list[Finding]:
    """Return what the rules say about the events of one file; one finding for each place and cause.

    What is wrong in another file of the project is reported there, when it is linted itself.

    Args:
        events: what the analysis found.
        off: codes of the rules that are not asked.
        tests: whether all of the file is there for its tests.
        detailed: whether each finding is to hold its range, the places that belong to it, and its fix.
        origins: the calls that made keys, for the lineage of those that a detailed finding is about.
    """
    result: dict[tuple[str, int, int], Finding] = {}
    for rule, check in _CHECKS:
        if rule.code in off:
            continue
        cause = _SAME_CAUSE.get(rule.code, rule.code)
        lineage = Lineages(check, events, origins).of if detailed else None
        for found in _found(rule, check, events, partial(_placed, tests=tests, lineage=lineage)):
            if found.code in off:
                continue
            of = f"{found.code} {rule.code}" if found.code in (NOT_ANALYSED, *_DOUBTFUL) else cause
            result.setdefault((of, found.line, found.column), found)
    return list(result.values())


def _found(
    rule: Rule, check: Check, events: Sequence[Event], placed: Callable[[Rule, Report], Finding]
) -> Iterator[Finding]:
    """Go through what one rule says: whatever goes wrong in it, or with one of its places, costs no other finding."""
    try:
        for report in check(events):
            if not report.site.chunk.file:
                yield placed(rule, report)
    except Exception as error:
        yield _failed(rule, error)


def _placed(rule: Rule, report: Report, tests: bool, lineage: Callable[[Report], Lineage | None] | None) -> Finding:
    try:
        line, column = report.place()
        in_test = tests or report.trial or is_tested_with(report.site.chunk.tree, line)
    except Exception as error:
        return _failed(rule, error)
    code = rng198.RULE.code if in_test and rule.code in rng198.REPEATS else report.instead or rule.code
    return Finding(line, column, code, report.message, detail_of(report, lineage) if lineage is not None else None)


def _failed(rule: Rule, error: Exception) -> Finding:
    """Return the finding for a rule in which something went wrong, which is a mistake of ours."""
    reason = " ".join(f"{type(error).__name__}: {error}".split()).removesuffix(":")
    return Finding(1, 0, NOT_ANALYSED, f"not analysed: {rule.code} fails, {reason}")


def not_analysed(failure: NotAnalysed) -> Finding:
    """Return the one finding for a file of which something could not be analysed."""
    return Finding(failure.line, 0, NOT_ANALYSED, f"not analysed: {failure.reason}")
