"""What becomes of a fixture whose findings are mended: what the linter says then, and what JAX shows."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from flake8_flax_rng.finding import Finding, Fix
from flake8_flax_rng.fixes.edits import NoFix, applied
from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES, details
from flake8_flax_rng.rules.report import Report
from flake8_flax_rng.syntax.project import Project
from flake8_flax_rng.verifier.fixture import read

OPT_IN = {rule.code for rule in RULES if not rule.default}
ROUNDS = 20
_MARK = re.compile(r"[ \t]*#\s*expect:\s*RNG\d{3}(?:\s*,\s*RNG\d{3})*")
_CLAIM = re.compile(r"^#\s*claim:.*$", re.MULTILINE)

Place = tuple[int, int, str]


@contextmanager
def reasons() -> Iterator[dict[Place, str]]:
    """Note why findings have no fix; what goes wrong in a fix is no longer passed by in silence."""
    found: dict[Place, str] = {}

    def noted(report: Report) -> Fix | None:
        if report.fix is None:
            return None
        try:
            return report.fix()
        except NoFix as reason:
            found[*report.place(), report.message] = str(reason)
            return None

    with patch.object(details, "_fix", noted):
        yield found


@dataclass(frozen=True)
class Program:
    """A bad fixture.

    Args:
        path: its file.
        source: its text.
    """

    path: Path
    source: str

    @classmethod
    def of(cls, path: Path) -> Program:
        """Read a fixture."""
        return cls(path, path.read_text(encoding="utf-8"))

    def findings(self, text: str) -> list[Finding]:
        """Return what the linter says of the fixture with another text; opt-in rules speak where it is about them."""
        fixture = read(self.path)
        project = Project(str(self.path))
        found = lint(text, filename=str(self.path), project=project, detailed=True)
        return [finding for finding in found if finding.code not in OPT_IN or fixture.concerns(finding.code)]


@dataclass
class Mended:
    """A fixture after all fixes were applied, one after the other.

    Args:
        text: what it became.
        fixed: the findings whose fix was applied.
        left: those that are left.
    """

    text: str
    fixed: list[Finding] = field(default_factory=list)
    left: list[Finding] = field(default_factory=list)


def problem(program: Program, text: str, finding: Finding, before: Sequence[Finding]) -> str:
    """Say what is wrong with a text in which one finding was mended; nothing, if it is gone and none is new.

    Args:
        program: the fixture.
        text: what it became.
        finding: the finding.
        before: what the linter said before.
    """
    try:
        ast.parse(text)
    except SyntaxError as error:
        return f"it does not compile: {error}"
    then, now = (Counter(each.code for each in found) for found in (before, program.findings(text)))
    if now[finding.code] >= then[finding.code]:
        return f"{finding.code} is still there"
    more = now - then
    return f"{', '.join(more)} is new" if more else ""


def after(text: str, finding: Finding) -> str:
    """Return a text in which one finding was mended."""
    assert finding.detail is not None
    assert finding.detail.fix is not None
    return applied(text, finding.detail.fix.edits)


def mended(program: Program) -> Mended:
    """Apply the fixes of a fixture until none is left."""
    result = Mended(program.source)
    for _ in range(ROUNDS):
        found = program.findings(result.text)
        ready = [finding for finding in found if finding.detail is not None and finding.detail.fix is not None]
        if not ready:
            result.left = found
            return result
        result.text = after(result.text, ready[0])
        result.fixed.append(ready[0])
    raise AssertionError(f"{program.path}: there is no end:\n{result.text}")


def with_marks(program: Program, result: Mended) -> str:
    """Return a mended fixture with the marks of what is left, or with the claim that nothing is wrong with it."""
    lines = _MARK.sub("", result.text).splitlines()
    for line in {finding.line for finding in result.left}:
        codes = sorted({finding.code for finding in result.left if finding.line == line})
        lines[line - 1] += f"  # expect: {', '.join(codes)}"
    text = "\n".join(lines) + "\n"
    if result.left:
        return text
    return "# claim: clean\n" + _CLAIM.sub("#", text)
