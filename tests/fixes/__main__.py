"""Prints, rule by rule, which findings over the bad fixtures have a fix, and whether linter and JAX agree with it.

python -m tests.fixes [--jax] [--why] [CODE...]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from flake8_flax_rng.rules import RULES
from flake8_flax_rng.verifier.runner import Row, verify
from tests import FIXTURES
from tests.fixes.proof import Program, after, mended, problem, reasons, with_marks
from tests.fixes.without import why_none


@dataclass
class Tally:
    """What is known of the findings of one rule.

    Args:
        findings: how many there are over its bad fixtures.
        safe: how many have a safe fix.
        suggested: how many have one that is only suggested.
        why: why the others have none.
        wrong: fixes with which the linter does not agree.
        programs: how many fixtures have a fix that JAX was asked about.
        confirmed: those that JAX confirms.
    """

    findings: int = 0
    safe: int = 0
    suggested: int = 0
    why: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    programs: int = 0
    confirmed: int = 0

    def line(self, code: str) -> str:
        """Return the line of a table."""
        share = (self.safe + self.suggested) / self.findings if self.findings else 0
        right = f"{self.safe + self.suggested - len(self.wrong)}/{self.safe + self.suggested}"
        jax = f"{self.confirmed}/{self.programs}" if self.programs else "-"
        return f"{code} {self.findings:9} {self.safe:5} {self.suggested:10} {share:6.0%} {right:>9} {jax:>9}"


HEAD = "rule    findings  safe  suggested  share    linter       JAX"


def tally(code: str) -> Tally:
    """Look at the bad fixtures of one rule."""
    result = Tally()
    with reasons() as why:
        for path in sorted((FIXTURES / code).glob("bad_*.py")):
            _add(result, Program.of(path), code, why)
    return result


def _add(result: Tally, program: Program, code: str, why: dict[tuple[int, int, str], str]) -> None:
    why.clear()
    before = program.findings(program.source)
    whys = dict(why)
    for finding in before:
        if finding.code != code or finding.detail is None:
            continue
        result.findings += 1
        fix = finding.detail.fix
        if fix is None:
            reason = whys.get((finding.line, finding.column, finding.message), why_none(code))
            result.why[f"{reason}: {program.path.name}:{finding.line}"] += 1
            continue
        result.safe += fix.safe
        result.suggested += not fix.safe
        said = problem(program, after(program.source, finding), finding, before)
        if said:
            result.wrong.append(f"{program.path.name}:{finding.line}: {said}")


def on_jax(code: str, jobs: int | None = None) -> list[Row]:
    """Run the mended fixtures of one rule; as many at a time as there are processors where no number is given."""
    programs = [Program.of(path) for path in sorted((FIXTURES / code).glob("bad_*.py"))]
    found = [(program, result) for program in programs if (result := mended(program)).fixed]
    by_text = {}
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for program, result in found:
            path = Path(folder) / code / program.path.name
            path.parent.mkdir(exist_ok=True)
            path.write_text(with_marks(program, result), encoding="utf-8")
            paths.append(path)
            by_text[path.read_text(encoding="utf-8")] = program
        return verify(paths, lambda source, _: by_text[source].findings(source), jobs=jobs)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.fixes", description=__doc__)
    parser.add_argument("codes", nargs="*", metavar="CODE", help="rules, or the beginning of their codes")
    parser.add_argument("--jax", action="store_true", help="EXECUTES the mended fixtures on JAX")
    parser.add_argument("--why", action="store_true", help="say of each finding without a fix why it has none")
    options = parser.parse_args(arguments)
    wanted = tuple(options.codes) or ("RNG",)
    print(HEAD)
    for code in (rule.code for rule in RULES if rule.code.startswith(wanted) and (FIXTURES / rule.code).is_dir()):
        result = tally(code)
        rows = on_jax(code) if options.jax and result.safe + result.suggested else []
        run = [row for row in rows if not row.skipped]
        result.programs, result.confirmed = len(run), sum(row.ok for row in run)
        print(result.line(code), flush=True)
        for line in (*result.wrong, *(f"{row.program}: {row.linter}; JAX: {row.jax}" for row in rows if not row.ok)):
            print(f"    {line}", flush=True)
        for line in sorted(result.why) if options.why else ():
            print(f"    no fix: {line}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
