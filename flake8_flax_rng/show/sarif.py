"""Findings as SARIF 2.1.0, for code scanning and for viewers."""

from __future__ import annotations

import json
import os
import urllib.parse
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

from flake8_flax_rng import __version__
from flake8_flax_rng.finding import Edit, Fix, Range, Rule
from flake8_flax_rng.flake8_run import Checked
from flake8_flax_rng.show.places import Account, Place, Texts, accounts, reader_path

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "SRCROOT"

Json = dict[str, Any]


def text(files: Sequence[Checked], docs_url: str = "") -> str:
    """Return the findings of some files as SARIF.

    Args:
        files: the files.
        docs_url: where the pages of the rules are; empty where there are none.
    """
    return json.dumps(_Log(files, docs_url).whole(), indent=2, ensure_ascii=False)


class _Log:
    def __init__(self, files: Sequence[Checked], docs_url: str) -> None:
        self._texts = Texts(files)
        self._accounts = accounts(files)
        self._docs_url = docs_url.rstrip("/")
        self._codes = sorted({account.finding.code for account in self._accounts})

    def whole(self) -> Json:
        rules = {account.finding.code: account.rule for account in self._accounts}
        driver = {
            "name": "flake8-flax-rng",
            "version": __version__,
            "rules": [self._rule(code, rules[code]) for code in self._codes],
        }
        run = {
            "tool": {"driver": driver},
            "columnKind": "utf16CodeUnits",
            "originalUriBaseIds": {_ROOT: {"uri": Path.cwd().as_uri().rstrip("/") + "/"}},
            "results": [self._result(account) for account in self._accounts],
        }
        return {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}

    def _rule(self, code: str, rule: Rule | None) -> Json:
        if rule is None:
            return {"id": code, "shortDescription": {"text": "flake8 cannot read the file"}}
        result = {
            "id": code,
            "name": "".join(word.capitalize() for word in rule.name.split("-")),
            "shortDescription": _message(rule.summary),
            "fullDescription": _message(_section(rule.documentation, "What it does") or rule.summary),
            "help": {"text": _escaped(rule.documentation), "markdown": _escaped(rule.documentation)},
            "defaultConfiguration": {"level": "warning", "enabled": rule.default},
        }
        if self._docs_url:
            result["helpUri"] = f"{self._docs_url}/{code}.html"
        return result

    def _result(self, account: Account) -> Json:
        finding, places = account.finding, account.places
        result: Json = {
            "ruleId": finding.code,
            "ruleIndex": self._codes.index(finding.code),
            "level": "warning" if account.rule is not None else "error",
            "message": _message(finding.message),
            "locations": [self._location(account.main)],
        }
        if len(places) > 1:
            result["relatedLocations"] = [
                {"id": number, **self._location(place)} for number, place in enumerate(places[:-1], 1)
            ]
            steps = [{"location": self._location(place)} for place in places]
            result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
        detail = finding.detail
        if detail is not None and detail.fix is not None:
            result["fixes"] = [self._fix(account.path, detail.fix)]
        return result

    def _location(self, place: Place) -> Json:
        physical = {"artifactLocation": _artifact(place.range.file)}
        if place.range.line:  # flake8 reports a file that is not there in line 0
            physical["region"] = self._region(place.range)
        return {"physicalLocation": physical, **({"message": _message(place.label)} if place.label else {})}

    def _fix(self, path: str, fix: Fix) -> Json:
        replacements = [self._replacement(path, edit) for edit in fix.edits]
        kind = "safe" if fix.safe else "suggested: it changes other results too"
        return {
            "description": _message(f"{fix.title} ({kind})"),
            "artifactChanges": [{"artifactLocation": _artifact(path), "replacements": replacements}],
        }

    def _replacement(self, path: str, edit: Edit) -> Json:
        place = edit.range
        named = Range(place.line, place.column, place.end_line, place.end_column, path)
        return {"deletedRegion": self._region(named), "insertedContent": {"text": edit.text}}

    def _region(self, place: Range) -> Json:
        """Return a region; its columns count UTF-16 code units from 1, and its end is behind the last one."""
        lines = self._texts.lines(place.file)
        return {
            "startLine": place.line,
            "startColumn": _utf16(lines, place.line, place.column) + 1,
            "endLine": place.end_line,
            "endColumn": _utf16(lines, place.end_line, place.end_column) + 1,
        }


def _utf16(lines: Sequence[str], line: int, column: int) -> int:
    text = lines[line - 1][:column] if 0 < line <= len(lines) else ""
    return column + sum(character > "\uffff" for character in text)


def _artifact(path: str) -> Json:
    named = reader_path(path)
    if os.path.isabs(named) or named.startswith(os.pardir):
        return {"uri": Path(path).absolute().as_uri()}
    return {"uri": urllib.parse.quote(PurePath(named).as_posix()), "uriBaseId": _ROOT}


def _message(words: str) -> Json:
    return {"text": _escaped(words)}


def _escaped(words: str) -> str:
    """Write what a message would take for a placeholder as SARIF wants it."""
    return words.replace("{", "{{").replace("}", "}}")


def _section(documentation: str, title: str) -> str:
    """Return the text of one section of a rule's documentation, on one line."""
    _, _, rest = documentation.partition(f"## {title}\n")
    return " ".join(rest.partition("\n## ")[0].split())
