"""Prints what the plugin costs on pinned packages, as tables in Markdown."""

from __future__ import annotations

import argparse
import platform
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from tests.ecosystem.packages import Package, unpacked

from .environments import AGAIN, ALONE, FLAKE8, OTHERS, OURS, Linter, interpreter
from .growth import CURVES, curve
from .phases import phases
from .processes import measure, rounds

WITH_JAX = (Package("rejax", "0.1.3"), Package("sbx-rl", "0.28.0"), Package("flaxdiff", "0.2.11"))
WITHOUT_JAX = (Package("flask", "3.0.3"), Package("rich", "13.9.4"))
SCRIPT = "sbx/tqc/tqc.py"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 1 when an environment or a package cannot be had."""
    options = _parser().parse_args(arguments)
    try:
        with_jax = _files(WITH_JAX, options.cache.resolve())
        without = _files(WITHOUT_JAX, options.cache.resolve())
        chosen = (ALONE, OURS, *(OTHERS if options.others else ()))
        linters = {linter: interpreter(linter, options.cache.resolve()) for linter in chosen}
        linters[AGAIN] = linters[OURS]
        measure(linters[AGAIN], AGAIN, with_jax)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"tests.benchmark: {error}", file=sys.stderr)
        return 1
    print(f"Python {platform.python_version()}, libcst {version('libcst')}, {FLAKE8}\n")
    _print_processes(linters, with_jax, options.rounds, "JAX packages")
    pair = {linter: linters[linter] for linter in (ALONE, OURS)}
    _print_processes(pair, without, options.rounds, "packages without JAX")
    script = [file for file in with_jax if str(file).endswith(SCRIPT)]
    _print_processes(pair, script, options.rounds, f"one script ({SCRIPT}), as an editor runs it")
    _print_phases(with_jax)
    _print_growth()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark", description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path("build/ecosystem"), help="where packages and tools are kept")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="runs of each linter, in turn")
    parser.add_argument("--others", action="store_true", help="also measure other linters on the same files")
    return parser


def _files(packages: Sequence[Package], cache: Path) -> list[Path]:
    """Return the files that flake8 itself can read."""
    found = [file for package in packages for file in sorted(unpacked(package, cache).rglob("*.py"))]
    return [file for file in found if _compiles(file)]


def _compiles(file: Path) -> bool:
    try:
        compile(file.read_bytes(), str(file), "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def _lines(files: Sequence[Path]) -> int:
    return sum(file.read_bytes().count(b"\n") for file in files)


def _print_processes(linters: dict[Linter, Path], files: Sequence[Path], count: int, title: str) -> None:
    costs = rounds(linters, files, count)
    alone = costs[ALONE]
    print(f"{title}: {len(files)} files, {_lines(files) / 1000:.1f} KLOC\n")
    print("| whole process | CPU s | × flake8 alone | more MB |\n|---|---|---|---|")
    for linter, cost in costs.items():
        ratio, more = cost.cpu / alone.cpu, cost.memory - alone.memory
        print(f"| {linter.name} | {cost.cpu:.2f} | {ratio:.2f} | {more:.0f} |")
    print(flush=True)


def _print_phases(files: Sequence[Path]) -> None:
    print("| phase | ms CPU per KLOC |\n|---|---|")
    for name, spent in phases(files).items():
        print(f"| {name} | {spent:.1f} |")
    print(flush=True)


def _print_growth() -> None:
    print("| ms CPU per KLOC by | size: cost |\n|---|---|")
    for name in CURVES:
        print(f"| {name} | {', '.join(f'{size:,}: {cost:.0f}' for size, cost in curve(name))} |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
