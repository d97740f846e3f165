"""Libraries beside JAX and Flax that some fixtures import, and whether they are installed.

They come with the extra ``verify-neighbours``. A fixture that needs one which is not there cannot be judged, nor one
that says ``# needs: flax>=0.11`` where Flax is older; this is said, and never taken for an agreement.
"""

from __future__ import annotations

import ast
import importlib.metadata
import importlib.util
import re
from collections.abc import Iterator
from functools import cache

NEIGHBOURS = {
    "blackjax": "blackjax",
    "diffrax": "diffrax",
    "distrax": "distrax",
    "equinox": "equinox",
    "flashbax": "flashbax",
    "haiku": "dm-haiku",
    "numpyro": "numpyro",
}
"""The name of the distribution, by that of the module which a program imports."""

_NEEDS = re.compile(r"^#\s*needs:\s*(?P<name>[\w-]+)>=(?P<version>\d+(?:\.\d+)*)\s*$", re.MULTILINE)


def why_not(source: str) -> str:
    """Say why a fixture cannot be judged here.

    Args:
        source: its text.

    Returns:
        the reason; empty where it can be.
    """
    absent = missing(source)
    if absent:
        return f"not run: {' and '.join(absent)} missing (extra verify-neighbours)"
    for needed in _NEEDS.finditer(source):
        here = _version(needed["name"])
        if _numbers(here) < _numbers(needed["version"]):
            return f"not run: needs {needed['name']} {needed['version']}, and {here or 'none'} is here"
    return ""


def missing(source: str) -> tuple[str, ...]:
    """List the neighbours that a program imports and that are not installed.

    Args:
        source: the program's text.

    Returns:
        the names of their distributions, sorted; none of a text that is no Python, which says so when it runs.
    """
    try:
        needed = {name for name in _imported(source) if name in NEIGHBOURS}
    except (SyntaxError, ValueError):
        return ()
    return tuple(sorted(NEIGHBOURS[name] for name in needed if not _installed(name)))


def _imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@cache
def _installed(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


@cache
def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ""


def _numbers(version: str) -> tuple[int, ...]:
    """Return the numbers that a version begins with, by which versions are compared."""
    return tuple(map(int, re.findall(r"\d+", re.match(r"[\d.]*", version)[0])))  # type: ignore[index]
