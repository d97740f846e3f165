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


@dataclass(frozen=True)
class Verdict:
    """What the linter says of a fault.

    Args:
        outcome: ``found``, ``missed``, ``crashed`` or ``hung``.
        code: the rule that has found it.
        message: what it says, with the lines of the text with the fault.
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
    before = {_claim(finding, int) for finding in _original(place.file, requested)}
    original = lines(text, mutated)
    for finding in _linted(place.file, mutated, requested):
        claim = _claim(finding, lambda line: original[int(line) - 1])
        if claim not in before and _about(claim, place.mutation) and not finding.code.startswith(_OF_THE_TOOL):
            return Verdict("found", finding.code, f"line {finding.line}: {finding.message}")
    return Verdict("missed")


def lines(text: str, mutated: str) -> list[int]:
    """Return for each line of a changed text the line of the original that it was, or stands by."""
    old, new = text.split("\n"), mutated.split("\n")
    found: list[int] = []
    for _, first, last, start, end in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        found += [min(first + offset, max(first, last - 1)) + 1 for offset in range(end - start)]
    return found


@cache
def _original(file: File, requested: frozenset[str]) -> list[Finding]:
    return _linted(file, file.read(), requested)


def _linted(file: File, text: str, requested: frozenset[str]) -> list[Finding]:
    project = Project(str(file.place), file.root)
    return lint(text, ast.parse(text), str(file.place), project=project, off=lambda: off(requested))


def _claim(finding: Finding, line: Callable[[str | int], int]) -> Claim:
    """Leave out the advice, for it names keys that are free, and those change with a fault elsewhere."""
    text = finding.message.partition("; ")[0]
    named = frozenset(line(number) for number in _LINE.findall(text))
    return Claim(finding.code, line(finding.line), _LINE.sub(lambda match: f"line {line(match[1])}", text), named)


def _about(claim: Claim, mutation: Mutation) -> bool:
    return any(mutation.first <= line <= mutation.last for line in (claim.line, *claim.named))
