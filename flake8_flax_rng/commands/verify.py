"""`verify`: proves rules and findings by executing programs on JAX."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from flake8_flax_rng.commands import DISAGREEMENT, OK, USAGE, Commands, Refused
from flake8_flax_rng.finding import Finding
from flake8_flax_rng.fixes.edits import applied
from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.syntax.project import Project
from flake8_flax_rng.verifier import mend, program, report, runner
from flake8_flax_rng.verifier.fixture import FixtureError, read
from flake8_flax_rng.verifier.jaxhooks import UnsupportedVersion

INCOMPLETE = USAGE


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command.

    Args:
        commands: the commands of the parser.
    """
    text = (
        "EXECUTES programs on JAX, each in a process of its own: only run it on programs that you trust. "
        "Of a fixture, it checks that the linter, the comments in the program and JAX agree. A program of your own, "
        "which has no '# claim:' comment, is run where you are, on the CPU and without compilation, and its keys are "
        "watched: each finding of the linter is confirmed, not reached or contradicted, and reuses that the linter "
        "did not report are listed. Ends with status 1 when linter and JAX disagree, with 2 when a program of your "
        "own did not run to its end."
    )
    verify = commands.add_parser(
        "verify",
        help="execute programs on JAX, to prove the rules or the findings in a program of your own",
        usage="flake8-flax-rng verify [options] [PATH ... | -m MODULE] [-- ARGUMENT ...]",
        epilog="What follows -- are the arguments of a program of your own.",
        description=text,
    )
    verify.add_argument("paths", nargs="*", type=Path, default=[], metavar="PATH", help="default: ./fixtures")
    verify.add_argument(
        "-m", dest="module", default="", metavar="MODULE", help="a program of your own, named as for `python -m`"
    )
    verify.add_argument(
        "--rule",
        action="extend",
        type=_codes,
        default=[],
        metavar="CODE[,CODE]",
        help="only these rules; opt-in rules speak of a program of your own only when they are named here",
    )
    verify.add_argument(
        "--with-fix",
        action="store_true",
        help="run a program of your own again with each fix of a finding, and say what has changed",
    )
    verify.add_argument("--json", metavar="FILE", help="write the results as JSON; - prints them instead of the table")
    verify.add_argument("--jobs", type=_positive, metavar="N", help="fixtures at a time (default: all processors)")
    verify.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help=f"for each run (default: {runner.TIMEOUT:g}, for a program of your own {program.TIMEOUT:g})",
    )
    verify.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Carry the command out.

    Args:
        options: its arguments, and those of the program.

    Returns:
        the exit status: 1 when the linter and JAX are in disagreement, 2 when a program of the user's own did not run
        to its end.

    Raises:
        Refused: when there is nothing that can be executed.
    """
    try:
        return _verify(options)
    except (FixtureError, UnsupportedVersion) as error:
        raise Refused(str(error)) from error


def _codes(text: str) -> list[str]:
    codes = text.upper().split(",")
    if not all(re.fullmatch(r"RNG\d{3}", code) for code in codes):
        raise argparse.ArgumentTypeError(f"not a rule's code: {text!r}")
    return codes


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError("must be more than 0")
    return seconds


def lint_fixture(source: str, filename: str) -> list[Finding]:
    """Lint a fixture as its author means it: an opt-in rule speaks only where the fixture is about that rule.

    Args:
        source: the fixture's text.
        filename: its file.

    Returns:
        the findings that its marks must name.
    """
    fixture = read(Path(filename))
    off = {rule.code for rule in RULES if not rule.default and not fixture.concerns(rule.code)}
    found = lint(source, filename=filename, project=Project(filename))
    return [finding for finding in found if finding.code not in off]


def _verify(options: argparse.Namespace) -> int:
    if options.module and options.paths:
        raise FixtureError("a program is named by its path or by -m, not by both")
    options.paths = options.paths or [Path("fixtures")]
    if options.module:
        path, options.module = program.find_module(options.module)
        return _verify_own([path], options)
    own = program.own_programs(options.paths)
    if own:
        return _verify_own(own, options)
    if options.program_arguments:
        raise FixtureError("fixtures take no arguments; those after -- are for a program of your own")
    if options.with_fix:
        raise FixtureError("--with-fix is for a program of your own")
    programs = runner.select(options.paths, frozenset(options.rule))
    if not programs:
        raise FixtureError("no fixture programs found")
    timeout = options.timeout or runner.TIMEOUT
    with report.progress(len(programs)) as progress:
        rows = runner.verify(programs, lint_fixture, jobs=options.jobs, timeout=timeout, progress=progress)
    if options.json == "-":
        print(report.as_json(rows))
    else:
        report.table(rows)
        _write_json(options.json, report.as_json(rows))
    return OK if all(row.ok for row in rows) else DISAGREEMENT


def _verify_own(paths: Sequence[Path], options: argparse.Namespace) -> int:
    timeout = options.timeout or program.TIMEOUT
    results, fixes = [], []
    for path in paths:
        its = program.Program(path, options.program_arguments, timeout, options.module, options.with_fix)
        lint_own = partial(_lint_own, codes=options.rule, detailed=options.with_fix, filename=str(path))
        tell = report.beat(str(path), timeout)
        source = its.source()
        findings = lint_own(source)
        results.append(its.run(source, findings, tell))
        tools = mend.Tools(lint_own, lambda text, fix: applied(text, fix.edits), partial(its.run, progress=tell))
        fixes.append([*mend.check_fixes(source, findings, results[-1], tools)] if options.with_fix else [])
        if options.json != "-":
            report.findings(results[-1])
            if options.with_fix:
                report.fixes(fixes[-1])
    text = report.as_json(results, fixes if options.with_fix else ())
    if options.json == "-":
        print(text)
    else:
        _write_json(options.json, text)
    return _status(results, [fix for each in fixes for fix in each])


def _lint_own(source: str, *, codes: Sequence[str], detailed: bool, filename: str) -> list[Finding]:
    on = frozenset(codes) or frozenset(rule.code for rule in RULES if rule.default)
    found = lint(source, filename=filename, project=Project(filename), detailed=detailed)
    return [finding for finding in found if finding.code in on]


def _status(results: Sequence[program.Checked], fixes: Sequence[mend.Mended]) -> int:
    if any(result.disagrees for result in results) or any(fix.verdict == mend.NOT_MENDED for fix in fixes):
        return DISAGREEMENT
    return OK if all(result.complete for result in results) else INCOMPLETE


def _write_json(file: str | None, text: str) -> None:
    if file:
        Path(file).write_text(text + "\n", encoding="utf-8")
