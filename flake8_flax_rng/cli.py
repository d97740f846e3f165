"""The command line: `explain` prints a rule's documentation, `verify` proves rules and findings on JAX."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from flake8_flax_rng import __version__
from flake8_flax_rng.finding import Finding, Rule
from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.syntax.project import Project
from flake8_flax_rng.verifier import program, report, runner
from flake8_flax_rng.verifier.fixture import FixtureError, read
from flake8_flax_rng.verifier.jaxhooks import UnsupportedVersion

OK, DISAGREEMENT, USAGE = 0, 1, 2
INCOMPLETE = USAGE


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: the arguments after the command's name; those of the process when not given.

    Returns:
        the exit status: 0, 1 when the linter and JAX are in disagreement, 2 when the command could not be carried
        out, or a program of the user's own not to its end.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    cut = given.index("--") if "--" in given else len(given)
    options = _parser().parse_args(given[:cut])
    options.program_arguments = given[cut + 1 :]
    try:
        if options.command == "explain":
            return _explain(options.code)
        return _verify(options)
    except (FixtureError, UnsupportedVersion, OSError) as error:
        print(f"flake8-flax-rng: {error}", file=sys.stderr)
        return USAGE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="flake8-flax-rng", description="Tools beside the flake8 plugin.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    explain = commands.add_parser(
        "explain", help="print what a rule finds, and why", description="Print the documentation of a rule."
    )
    explain.add_argument("code", nargs="?", metavar="CODE", help="for instance RNG203; all rules when left out")
    _add_verify(commands)
    return parser


def _add_verify(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
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
        usage="flake8-flax-rng verify [options] [PATH ...] [-- ARGUMENT ...]",
        epilog="What follows -- are the arguments of a program of your own.",
        description=text,
    )
    verify.add_argument(
        "paths", nargs="*", type=Path, default=[Path("fixtures")], metavar="PATH", help="default: ./fixtures"
    )
    verify.add_argument(
        "--rule",
        action="extend",
        type=_codes,
        default=[],
        metavar="CODE[,CODE]",
        help="only these rules; opt-in rules speak of a program of your own only when they are named here",
    )
    verify.add_argument("--json", metavar="FILE", help="write the results as JSON; - prints them instead of the table")
    verify.add_argument("--jobs", type=_positive, metavar="N", help="fixtures at a time (default: all processors)")
    verify.add_argument(
        "--timeout",
        type=_seconds,
        metavar="SECONDS",
        help=f"for each run (default: {runner.TIMEOUT:g}, for a program of your own {program.TIMEOUT:g})",
    )


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


def _explain(code: str | None) -> int:
    if code is None:
        for rule in RULES:
            print(f"{rule.code}  {'on ' if rule.default else 'off'}  {rule.name}: {rule.summary}")
        return OK
    found = next((rule for rule in RULES if rule.code == code.upper()), None)
    if found is None:
        print(f"flake8-flax-rng: there is no rule {code}; `explain` without a code lists all", file=sys.stderr)
        return USAGE
    _print_documentation(found)
    return OK


def _print_documentation(rule: Rule) -> None:
    title = f"# {rule.code} {rule.name}"
    text = rule.documentation.strip()
    if not text.startswith("#"):
        text = f"{title}\n\n{text}"
    if sys.stdout.isatty():
        try:
            from rich.console import Console
            from rich.markdown import Markdown
        except ImportError:
            pass
        else:
            Console().print(Markdown(text))
            return
    print(text)


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
    own = program.own_programs(options.paths)
    if own:
        return _verify_own(own, options)
    if options.program_arguments:
        raise FixtureError("fixtures take no arguments; those after -- are for a program of your own")
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
    on = frozenset(options.rule) or frozenset(rule.code for rule in RULES if rule.default)

    def lint_own(source: str, filename: str) -> list[Finding]:
        found = lint(source, filename=filename, project=Project(filename))
        return [finding for finding in found if finding.code in on]

    timeout = options.timeout or program.TIMEOUT
    results = []
    for path in paths:
        tell = report.beat(str(path), timeout)
        result = program.check(path, lint_own, arguments=options.program_arguments, timeout=timeout, progress=tell)
        results.append(result)
        if options.json != "-":
            report.findings(result)
    if options.json == "-":
        print(report.as_json(results))
    else:
        _write_json(options.json, report.as_json(results))
    if any(result.disagrees for result in results):
        return DISAGREEMENT
    return OK if all(result.complete for result in results) else INCOMPLETE


def _write_json(file: str | None, text: str) -> None:
    if file:
        Path(file).write_text(text + "\n", encoding="utf-8")
