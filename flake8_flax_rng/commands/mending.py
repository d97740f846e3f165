"""The fixes of one text, applied one after the other; whatever does not do what it promises is taken back."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flake8_flax_rng.finding import Edit, Finding, Fix
from flake8_flax_rng.fixes.edits import Overlapping, applied
from flake8_flax_rng.syntax.source import lines_of

ROUNDS = 1000
"""Fixes that are tried in one file; each is applied or refused for good, so that there is an end anyway."""

Place = tuple[str, str, int]


@dataclass
class Mended:
    """A text after its fixes were applied.

    Args:
        text: what it is now.
        applied: the findings that were mended, in the order in which that was done; the lines are those of that time.
        refused: those whose fix was taken back, each with the reason.
        left: what is still reported.
    """

    text: str
    applied: list[Finding] = field(default_factory=list)
    refused: list[tuple[Finding, str]] = field(default_factory=list)
    left: Sequence[Finding] = ()


def mend(text: str, check: Callable[[str], Sequence[Finding]], suggested: bool) -> Mended:
    """Apply the fixes of a text until none is left.

    After each the text is checked again: the finding must be gone and no other one new. So what is written never
    depends on two fixes being right together.

    Args:
        text: the text, with the ends of lines that it has.
        check: returns what is reported of a text.
        suggested: whether fixes that change other results too are applied.
    """
    result = Mended(text, left=check(text))
    refused: set[Place] = set()
    for _ in range(ROUNDS):
        finding = _next(result, refused, suggested)
        if finding is None:
            break
        changed, left, reason = _tried(result, finding, check)
        if reason:
            refused.add(_place(result.text, finding))
            result.refused.append((finding, reason))
        else:
            result.text, result.left = changed, left
            result.applied.append(finding)
    return result


def _next(result: Mended, refused: set[Place], suggested: bool) -> Finding | None:
    """Return a finding whose fix is to be tried; safe ones come first."""
    fixes = [(finding, fix) for finding in result.left if (fix := fix_of(finding)) is not None]
    wanted = [(finding, fix.safe) for finding, fix in fixes if suggested or fix.safe]
    ready = [(finding, safe) for finding, safe in wanted if _place(result.text, finding) not in refused]
    return max(ready, key=lambda each: each[1], default=(None, False))[0]


def fix_of(finding: Finding) -> Fix | None:
    """Return the fix of a finding, if it has one."""
    return finding.detail.fix if finding.detail is not None else None


def _place(text: str, finding: Finding) -> Place:
    """Return what a finding is known by, also when the lines above have changed."""
    return finding.code, lines_of(text)[finding.line - 1], finding.column


def _tried(
    result: Mended, finding: Finding, check: Callable[[str], Sequence[Finding]]
) -> tuple[str, Sequence[Finding], str]:
    """Return the text after a fix, what is reported of it, and why it is not taken."""
    fix = fix_of(finding)
    edits = fix.edits if fix is not None else ()
    lines = lines_of(result.text)
    if any("\f" in line for edit in edits for line in _touched(lines, edit)):
        return "", (), "a form feed stands there"
    try:
        changed = applied(result.text, edits)
        ast.parse(changed)
    except (Overlapping, SyntaxError) as error:
        return "", (), str(error)
    left = check(changed)
    before, after = (Counter(each.code for each in found) for found in (result.left, left))
    if after[finding.code] >= before[finding.code]:
        return "", (), "the finding would stay"
    more = ", ".join(sorted(after - before))
    return changed, left, f"{more} would come instead" if more else ""


def _touched(lines: Sequence[str], edit: Edit) -> Sequence[str]:
    return lines[edit.range.line - 1 : edit.range.end_line]
