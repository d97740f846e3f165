"""Findings as JSON for programs; ``FORMAT`` says what is in it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flake8_flax_rng import __version__
from flake8_flax_rng.finding import Edit, Fix, Lineage, Range
from flake8_flax_rng.flake8_run import Checked
from flake8_flax_rng.show.places import Account, Place, accounts, reader_path

Json = dict[str, Any]

VERSION = 1
"""Of the format: another number where a program that reads the old one would be misled."""

FORMAT = """\
{"version": 1, "tool": {"name", "version"}, "findings": [...]}. Of each finding: "file"; "line" and "column"; "code";
"name", that of the rule, or null for what flake8 says of a file that it cannot read; "message"; "range" of what is
wrong; "related", the places before it in the order of the program, each with "file", "range" and "label"; "fix", null
or {"title", "safe", "edits": [{"range", "text"}]}; "lineage", null or what the format html draws: {"nodes": [{"id",
"kind", "label", "file", "range", "group", "collides", "unused"}], "arrows": [{"start", "end", "label", "equal"}],
"groups": [{"id", "kind", "label", "inside"}]}, where null stands for what there is none of. A range is {"start":
{"line", "column"}, "end": {"line", "column"}}; its end is behind the last character. Lines and columns count from 1,
columns in Unicode characters.
"""


def text(files: Sequence[Checked]) -> str:
    """Return the findings of some files as JSON."""
    tool = {"name": "flake8-flax-rng", "version": __version__}
    findings = [_finding(account) for account in accounts(files)]
    return json.dumps({"version": VERSION, "tool": tool, "findings": findings}, indent=2, ensure_ascii=False)


def _finding(account: Account) -> Json:
    finding, detail = account.finding, account.finding.detail
    return {
        "file": account.path,
        "line": finding.line,
        "column": finding.column + 1,
        "code": finding.code,
        "name": account.rule.name if account.rule is not None else None,
        "message": finding.message,
        "range": _range(account.main.range),
        "related": [_related(place) for place in account.places[:-1]],
        "fix": _fix(detail.fix) if detail is not None and detail.fix is not None else None,
        "lineage": _lineage(account.path, detail.lineage)
        if detail is not None and detail.lineage is not None
        else None,
    }


def _related(place: Place) -> Json:
    return {"file": place.range.file, "range": _range(place.range), "label": place.label}


def _fix(fix: Fix) -> Json:
    return {"title": fix.title, "safe": fix.safe, "edits": [_edit(edit) for edit in fix.edits]}


def _edit(edit: Edit) -> Json:
    return {"range": _range(edit.range), "text": edit.text}


def _lineage(path: str, lineage: Lineage) -> Json:
    return {
        "nodes": [
            {
                "id": node.id,
                "kind": node.kind,
                "label": node.label,
                "file": (reader_path(node.range.file) if node.range.file else path) if node.range is not None else None,
                "range": _range(node.range) if node.range is not None else None,
                "group": node.group or None,
                "collides": node.collides,
                "unused": node.unused,
            }
            for node in lineage.nodes
        ],
        "arrows": [
            {"start": arrow.start, "end": arrow.end, "label": arrow.label, "equal": arrow.equal}
            for arrow in lineage.arrows
        ],
        "groups": [
            {"id": group.id, "kind": group.kind, "label": group.label, "inside": group.inside or None}
            for group in lineage.groups
        ],
    }


def _range(place: Range) -> dict[str, dict[str, int]]:
    return {
        "start": {"line": place.line, "column": place.column + 1},
        "end": {"line": place.end_line, "column": place.end_column + 1},
    }
