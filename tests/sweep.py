"""Lint whole trees and say what broke: `python -m tests.sweep PATH...`.

Each file is linted in a process that is ended when it takes too long, so that a hang or a crash of the interpreter
is a row of the table. Ends with status 1 when a file crashed, hung, or is not analysed though LibCST parses it.
"""

from __future__ import annotations

import argparse
import ast
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from tests.workers import spread

LIMIT = 20.0
"""Seconds for one file."""


@dataclass(frozen=True)
class Outcome:
    """What came of one file.

    Args:
        path: the file.
        kind: ``linted``, ``no python``, ``refused`` (LibCST rejects it too), ``failed`` (RNG001 though LibCST
            parses it), ``crashed`` or ``hung``.
        lines: how many it has.
        seconds: processor time; for a hang, the limit.
        reason: why it was not analysed.
        findings: how many there were.
    """

    path: str
    kind: str
    lines: int = 0
    seconds: float = 0.0
    reason: str = ""
    findings: int = 0


def lint(path: str, everything: bool) -> Outcome:
    """Lint one file as flake8 would.

    Args:
        path: the file.
        everything: whether all of it is followed, whatever it imports.
    """
    from flake8.processor import FileProcessor

    from flake8_flax_rng.plugin import Plugin

    options = argparse.Namespace(
        hang_closing=False,
        indent_size=4,
        max_line_length=79,
        max_doc_length=None,
        verbose=0,
        stdin_display_name="stdin",
    )
    try:
        lines = FileProcessor(path, options).lines
        tree = ast.parse("".join(lines))
    except (SyntaxError, ValueError, RecursionError, MemoryError, OSError):
        return Outcome(path, "no python")
    start = time.process_time()
    if everything:
        reports = _followed("".join(lines), tree)
    else:
        reports = [message for _, _, message, _ in Plugin(tree, lines, path).run()]
    seconds = time.process_time() - start
    broken = [message for message in reports if message.startswith("RNG001")]
    kind = "linted" if not broken else "failed" if _parses("".join(lines)) else "refused"
    return Outcome(path, kind, len(lines), seconds, "".join(broken[:1]), len(reports) - len(broken))


def _followed(text: str, tree: ast.Module) -> list[str]:
    from flake8_flax_rng.interpreter.roots.analysis import Analysis
    from flake8_flax_rng.rules import findings, not_analysed
    from flake8_flax_rng.syntax.deep_stack import with_room
    from flake8_flax_rng.syntax.source import chunks

    def follow() -> list[str]:
        analysis = Analysis(chunks(text, tree))
        found = [*findings(analysis.run()), *map(not_analysed, analysis.failures)]
        return [f"{finding.code} {finding.message}" for finding in found]

    try:
        return with_room(follow)
    except Exception as error:
        return [f"RNG001 {type(error).__name__}: {error}"]


def _parses(text: str) -> bool:
    import libcst

    from flake8_flax_rng.syntax.deep_stack import with_room

    try:
        with_room(lambda: libcst.parse_module(text))
    except libcst.ParserSyntaxError:
        return False
    return True


def sweep(paths: Sequence[Path], everything: bool = False, limit: float = LIMIT, jobs: int = 1) -> list[Outcome]:
    """Lint all Python files below some directories, in the order of their names."""
    done = spread(partial(lint, everything=everything), map(str, _files(paths)), limit, jobs)
    found = [
        Outcome(path, outcome, seconds=limit if outcome == "hung" else 0.0) if isinstance(outcome, str) else outcome
        for path, outcome in done
    ]
    return sorted(found, key=lambda outcome: outcome.path)


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        yield from sorted(path.rglob("*.py")) if path.is_dir() else [path]


@dataclass
class Row:
    """What came of one directory."""

    name: str
    files: int = 0
    lines: int = 0
    seconds: float = 0.0
    slowest: float = 0.0
    findings: int = 0
    kinds: dict[str, int] = field(default_factory=dict)

    def add(self, outcome: Outcome) -> None:
        """Count a file."""
        self.files += 1
        self.lines += outcome.lines
        self.seconds += outcome.seconds
        self.slowest = max(self.slowest, outcome.seconds)
        self.findings += outcome.findings
        self.kinds[outcome.kind] = self.kinds.get(outcome.kind, 0) + 1


KINDS = ("no python", "refused", "failed", "crashed", "hung")
BROKEN = ("failed", "crashed", "hung")


def table(rows: Sequence[Row]) -> str:
    """Return the rows as text."""
    width = max(len(row.name) for row in rows)
    head = ("files", "KLOC", *KINDS, "findings", "CPU s", "slowest s")
    lines = ["  ".join([" " * width, *head])]
    for row in rows:
        cells = [
            str(row.files),
            f"{row.lines / 1000:.1f}",
            *(str(row.kinds.get(kind, 0)) for kind in KINDS),
            str(row.findings),
            f"{row.seconds:.1f}",
            f"{row.slowest:.1f}",
        ]
        lines.append("  ".join([row.name.ljust(width), *(c.rjust(len(h)) for c, h in zip(cells, head, strict=True))]))
    return "\n".join(lines)


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m tests.sweep", description=__doc__)
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")
    parser.add_argument("--limit", type=float, default=LIMIT, metavar="SECONDS", help="for one file")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument(
        "--everything", action="store_true", help="follow all of each file, even one that does not import JAX"
    )
    options = parser.parse_args()
    rows: list[Row] = []
    broken: list[Outcome] = []
    for path in options.paths:
        row = Row(str(path))
        for outcome in sweep([path], options.everything, options.limit, options.jobs):
            row.add(outcome)
            if outcome.reason or outcome.kind in BROKEN:
                print(f"{outcome.kind}: {outcome.path}: {outcome.reason}", file=sys.stderr)
            broken.extend([outcome] if outcome.kind in BROKEN else [])
        rows.append(row)
    print(table(rows))
    return 1 if broken else 0


if __name__ == "__main__":
    raise SystemExit(main())
