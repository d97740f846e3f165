"""Lints a text with a fault and the one without, and says whether the linter has seen it."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Container
from dataclasses import dataclass
from functools import cache

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.syntax.project import Project

from .choice import Place
from .edits import edited
from .mutation import Mutation
from .sources import File

_LINE = re.compile(r"\bline (\d+)(?! of )")
_OF_THE_TOOL = "RNG0"
_BOUND = "RNG090"


@dataclass(frozen=True)
class Verdict:
    """What the linter says of a fault.

    Args:
        outcome: ``found``, ``missed``, ``crashed`` or ``hung``.
        code: the rule that has found it.
        message: what it says, with the lines of the text with the fault; why it is missed, where that can be told.
    """

    outcome: str
    code: str = ""
    message: str = ""


@dataclass(frozen=True)
class Claim:
    """What a finding says, in the lines of the text without the fault."""

    code: str
    line: int
    claim: str
    named: frozenset[int]


def off(requested: Container[str]) -> frozenset[str]:
    """Return the opt-in rules that are not asked for."""
    return frozenset(rule.code for rule in RULES if not rule.default and rule.code not in requested)


def judged(place: Place, requested: frozenset[str]) -> Verdict:
    """Plant a fault in memory and lint the file in its tree.

    Args:
        place: the fault.
        requested: opt-in rules that are asked too.
    """
    text = place.file.read()
    mutated = edited(text, place.mutation.edits)
    assert mutated is not None
    asked = requested | {_BOUND}
    new = [finding for finding in _new(place, text, mutated, asked) if not finding.code.startswith(_OF_THE_TOOL)]
    if new:
        return Verdict("found", new[0].code, _said(new[0]))
    return Verdict("missed", message=_cause(place, text, mutated, asked))


def _cause(place: Place, text: str, mutated: str, asked: frozenset[str]) -> str:
    """Say why a fault is missed, where the linter itself can tell."""
    for finding in _new(place, text, mutated, asked, follow=False):
        if not finding.code.startswith(_OF_THE_TOOL):
            return f"found without the other files: {finding.code} {_said(finding)}"
    for finding in _linted(place.file, mutated, asked, follow=True):
        if finding.code == _BOUND and place.mutation.first <= finding.line <= place.mutation.last:
            return f"bound: {_said(finding)}"
    return ""


def _said(finding: Finding) -> str:
    return f"line {finding.line}: {finding.message}"


def _new(place: Place, text: str, mutated: str, asked: frozenset[str], follow: bool = True) -> list[Finding]:
    """Return what is only said of the text with the fault, and of the function that has it."""
    before = {_claim(finding, int) for finding in _original(place.file, text, asked, follow)}
    original = lines(text, mutated)
    found = _linted(place.file, mutated, asked, follow)
    claims = {finding: _claim(finding, lambda line: original[int(line) - 1]) for finding in found}
    return [finding for finding, claim in claims.items() if claim not in before and _about(claim, place.mutation)]


def lines(text: str, mutated: str) -> list[int]:
    """Return for each line of a changed text the line of the original that it was, or stands by.

    Where fewer lines stand than before, the first ones are those that are gone: what follows a split has changed too.
    """
    old, new = text.split("\n"), mutated.split("\n")
    found: list[int] = []
    for _, first, last, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        found += [max(last - (end - line), first) + 1 for line in range(start, end)]
    return found


@cache
def _original(file: File, text: str, asked: frozenset[str], follow: bool) -> list[Finding]:
    return _linted(file, text, asked, follow)


def _linted(file: File, text: str, asked: frozenset[str], follow: bool) -> list[Finding]:
    project = Project(str(file.place), file.root) if follow else None
    return lint(text, ast.parse(text), str(file.place), project=project, off=lambda: off(asked))


def _claim(finding: Finding, line: Callable[[str | int], int]) -> Claim:
    """Leave out the advice, for it names keys that are free, and those change with a fault elsewhere."""
    text = finding.message.partition("; ")[0]
    named = frozenset(line(number) for number in _LINE.findall(text))
    return Claim(finding.code, line(finding.line), _LINE.sub(lambda match: f"line {line(match[1])}", text), named)


def _about(claim: Claim, mutation: Mutation) -> bool:
    return any(mutation.first <= line <= mutation.last for line in (claim.line, *claim.named))
