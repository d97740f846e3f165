"""What flake8 reports of files, under the settings of the project, with all that is known of each finding."""

from __future__ import annotations

import argparse
import io
import multiprocessing
import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flake8.checker import FileChecker
from flake8.discover_files import expand_paths
from flake8.exceptions import ExecutionError
from flake8.formatting.base import BaseFormatter
from flake8.options.parse_args import parse_args
from flake8.plugins.finder import Checkers
from flake8.processor import FileProcessor
from flake8.style_guide import StyleGuideManager
from flake8.utils import is_using_stdin
from flake8.violation import Violation

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.plugin import Plugin
from flake8_flax_rng.records import replaced


@dataclass(frozen=True)
class Checked:
    """One file as flake8 sees it.

    Args:
        path: what flake8 calls it; for standard input the name that the user has given.
        text: its text with ``\\n`` at the end of each line and no byte order mark, as the findings count it.
        findings: what flake8 reports of it, in its order: what this plugin has found, with details, and what kept
            flake8 from reading the file, without.
    """

    path: str
    text: str
    findings: tuple[Finding, ...]


class SettingsError(Exception):
    """flake8 cannot work with what was set; the text says why."""


class _Reported(BaseFormatter):  # type: ignore[misc]
    """Keeps what flake8 would print."""

    def after_init(self) -> None:
        self.violations: list[Violation] = []

    def handle(self, error: Violation) -> None:
        self.violations.append(error)


class Flake8:
    """flake8 with this plugin alone.

    Args:
        arguments: flake8's arguments, files and directories among them; its settings files are read as ever.

    Raises:
        SettingsError: if flake8 does not take the settings.
    """

    def __init__(self, arguments: Sequence[str] = ()) -> None:
        try:
            plugins, self.options = parse_args(list(arguments))
        except ExecutionError as error:
            raise SettingsError(str(error)) from None
        ours = [loaded for loaded in plugins.checkers.tree if loaded.obj is Plugin]
        if not ours:
            raise SettingsError("flake8 does not find this plugin; is it installed in the same environment?")
        self._arguments = tuple(arguments)
        self._checkers = Checkers(tree=ours, logical_line=[], physical_line=[])
        self._reported = _Reported(self.options)
        self._guide = StyleGuideManager(self.options, self._reported)

    def files(self) -> list[str]:
        """Return the files that flake8 would read, each once and in the order of their names."""
        options: argparse.Namespace = self.options
        found = expand_paths(
            paths=options.filenames,
            stdin_display_name=options.stdin_display_name,
            filename_patterns=options.filename,
            exclude=(*options.exclude, *options.extend_exclude),
        )
        return sorted(set(found))

    def check(self, file: str, text: str | None = None) -> Checked:
        """Check one file.

        Args:
            file: the file; ``-`` is standard input.
            text: what to read in its place, as an editor may know it better.
        """
        if text is not None:
            return self._check_text(file, text)
        checker = FileChecker(filename=file, plugins=self._checkers, options=self.options)
        path, results, _ = checker.run_checks()
        self._reported.violations.clear()
        for code, line, column, message, physical in sorted(results, key=operator.itemgetter(1, 2)):
            self._guide.handle_error(code, path, line, column, message, physical)
        lines = checker.processor.lines if checker.processor is not None else []
        return Checked(path, "".join(lines), tuple(self._detailed(checker)))

    def _check_text(self, file: str, text: str) -> Checked:
        """Check a text with all details at once: what is being written has no findings of an earlier run."""
        processor = FileProcessor(file, self.options, io.StringIO(text, newline=None).readlines())
        lines = list(processor.lines)
        checked = Checked(file, "".join(lines), ())
        if not lines or processor.should_ignore_file():
            return checked
        try:
            tree = processor.build_ast()
        except (SyntaxError, ValueError, RecursionError, MemoryError):  # while it is being written, it is no Python
            return checked
        found = Plugin(tree, lines, file).findings(detailed=True)
        return replace(checked, findings=tuple(f for f in found if self._reports(f, processor)))

    def _reports(self, finding: Finding, processor: FileProcessor) -> bool:
        physical = processor.noqa_line_for(finding.line)
        code, message = finding.code, finding.message
        told = self._guide.handle_error(code, processor.filename, finding.line, finding.column, message, physical)
        return bool(told)

    def excludes(self, file: str) -> bool:
        """Return whether flake8 would not come to a file from where it is.

        Args:
            file: its path.
        """
        path, here = Path(file).absolute(), Path.cwd()
        on_the_way = [path, *(folder for folder in path.parents if folder.is_relative_to(here) and folder != here)]
        options: argparse.Namespace = self.options
        return not all(
            list(
                expand_paths(
                    paths=["-"],
                    stdin_display_name=str(step),
                    filename_patterns=options.filename,
                    exclude=(*options.exclude, *options.extend_exclude),
                )
            )
            for step in on_the_way
        )

    def _detailed(self, checker: FileChecker) -> list[Finding]:
        """Return what is reported; only a file of which something is, and that is rare, is analysed for the details."""
        told = [
            Finding(error.line_number, error.column_number - 1, error.code, str(error.text))
            for error in self._reported.violations
        ]
        if not any(finding.code.startswith(Plugin.PREFIX) for finding in told):
            return told
        processor = checker.processor
        found = Plugin(processor.build_ast(), processor.lines, processor.filename).findings(detailed=True)
        details = {(finding.line, finding.column, finding.code): finding.detail for finding in found}
        return [replaced(f, detail=details.get((f.line, f.column, f.code))) for f in told]

    def check_all(self, progress: Callable[[int, int], None] = lambda done, of: None) -> Iterator[Checked]:
        """Check all files, several at a time where flake8 would.

        Args:
            progress: told how many files are done, and of how many.

        Yields:
            the files in their order.
        """
        files = self.files()
        jobs = min(self._jobs(), len(files))
        if jobs > 1:
            with multiprocessing.Pool(jobs, _start, (self._arguments,)) as pool:
                yield from _told(pool.imap(_check, files), len(files), progress)
        else:
            yield from _told(map(self.check, files), len(files), progress)

    def _jobs(self) -> int:
        if is_using_stdin(self.options.filenames):
            return 1
        jobs = self.options.jobs
        return multiprocessing.cpu_count() if jobs.is_auto else int(jobs.n_jobs)


def _told(results: Iterator[Checked], count: int, progress: Callable[[int, int], None]) -> Iterator[Checked]:
    progress(0, count)
    for done, result in enumerate(results, 1):
        progress(done, count)
        yield result


_of_this_process: Flake8


def _start(arguments: Sequence[str]) -> None:
    global _of_this_process
    _of_this_process = Flake8(arguments)


def _check(file: str) -> Checked:
    return _of_this_process.check(file)
