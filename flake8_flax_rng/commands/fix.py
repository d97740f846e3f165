"""`fix`: writes the repairs of findings into the files."""

from __future__ import annotations

import argparse
import difflib
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from flake8_flax_rng.commands import DISAGREEMENT, OK, Commands, Refused, flake8_options, notebooks, progress
from flake8_flax_rng.commands.mending import Mended, fix_of, mend
from flake8_flax_rng.commands.text_files import NotWritten, TextFile
from flake8_flax_rng.finding import Finding
from flake8_flax_rng.flake8_run import Checked, Flake8, SettingsError
from flake8_flax_rng.plugin import Plugin
from flake8_flax_rng.syntax.source import lines_of

_TEXT = (
    "Mends what flake8 reports of these rules, where the repair is determinate. Only what is safe is applied, which "
    "changes nothing but the fault; --suggested also applies what changes other draws too: a key that is split "
    "before its first use draws other numbers there as well. A fix after which the finding is still there is taken "
    "back, and so is one that uncovers another finding which cannot be mended with it. A file is written as a whole "
    "or not at all. The settings of flake8 apply, and '# noqa' does. Ends with status 1 if findings are left, or "
    "with --diff if there is something to mend."
)


def add(commands: Commands[argparse.ArgumentParser]) -> None:
    """Declare the command.

    Args:
        commands: the commands of the parser.
    """
    parser = commands.add_parser("fix", help="mend findings in the files", description=_TEXT)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a file or directory")
    parser.add_argument("--diff", action="store_true", help="print what would change, and write nothing")
    parser.add_argument("--suggested", action="store_true", help="also apply fixes that change other results")
    flake8_options.add(parser)
    parser.set_defaults(run=run)


@dataclass
class _Total:
    """What was done, and what is left."""

    mended: int = 0
    files: int = 0
    left: list[Finding] = field(default_factory=list)
    failed: int = 0

    def line(self, diff: bool, suggested: bool) -> str:
        fixes = [fix for finding in self.left if (fix := fix_of(finding)) is not None]
        waiting = 0 if suggested else sum(not fix.safe for fix in fixes)
        words = [f"{_count(self.mended, 'finding')} {'can be' if diff else ''} mended in {_count(self.files, 'file')}"]
        if self.left:
            words.append(f"{len(self.left)} left, which `flake8-flax-rng show` prints")
        if waiting:
            words.append(f"--suggested mends up to {waiting} of these")
        return "; ".join(" ".join(part.split()) for part in words)


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def run(options: argparse.Namespace) -> int:
    """Carry the command out.

    Args:
        options: its arguments.

    Returns:
        the exit status.

    Raises:
        Refused: when the settings are wrong, or a path is none whose text can be mended.
    """
    _refuse(options.paths)
    try:
        flake8 = Flake8([*flake8_options.given(options), *options.paths])
    except SettingsError as error:
        raise Refused(str(error)) from None
    with progress.bar("reading") as tell:
        found = [checked for checked in flake8.check_all(tell) if checked.findings]
    total = _Total()
    for checked in found:
        _mend_file(checked, flake8, options, total)
    print(total.line(options.diff, options.suggested), file=sys.stderr)
    return DISAGREEMENT if total.left or total.failed or (options.diff and total.mended) else OK


def _refuse(paths: Sequence[str]) -> None:
    for path in paths:
        notebooks.refuse(path, "mended")
        if path == "-":
            raise Refused("standard input cannot be mended; give a file")


def _mend_file(checked: Checked, flake8: Flake8, options: argparse.Namespace, total: _Total) -> None:
    path = checked.path
    unread = next((found for found in checked.findings if not found.code.startswith(Plugin.PREFIX)), None)
    if unread is not None:
        _tell_failure(checked, f"{unread.code} {unread.message}", total)
        return

    def check(text: str) -> Sequence[Finding]:
        return flake8.check(path, text).findings

    try:
        file = TextFile.read(path)
        result = mend(file.text, check, options.suggested)
        if result.applied and not options.diff:
            file.write(result.text)
    except (NotWritten, OSError, ValueError, SyntaxError) as error:
        _tell_failure(checked, str(error), total)
        return
    total.left += result.left
    if result.applied:
        total.mended += len(result.applied)
        total.files += 1
    if options.diff:
        sys.stdout.writelines(_diff(path, file.text, result.text))
    else:
        _tell(path, result)


def _tell_failure(checked: Checked, reason: str, total: _Total) -> None:
    print(f"{checked.path}: not mended: {reason}", file=sys.stderr)
    total.failed += 1
    total.left += checked.findings


def _tell(path: str, result: Mended) -> None:
    for finding in result.applied:
        fix = fix_of(finding)
        print(f"{path}:{finding.line}: {finding.code} mended: {fix.title if fix is not None else ''}")
    for finding, reason in result.refused:
        print(f"{path}:{finding.line}: {finding.code} left: {reason}")


def _diff(path: str, before: str, after: str) -> Iterator[str]:
    for line in difflib.unified_diff(lines_of(before), lines_of(after), f"a/{path}", f"b/{path}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
