"""Findings in the words of the Language Server Protocol: diagnostics, hovers and code actions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from flake8_flax_rng.editor.checks import Report, range_of, silencing
from flake8_flax_rng.editor.text import Text
from flake8_flax_rng.finding import Edit, Finding, Related

SOURCE = "flax-rng"
_QUICK_FIX = "quickfix"
_SEVERITIES = {"error": 1, "warning": 2, "information": 3, "hint": 4}


class Document:
    """A document in an editor, and what is known of it.

    Args:
        uri: its name in the protocol.
        source: its text.
        known: what flake8 reports of it.
        severity: how the editor is to show it: error, warning, information or hint.
    """

    def __init__(self, uri: str, source: str, known: Report, severity: str = "warning") -> None:
        self._uri = uri
        self._text = Text(source)
        self._known = known
        self._severity = _SEVERITIES.get(severity, _SEVERITIES["warning"])

    def diagnostics(self) -> list[dict[str, Any]]:
        """Return a diagnostic for each finding."""
        return [self._diagnostic(finding) for finding in self._known.findings]

    def _diagnostic(self, finding: Finding) -> dict[str, Any]:
        diagnostic: dict[str, Any] = {
            "source": SOURCE,
            "code": finding.code,
            "range": self._text.range(range_of(finding, self._text.lines)),
            "message": finding.message,
            "severity": self._severity,
        }
        if self._known.docs_url:
            diagnostic["codeDescription"] = {"href": f"{self._known.docs_url.rstrip('/')}/{finding.code}.html"}
        related = [self._related(place) for place in finding.detail.related] if finding.detail is not None else []
        if related and ":" in self._uri:  # The cells of a notebook are checked as one text, which has no name.
            diagnostic["relatedInformation"] = related
        return diagnostic

    def _related(self, place: Related) -> dict[str, Any]:
        uri, text = self._uri, self._text
        if place.range.file:
            path = Path(place.range.file).absolute()
            uri, text = path.as_uri(), Text(_read(path))
        return {"location": {"uri": uri, "range": text.range(place.range)}, "message": place.label}

    def hover(self, position: Mapping[str, int]) -> dict[str, Any] | None:
        """Return the texts of the rules of what is found at a place; None where nothing is.

        Args:
            position: the place.
        """
        here = [f for f in self._known.findings if self._text.covers(range_of(f, self._text.lines), position)]
        if not here:
            return None
        from flake8_flax_rng.rules import RULES

        documentation = {rule.code: rule.documentation.strip() for rule in RULES}
        texts = [f"{finding.message}\n\n---\n\n{documentation.get(finding.code, '')}" for finding in here]
        return {"contents": {"kind": "markdown", "value": "\n\n---\n\n".join(texts)}}

    def actions(self, where: Mapping[str, Any], context: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Return what can be done about what is found in some lines.

        Args:
            where: the range whose lines are meant.
            context: what the editor knows: the diagnostics there, and the kinds of actions that it wants.
        """
        only: Sequence[str] = context.get("only") or [_QUICK_FIX]
        if not {"", _QUICK_FIX} & {*only}:
            return []
        first, last = where["start"]["line"], where["end"]["line"]
        found: list[dict[str, Any]] = []
        for finding in self._known.findings:
            at = self._text.range(range_of(finding, self._text.lines))
            if at["start"]["line"] <= last and first <= at["end"]["line"]:
                shown = self._shown(finding, context.get("diagnostics") or ())
                found.extend({**action, "diagnostics": shown} for action in self._actions(finding))
        # What repairs comes before what only silences.
        return sorted(found, key=lambda action: not action["isPreferred"])

    def _shown(self, finding: Finding, diagnostics: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the diagnostics that say this finding, which may be another plugin's."""
        starts = ((each, each.get("range", {}).get("start", {})) for each in diagnostics)
        return [e for e, start in starts if e.get("code") == finding.code and start.get("line") == finding.line - 1]

    def _actions(self, finding: Finding) -> Iterator[dict[str, Any]]:
        fix = finding.detail.fix if finding.detail is not None else None
        if fix is not None:
            title = f"{finding.code}: {fix.title}{'' if fix.safe else ' (may change other results)'}"
            yield self._action(title, fix.edits, preferred=fix.safe)
        silence = silencing(finding, self._text.lines, self._known)
        if silence is not None:
            yield self._action(f"{finding.code}: silence with noqa", [silence], preferred=False)

    def _action(self, title: str, edits: Sequence[Edit], *, preferred: bool) -> dict[str, Any]:
        changes = {self._uri: [self._text.edit(edit) for edit in edits]}
        return {"title": title, "kind": _QUICK_FIX, "isPreferred": preferred, "edit": {"changes": changes}}


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, ValueError):
        return ""
