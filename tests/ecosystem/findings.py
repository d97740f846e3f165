"""Lints unpacked packages, file by file, in several processes."""

from __future__ import annotations

import ast
import io
import multiprocessing
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.syntax.project import Project

from .packages import Package
from .record import Place

HINTS = frozenset({"RNG190"})
"""Opt-in rules that are judged too. The others say what is so, and are a matter of taste."""

CODES = frozenset(rule.code for rule in RULES if rule.default) | HINTS
"""The rules that are judged."""

_FILES_AT_A_TIME = 8


@dataclass
class Linted:
    """What the linter said.

    Args:
        messages: its message at each place.
        unparsed: files, by package and path, that are no Python to the Python which runs.
    """

    messages: dict[Place, str] = field(default_factory=dict)
    unparsed: set[tuple[str, str]] = field(default_factory=set)

    def add(self, other: Linted) -> None:
        """Add what was said of other files."""
        self.messages |= other.messages
        self.unparsed |= other.unparsed


@dataclass(frozen=True)
class _File:
    package: Package
    root: Path
    path: Path


def linted(roots: dict[Package, Path], jobs: int) -> Iterator[Linted]:
    """Lint all Python files, with the others of their package followed; yield what was said of a few at a time.

    Args:
        roots: where each package is unpacked.
        jobs: processes.
    """
    files = [_File(package, root, path) for package, root in roots.items() for path in sorted(root.rglob("*.py"))]
    pieces = [files[start : start + _FILES_AT_A_TIME] for start in range(0, len(files), _FILES_AT_A_TIME)]
    if jobs == 1:
        yield from map(_some, pieces)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap_unordered(_some, pieces)


def _some(files: list[_File]) -> Linted:
    result = Linted()
    for file in files:
        result.add(_one(file))
    return result


def _one(file: _File) -> Linted:
    path = file.path.relative_to(file.root).as_posix()
    package = file.package
    try:
        source = _text(file.path)
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return Linted(unparsed={(package.name, path)})
    found = lint(source, tree, str(file.path), project=Project(str(file.path), str(file.root)))
    return Linted(
        {
            Place(package.name, package.version, path, finding.line, finding.column + 1, finding.code): finding.message
            for finding in found
            if finding.code in CODES
        }
    )


def _text(path: Path) -> str:
    data = path.read_bytes()
    encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
    return io.TextIOWrapper(io.BytesIO(data), encoding).read()
