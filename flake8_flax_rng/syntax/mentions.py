"""The files of a project that mention a name, as their text says. Nothing is parsed for it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from flake8_flax_rng.syntax.subclasses import around, files, is_test

_SIZE_LIMIT = 400_000
_SEPARATOR = "\n"


def question(name: str, home: str) -> str:
    """Return what is asked of the disk to learn who mentions a name in the packages around a file."""
    return f"{name}{_SEPARATOR}{home}"


def mentions(asked: str, digest: Callable[[bytes], str]) -> str | None:
    """Find the files that mention a name.

    Args:
        asked: the name and the file around whose packages is searched.
        digest: tells contents apart.

    Returns:
        a line for each of the other files that mention it, with its digest and its path; None where there are too many
        files.
    """
    name, _, home = asked.partition(_SEPARATOR)
    found: list[str] = []
    word = re.compile(rf"\b{re.escape(name)}\b".encode())
    paths = files({around(home), os.path.dirname(around(home))} if _packaged(home) else {around(home)}, is_test(home))
    for path in paths if paths is not None else ():
        data = _read(path)
        if path != home and word.search(data):
            found.append(f"{digest(data)} {path}")
    return None if paths is None else _SEPARATOR.join(found)


def paths_in(answer: str) -> list[str]:
    """Return the paths in an answer."""
    return [line.partition(" ")[2] for line in answer.splitlines()]


def _packaged(home: str) -> bool:
    return os.path.isfile(os.path.join(os.path.dirname(home), "__init__.py"))


def _read(path: str) -> bytes:
    try:
        if not os.path.isfile(path) or os.path.getsize(path) > _SIZE_LIMIT:
            return b""  # to open a pipe would wait for who writes into it
        with open(path, "rb") as stream:
            return stream.read()
    except OSError:
        return b""
