"""Prints what the verifier found: a table for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from flake8_flax_rng.verifier import mend
from flake8_flax_rng.verifier.mend import Mended
from flake8_flax_rng.verifier.program import VERDICTS, Checked
from flake8_flax_rng.verifier.runner import Row
from flake8_flax_rng.verifier.watch import Progress
from flake8_flax_rng.verifier.weigh import CONFIRMED, CONTRADICTED, told

_COLUMNS = ("rule", "program", "linter", "JAX", "verdict")
_FINDING_COLUMNS = ("place", "rule", "verdict", "what the run shows")
_FIX_COLUMNS = ("place", "rule", "fix", "verdict", "what changes")
_VERDICT = {_COLUMNS: 4, _FINDING_COLUMNS: 2, _FIX_COLUMNS: 3}
_STYLES = {CONFIRMED: "green", CONTRADICTED: "bold red", mend.MENDED: "green", mend.NOT_MENDED: "bold red"}


class Report(Protocol):
    """Where rows go as soon as they are known."""

    def __call__(self, row: Row) -> None:
        """Show one row."""


@contextmanager
def progress(total: int) -> Iterator[Report]:
    """Show how far the verification is, on standard error.

    Args:
        total: how many programs there are.

    Yields:
        what takes each row.
    """
    if sys.stderr.isatty() and _rich() is not None:
        with _bar(total) as report:
            yield report
        return
    count = 0

    def line(row: Row) -> None:
        nonlocal count
        count += 1
        print(f"[{count}/{total}] {row.rule} {row.program}: {row.verdict}", file=sys.stderr, flush=True)

    yield line


def table(rows: Sequence[Row]) -> None:
    """Print the table on standard output, and a line that sums it up.

    Args:
        rows: its rows.
    """
    _print_table(_COLUMNS, [(_cells(row), _row_style(row)) for row in rows])
    wrong, skipped = sum(not row.ok for row in rows), sum(bool(row.skipped) for row in rows)
    seconds = sum(row.seconds for row in rows)
    left_out = f", {skipped} not run" if skipped else ""
    print(f"{len(rows)} programs, {wrong} in disagreement{left_out}, {seconds:.0f} s of running")


def beat(program: str, limit: float) -> Callable[[Progress], None]:
    """Show how far a program is, on standard error, a line each time: the program itself writes there as well.

    Args:
        program: its file.
        limit: seconds until it is stopped.

    Returns:
        what takes each report.
    """

    def line(progress: Progress) -> None:
        where = f"line {progress.line}" if progress.line is not None else "between two lines"
        text = f"{program}: {progress.seconds:.0f} s of at most {limit:g}, {where}, {progress.uses} uses of keys"
        print(text, file=sys.stderr, flush=True)

    return line


def findings(checked: Checked) -> None:
    """Print what the run says of each finding, the reuses that were not reported, and a line that sums it up.

    Args:
        checked: a program, and what is known of it.
    """
    outcome = checked.outcome
    if checked.failure:
        print(f"{checked.program}: {checked.failure}")
    else:
        ending = outcome.ending or "ran to its end"
        print(f"{checked.program}: {ending}, {outcome.seconds:g} s, {outcome.uses} uses of keys")
    if outcome.findings:
        rows = [
            ((f"{f.line}:{f.column + 1}", f.code, f.verdict, f.evidence), _STYLES.get(f.verdict, ""))
            for f in outcome.findings
        ]
        _print_table(_FINDING_COLUMNS, rows)
    for reuse in outcome.unreported:
        times = f" ({reuse.times} times)" if reuse.times > 1 else ""
        print(f"not reported: {told(reuse.key, reuse.first, reuse.second)}{times}")
    counts = Counter(finding.verdict for finding in outcome.findings)
    parts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)
    total, unreported = len(outcome.findings), len(outcome.unreported)
    print(f"{total} finding{'s' * (total != 1)}: {parts}; {unreported} reuse{'s' * (unreported != 1)} not reported")


def fixes(mended: Sequence[Mended]) -> None:
    """Print what the fixes change, and a line that sums it up.

    Args:
        mended: one for each fix.
    """
    if mended:
        rows = [
            (
                (f"{m.line}:{m.column + 1}", m.code, m.title, m.verdict, f"{m.evidence}; {m.output}"),
                _STYLES.get(m.verdict, ""),
            )
            for m in mended
        ]
        _print_table(_FIX_COLUMNS, rows)
    counts = Counter(each.verdict for each in mended)
    parts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in mend.VERDICTS)
    print(f"{len(mended)} fix{'es' * (len(mended) != 1)}: {parts}")


def as_json(rows: Sequence[Row] | Sequence[Checked], fixes: Sequence[Sequence[Mended]] = ()) -> str:
    """Write what is known of fixtures or programs as JSON.

    Args:
        rows: one for each.
        fixes: what the fixes of each change, where they were tried.

    Returns:
        the text.
    """
    told = [row.as_dict() for row in rows]
    for row, mended in zip(told, fixes, strict=False):
        row["fixes"] = [each.as_dict() for each in mended]
    return json.dumps(told, indent=2)


def _row_style(row: Row) -> str:
    if not row.ok:
        return "bold red"
    return "yellow" if row.skipped else "green"


def _cells(row: Row) -> tuple[str, ...]:
    return (row.rule, row.program, row.linter, row.jax, row.verdict)


def _rich() -> Any:
    try:
        import rich
    except ImportError:
        return None
    return rich


@contextmanager
def _bar(total: int) -> Iterator[Report]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("verifying", total=total)

        def report(row: Row) -> None:
            bar.update(task, advance=1, description=f"{row.rule} {row.program}")
            if not row.ok:
                bar.console.print(f"{row.rule} {row.program}: {row.verdict}", markup=False, highlight=False)

        yield report


def _print_table(columns: tuple[str, ...], rows: Sequence[tuple[Sequence[str], str]]) -> None:
    """Print rows of cells, each with the style of what it says."""
    if not sys.stdout.isatty() or _rich() is None:
        for cells in [columns, *(cells for cells, _ in rows)]:
            print(" | ".join(cells))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    output = Table(*columns)
    for cells, style in rows:
        output.add_row(*(Text(cell, style=style if cell == cells[_VERDICT[columns]] else "") for cell in cells))
    Console().print(output)
