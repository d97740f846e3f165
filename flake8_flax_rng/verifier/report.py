"""Prints what the verifier found: a table for people, JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Protocol

from flake8_flax_rng.verifier.runner import Row

_COLUMNS = ("rule", "program", "linter", "JAX", "verdict")


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
    if sys.stdout.isatty() and _rich() is not None:
        _rich_table(rows)
    else:
        for cells in [_COLUMNS, *map(_cells, rows)]:
            print(" | ".join(cells))
    wrong = sum(not row.ok for row in rows)
    seconds = sum(row.seconds for row in rows)
    print(f"{len(rows)} programs, {wrong} in disagreement, {seconds:.0f} s of running")


def as_json(rows: Sequence[Row]) -> str:
    """Write the rows as JSON.

    Args:
        rows: the rows.

    Returns:
        the text.
    """
    return json.dumps([row.as_dict() for row in rows], indent=2)


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


def _rich_table(rows: Sequence[Row]) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    output = Table(*_COLUMNS)
    for row in rows:
        style = "green" if row.ok else "bold red"
        *cells, verdict = _cells(row)
        output.add_row(*map(Text, cells), Text(verdict, style=style))
    Console().print(output)
