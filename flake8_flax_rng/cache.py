"""What earlier runs have found: kept in a folder of the project, one file for each that was linted.

An entry stands for a text, the path it has, the options, the versions of all that reads it, and what the disk answers
to every question that was asked for it: which files hold what, and which are not there. Whatever is wrong with an
entry or the folder, the file is linted as if there were none.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from flake8_flax_rng import __version__
from flake8_flax_rng.finding import Finding
from flake8_flax_rng.syntax.disk import Answer, Question, answers, digest

LARGEST_ENTRY = 200_000
"""Bytes; what rests on more is not kept."""

ENTRIES_KEPT = 5_000
BYTES_KEPT = 50_000_000

_IGNORED = "# Made by flake8-flax-rng: nothing in this folder is worth keeping.\n*\n"
_SUFFIX = ".json"


class Cache:
    """The entries of one project for one set of options.

    Args:
        folder: where they are; it is made when it is needed.
        options: all that the user has set.
    """

    def __init__(self, folder: str, options: Sequence[str]):
        self._folder = folder
        self._options = "\0".join((*options, *_versions()))

    def entry(self, home: str, text: str) -> Entry:
        """Return the entry for a file, which need not exist."""
        name = digest(f"{home}\0{self._options}".encode(errors="surrogatepass"))
        return Entry(self._folder, name, digest(text.encode(errors="surrogatepass")))


class Entry:
    """What was found in one file.

    Args:
        folder: where entries are.
        name: tells the file and the options from others.
        text: the digest of the file's text.
    """

    def __init__(self, folder: str, name: str, text: str):
        self._folder = folder
        self._path = os.path.join(folder, name + _SUFFIX)
        self._text = text

    def read(self) -> list[Finding] | None:
        """Return what was found; None if that is not known, or may have changed."""
        try:
            with open(self._path, "rb") as stream:
                head, _, body = stream.read(LARGEST_ENTRY + 1).partition(b"\n")
            if head.decode() != f"{self._text} {digest(body)}":
                return None
            said = json.loads(body)
            if digest(_packed(answers(_questions(said["asked"])))) != said["answers"]:
                return None
            return [Finding(*found) for found in said["findings"]]
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return None

    def write(self, findings: Sequence[Finding], answered: Mapping[Question, Answer]) -> None:
        """Keep what was found, if that is possible, and the answers on which it rests."""
        try:
            by_kind: dict[str, list[str]] = {}
            for kind, path in answered:
                by_kind.setdefault(kind, []).append(path)
            said = [answered[question] for question in _questions(by_kind)]
            found = [[found.line, found.column, found.code, found.message] for found in findings]
            body = _packed({"asked": by_kind, "answers": digest(_packed(said)), "findings": found})
            data = f"{self._text} {digest(body)}\n".encode() + body
            if len(data) <= LARGEST_ENTRY:
                _prepare(self._folder)
                _replace(self._path, data)
        except (OSError, ValueError):
            return


def _packed(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def _questions(by_kind: dict[str, list[str]]) -> Iterator[Question]:
    return ((kind, path) for kind, paths in by_kind.items() for path in paths)


def _replace(path: str, data: bytes) -> None:
    """Write a file as a whole: whoever reads it meanwhile has the old one or the new one."""
    import tempfile  # most runs write nothing

    number, made = tempfile.mkstemp(dir=os.path.dirname(path))
    try:
        with open(number, "wb") as stream:
            stream.write(data)
        os.replace(made, path)
    except BaseException:
        os.unlink(made)
        raise


@cache
def _prepare(folder: str) -> None:
    """Make the folder, and take out the oldest entries where they are too many; once in a process."""
    os.makedirs(folder, exist_ok=True)
    ignore = os.path.join(folder, ".gitignore")
    if not os.path.exists(ignore):
        _replace(ignore, _IGNORED.encode())
    entries = sorted(
        ((found.stat().st_mtime, found.stat().st_size, found.path) for found in os.scandir(folder) if found.is_file()),
        reverse=True,
    )
    size = 0
    for number, (_, length, path) in enumerate(entries):
        size += length
        if (number >= ENTRIES_KEPT or size > BYTES_KEPT) and path != ignore:
            os.unlink(path)


@cache
def _versions() -> tuple[str, ...]:
    """Return what tells the programs apart that read a text: this one, LibCST, and Python."""
    try:
        parser = version("libcst")
    except PackageNotFoundError:
        parser = ""
    return __version__, _own_files(), parser, sys.version, sys.implementation.cache_tag or ""


def _own_files() -> str:
    """Return what tells this program from another one of the same version, as in a checkout."""
    found: list[str] = []
    for folder, folders, files in os.walk(os.path.dirname(__file__)):
        folders[:] = [name for name in folders if name != "__pycache__"]
        for name in files:
            at = os.stat(os.path.join(folder, name))
            found.append(f"{folder}/{name} {at.st_size} {at.st_mtime_ns}")
    return digest("\n".join(sorted(found)).encode(errors="surrogatepass"))
