"""Prints every finding over some files, opt-in rules too, and a hash of them: what a change of the code must not alter.

python -m tests.snapshot fixtures PATH... > before.txt
"""

from __future__ import annotations

import argparse
import ast
import hashlib
import multiprocessing
import os
import sys
import tokenize
import warnings
from collections.abc import Sequence
from pathlib import Path

from flake8_flax_rng.lint import lint
from flake8_flax_rng.syntax.project import Project


def findings(path: Path, project: Project | None) -> list[str]:
    """Return what every rule says of one file, a line each."""
    try:
        with tokenize.open(path) as file:
            source = file.read()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            tree = ast.parse(source)
    except (SyntaxError, UnicodeDecodeError, ValueError):
        return []
    found = lint(source, tree, str(path), project=project)
    return [f"{path}:{finding.line}:{finding.column} {finding.code} {finding.message}" for finding in found]


def _of(path: Path) -> list[str]:
    return findings(path, Project(str(path)))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; the findings go to the standard output, the hash to the end of it."""
    parser = argparse.ArgumentParser(prog="python -m tests.snapshot", description=__doc__)
    parser.add_argument("paths", type=Path, nargs="+", metavar="PATH", help="files, or directories to search")
    parser.add_argument("--jobs", "-j", type=int, default=os.cpu_count() or 1, metavar="N", help="processes")
    options = parser.parse_args(arguments)
    files = sorted({file for path in options.paths for file in ([path] if path.is_file() else path.rglob("*.py"))})
    with multiprocessing.get_context("spawn").Pool(options.jobs) as pool:
        lines = [line for found in pool.imap(_of, files, chunksize=4) for line in found]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    print(*lines, f"{len(lines)} findings in {len(files)} files, sha256 {digest}", sep="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
