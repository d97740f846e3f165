"""What flake8 would report of a text that is being edited."""

from __future__ import annotations

import argparse
import contextlib
import os
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from flake8_flax_rng.finding import NOT_ANALYSED, Edit, Finding, Range
from flake8_flax_rng.semantics.gate import may_handle_keys, names_keys

_KEPT = 16
"""Texts of which the findings are remembered: an editor asks for the same one again and again."""


@dataclass(frozen=True)
class Report:
    """What is known of one text.

    Args:
        findings: what flake8 reports of it, with details.
        docs_url: where the pages of the rules are, or "".
        options: flake8's options; None where flake8 was not asked.
    """

    findings: tuple[Finding, ...] = ()
    docs_url: str = ""
    options: argparse.Namespace | None = None


NOTHING = Report()

_lock = threading.Lock()
_reports: OrderedDict[tuple[object, ...], Report] = OrderedDict()


def report(source: str, path: str, root: str, arguments: Sequence[str] = ()) -> Report:
    """Return what flake8 reports of a text.

    Neither flake8 nor the linter is loaded where a text cannot be of interest.

    Args:
        source: the text.
        path: the file that it belongs to.
        root: the directory of the project, from which flake8's settings are looked for.
        arguments: flake8's arguments.
    """
    if not names_keys(source) and not may_handle_keys(source):
        return NOTHING
    # The same text has other findings when the settings or other files have changed: only those who ask about what is
    # shown get what was found before.
    with _lock:
        found = _checked(source, path, root, arguments)
        _reports[source, path, root, *arguments] = found
        _reports.move_to_end((source, path, root, *arguments))
        while len(_reports) > _KEPT:
            _reports.popitem(last=False)
    return found


def shown(source: str, path: str, root: str, arguments: Sequence[str] = ()) -> Report:
    """Return what was reported of a text when it was last checked, or check it.

    Args:
        source: the text.
        path: the file that it belongs to.
        root: the directory of the project.
        arguments: flake8's arguments.
    """
    return _reports.get((source, path, root, *arguments)) or report(source, path, root, arguments)


def _checked(source: str, path: str, root: str, arguments: Sequence[str]) -> Report:
    from flake8_flax_rng.flake8_run import Flake8, SettingsError

    # flake8 takes paths in its settings from where it is.
    with contextlib.chdir(root) if os.path.isdir(root) else contextlib.nullcontext():
        try:
            flake8 = Flake8(arguments)
        except SettingsError as error:
            return Report((Finding(1, 0, NOT_ANALYSED, f"not analysed: {error}"),))
        if flake8.excludes(path):
            return NOTHING
        found = flake8.check(path, source.removeprefix("\ufeff"))
    return Report(found.findings, flake8.options.rng_docs_url, flake8.options)


def silencing(finding: Finding, lines: Sequence[str], known: Report) -> Edit | None:
    """Return the edit that silences a finding, where there is one.

    Args:
        finding: the finding.
        lines: the lines of the text.
        known: what is known of the text.
    """
    if known.options is None:
        return None
    from flake8_flax_rng.editor.silence import silence

    return silence(finding, lines, known.options)


def range_of(finding: Finding, lines: Sequence[str]) -> Range:
    """Return what is marked in the text: what is wrong, or else the rest of its line.

    Args:
        finding: the finding.
        lines: the lines of the text.
    """
    if finding.detail is not None:
        return finding.detail.range
    end = len(lines[finding.line - 1]) if 0 < finding.line <= len(lines) else finding.column
    return Range(finding.line, finding.column, finding.line, max(end, finding.column))
