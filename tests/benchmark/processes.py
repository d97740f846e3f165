"""Whole processes: interleaved rounds of several linters on the same files."""

from __future__ import annotations

import os
import statistics
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .environments import Linter


@dataclass(frozen=True)
class Cost:
    """What one process has cost.

    Args:
        cpu: seconds of CPU, of the process and its children.
        memory: the largest resident set in MB.
    """

    cpu: float
    memory: float


def measure(python: Path, linter: Linter, files: Sequence[Path]) -> Cost:
    """Run a linter once.

    Raises:
        RuntimeError: it could not run.
    """
    command = [str(python), *linter.command, *map(str, files)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert process.stderr is not None
    errors = process.stderr.read().decode(errors="replace")
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"{linter.name} ended with {process.returncode}: {errors[-500:]}")
    return Cost(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def rounds(linters: dict[Linter, Path], files: Sequence[Path], count: int) -> dict[Linter, Cost]:
    """Run all linters in turn, several times, and return the median of each, so that a slow minute falls on all."""
    found: dict[Linter, list[Cost]] = {linter: [] for linter in linters}
    for _ in range(count):
        for linter, python in linters.items():
            found[linter].append(measure(python, linter, files))
    return {
        linter: Cost(statistics.median(c.cpu for c in costs), statistics.median(c.memory for c in costs))
        for linter, costs in found.items()
    }
