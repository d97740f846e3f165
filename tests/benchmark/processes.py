"""Whole processes: interleaved rounds of several linters on the same files."""

from __future__ import annotations

import statistics
import subprocess
import sys
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


_LAUNCHER = """
import os, subprocess, sys
process = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL)
_, status, used = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""
"""Starts the process to be measured: a small one, for Linux counts the memory of the parent at the fork as well."""


def measure(python: Path, linter: Linter, files: Sequence[Path]) -> Cost:
    """Run a linter once.

    Raises:
        RuntimeError: it could not run.
    """
    command = [sys.executable, "-I", "-S", "-c", _LAUNCHER, str(python), *linter.command, *map(str, files)]
    done = subprocess.run(command, capture_output=True, check=True, text=True)
    code, cpu, memory = done.stdout.split()
    if code != "0":
        raise RuntimeError(f"{linter.name} ended with {code}: {done.stderr[-500:]}")
    return Cost(float(cpu), float(memory))


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
