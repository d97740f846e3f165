"""The fixes of one text, applied one after the other; whatever does not do what it promises is taken back."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from flake8_flax_rng.finding import Edit, Finding, Fix
from flake8_flax_rng.fixes.edits import Overlapping, applied, start
from flake8_flax_rng.records import replaced
from flake8_flax_rng.syntax.source import lines_of

ROUNDS = 1000
"""Fixes that are tried in one file; each is applied or refused for good, so that there is an end anyway."""

_UNCOVERED = 5
"""Findings that one fix may uncover, one behind the other: what no longer raises goes on to the next fault."""

Place = tuple[str, str, int]


class _Refused(Exception):
    """A fix does not do what it promises."""


@dataclass
class Mended:
    """A text after its fixes were applied.

    Args:
        text: what it is now.
        applied: the findings that were mended, in the order in which that was done.
        refused: those whose fix was taken back, each with the reason.
        left: what is still reported.
        lines: for each line the one of the text before, at which those that were applied or refused are told.
    """

    text: str
    applied: list[Finding] = field(default_factory=list)
    refused: list[tuple[Finding, str]] = field(default_factory=list)
    left: Sequence[Finding] = ()
    lines: list[int] = field(default_factory=list)

    def told(self, finding: Finding) -> Finding:
        """Return a finding of the text as it is, at the line where the text before had it."""
        return replaced(finding, line=self.lines[finding.line - 1])


def mend(text: str, check: Callable[[str], Sequence[Finding]], suggested: bool) -> Mended:
    """Apply the fixes of a text until none is left.

    After each the text is checked again: the finding must be gone and no other one new. What a fix uncovers must have
    a fix of its own, and is mended with it.

    Args:
        text: the text, with the ends of lines that it has.
        check: returns what is reported of a text.
        suggested: whether fixes that change other results too are applied.
    """
    result = Mended(text, left=check(text), lines=[*range(1, len(lines_of(text)) + 1)])
    refused: set[Place] = set()
    for _ in range(ROUNDS):
        finding = _next(result, refused, suggested)
        if finding is None:
            break
        try:
            _apply(result, finding, check, suggested)
        except _Refused as reason:
            refused.add(_place(result.text, finding))
            result.refused.append((result.told(finding), str(reason)))
    return result


def _next(result: Mended, refused: set[Place], suggested: bool) -> Finding | None:
    """Return a finding whose fix is to be tried; safe ones come first."""
    wanted = [finding for finding in result.left if _is_wanted(finding, suggested)]
    ready = [finding for finding in wanted if _place(result.text, finding) not in refused]
    return max(ready, key=lambda finding: _is_wanted(finding, suggested=False), default=None)


def _is_wanted(finding: Finding, suggested: bool) -> bool:
    """Return whether a finding has a fix that is to be applied."""
    fix = fix_of(finding)
    return fix is not None and (suggested or fix.safe)


def fix_of(finding: Finding) -> Fix | None:
    """Return the fix of a finding, if it has one."""
    return finding.detail.fix if finding.detail is not None else None


def _place(text: str, finding: Finding) -> Place:
    """Return what a finding is known by, also when the lines above have changed."""
    return finding.code, lines_of(text)[finding.line - 1], finding.column


def _apply(result: Mended, finding: Finding, check: Callable[[str], Sequence[Finding]], suggested: bool) -> None:
    """Apply a fix, and those of what it uncovers.

    Raises:
        _Refused: if something new would be left.
    """
    now = Mended(result.text, [], left=result.left, lines=result.lines)
    following: Finding | None = finding
    while following is not None:
        before, code = Counter(each.code for each in now.left), following.code
        _change(now, following)
        now.left = check(now.text)
        counts = Counter(each.code for each in now.left)
        if counts[code] >= before[code]:
            raise _Refused("the finding would stay")
        new = counts - Counter(each.code for each in result.left)
        more = [each for each in now.left if each.code in new and _is_wanted(each, suggested)]
        if new and (not more or len(now.applied) > _UNCOVERED):
            later = any(each.code in new and _is_wanted(each, suggested=True) for each in now.left) and not suggested
            hint = "; --suggested tries to mend that too" if later else ""
            raise _Refused(f"{', '.join(sorted(new))} would come instead{hint}")
        following = more[0] if more else None
    result.text, result.left, result.lines = now.text, now.left, now.lines
    result.applied += now.applied


def _change(now: Mended, finding: Finding) -> None:
    """Write the fix of a finding.

    Raises:
        _Refused: if it cannot be written.
    """
    fix = fix_of(finding)
    edits = fix.edits if fix is not None else ()
    lines = lines_of(now.text)
    if any("\f" in line for edit in edits for line in _touched(lines, edit)):
        raise _Refused("a form feed stands there")
    try:
        text = applied(now.text, edits)
        ast.parse(text)
    except (Overlapping, SyntaxError) as error:
        raise _Refused(str(error)) from None
    now.applied.append(now.told(finding))
    now.text, now.lines = text, _lines_after(now.lines, edits)


def _lines_after(lines: Sequence[int], edits: Sequence[Edit]) -> list[int]:
    """Return where the lines of a text come from after some edits."""
    after = [*lines]
    for edit in sorted(edits, key=start, reverse=True):
        first, last = edit.range.line - 1, min(edit.range.end_line, len(lines))
        after[first:last] = [lines[first]] * edit.text.count("\n") + [lines[last - 1]]
    return after


def _touched(lines: Sequence[str], edit: Edit) -> Sequence[str]:
    return lines[edit.range.line - 1 : edit.range.end_line]
