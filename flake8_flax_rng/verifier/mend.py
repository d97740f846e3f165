"""Runs a program once more with the fix of a finding, and says what has changed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

from flake8_flax_rng.finding import Edit, Finding, Fix
from flake8_flax_rng.verifier.program import Checked
from flake8_flax_rng.verifier.weigh import CONFIRMED, UNDECIDED

MENDED, NOT_MENDED = "mended", "not mended"
VERDICTS = (MENDED, NOT_MENDED, UNDECIDED)

_NAMED = re.compile(r"\bon line (\d+)(?! of )")
_END = 10**9  # A column behind every line's end.
_WIDTH = 40


@dataclass(frozen=True)
class Mended:
    """One fix, and what it changes.

    Args:
        line: the finding's line.
        column: its column, counted from 0.
        code: its rule.
        title: what the fix does.
        safe: whether it is said to change nothing but the fault.
        verdict: MENDED, NOT_MENDED, or UNDECIDED where the fault was not seen before either.
        evidence: what was seen before and after.
        output: how what the program prints differs.
    """

    line: int
    column: int
    code: str
    title: str
    safe: bool
    verdict: str
    evidence: str
    output: str

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON can hold it."""
        return asdict(self)


@dataclass(frozen=True)
class Tools:
    """What is needed to try a fix.

    Args:
        lint: returns the findings in a text.
        apply: returns a text after a fix.
        run: runs a text, and weighs findings by what it did.
    """

    lint: Callable[[str], Sequence[Finding]]
    apply: Callable[[str, Fix], str]
    run: Callable[[str, Sequence[Finding]], Checked]


def check_fixes(source: str, findings: Sequence[Finding], before: Checked, tools: Tools) -> Iterator[Mended]:
    """Try each fix by itself. This executes the program once for each.

    Args:
        source: the program's text.
        findings: what the linter says of it, with details.
        before: what the run of this text has shown, of these findings in this order.
        tools: what is needed.

    Yields:
        what each fix changes.
    """
    for finding, seen in zip(findings, before.outcome.findings, strict=True):
        fix = finding.detail.fix if finding.detail is not None else None
        if fix is None:
            continue
        text = tools.apply(source, fix)
        moved = [_moved(each, fix.edits) for each in findings]
        found = tools.lint(text)
        there = _moved(finding, fix.edits)
        after = tools.run(text, [*found, there])
        now = after.outcome.findings[-1]
        problems = [*_said(found, there, moved), *_seen(before, after)]
        if now.verdict == CONFIRMED:
            problems.insert(0, f"it is still so: {now.evidence}")
        evidence = f"before: {seen.evidence}; after: {'; '.join(problems) or now.evidence}"
        verdict = NOT_MENDED if problems else MENDED if seen.verdict == CONFIRMED else UNDECIDED
        output = _compared(before.outcome.printed, after.outcome.printed)
        yield Mended(finding.line, finding.column, finding.code, fix.title, fix.safe, verdict, evidence, output)


def _said(found: Sequence[Finding], there: Finding, moved: Sequence[Finding]) -> Iterator[str]:
    """Say what the linter reports of the new text that it should not."""
    known = {(each.code, each.line) for each in moved}
    for finding in found:
        if (finding.code, finding.line) == (there.code, there.line):
            yield f"the linter still reports {finding.code}"
        elif (finding.code, finding.line) not in known:
            yield f"the linter reports {finding.code} on line {finding.line} of the new text"


def _seen(before: Checked, after: Checked) -> Iterator[str]:
    """Say what the run of the new text shows that the other one did not."""
    if after.failure:
        yield after.failure
    if after.outcome.ending and not before.outcome.ending:
        yield after.outcome.ending
    more = len(after.outcome.unreported) - len(before.outcome.unreported)
    if more > 0:
        reuse = after.outcome.unreported[-1]
        yield f"a key is used again at line {reuse.second} of the new text, which is not reported"


def _moved(finding: Finding, edits: Sequence[Edit]) -> Finding:
    """Return a finding as it would stand in the text after some edits."""

    def named(match: re.Match[str]) -> str:
        return f"on line {_line(int(match[1]), _END, edits)}"

    line = _line(finding.line, finding.column, edits)
    return Finding(line, finding.column, finding.code, _NAMED.sub(named, finding.message))


def _line(line: int, column: int, edits: Sequence[Edit]) -> int:
    before = (edit for edit in edits if (edit.range.end_line, edit.range.end_column) <= (line, column))
    return line + sum(edit.text.count("\n") - (edit.range.end_line - edit.range.line) for edit in before)


def _compared(before: Sequence[str], after: Sequence[str]) -> str:
    """Say how what is printed differs."""
    if list(before) == list(after):
        return "prints the same"
    pairs = [(old, new) for old, new in zip(before, after, strict=False) if old != new]
    count, total = len(pairs) + abs(len(before) - len(after)), max(len(before), len(after))
    text = f"{count} of {total} printed line{'s' * (total != 1)} {'differs' if count == 1 else 'differ'}"
    return f"{text}, first {_differing(*pairs[0])}" if pairs else text


def _differing(old: str, new: str) -> str:
    """Show two lines, where they are long around the place at which they part."""
    part = next((at for at, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), 0)
    start = max(part - _WIDTH // 2, 0)
    return " → ".join(f"`{'…' * (start > 0)}{_cut(text[start:])}`" for text in (old, new))


def _cut(text: str) -> str:
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]}…"
