"""The classes of a project by the names of their bases, as the text of its files says. Nothing is parsed for it."""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from collections.abc import Iterator

from flake8_flax_rng.records import record

FILES_SEARCHED = 400
"""Files of a project that are searched; of a larger one nothing is known."""

TEXTS_KEPT = 2_000
"""Files of which a process remembers what it found."""

CLASSES_FOLLOWED = 12
"""Classes that derive from one; of more nothing is known."""

_SIZE_LIMIT = 400_000
_CLASS = r"^([ \t]*)class[ \t]+(\w+)[ \t]*\(([^)]*)\)"
_STORED = r"^[ \t]*(?!self\b)\w[\w.]*\.(\w+)[ \t]*=(?!=)"
_SETATTR = r"\bsetattr\(\s*(?!self\b)[^,()]+,\s*(?:['\"](\w+)['\"])?"
_TEST = r"(?:^|/)(?:tests?|testing)/|(?:^|/)(?:test_[^/]*|[^/]*_test|conftest)\.py$"
_SKIPPED = frozenset({"build", "dist", "node_modules", "site-packages", "venv", "env"})
_PACKAGE = "__init__.py"


@record()
class _Header:
    """The first line of a class.

    Args:
        name: the class.
        bases: the last names of its bases.
        nested: whether it stands in another block, which may be executed or not.
    """

    name: str
    bases: frozenset[str]
    nested: bool


@record()
class _Text:
    """What a file's text says of classes.

    Args:
        headers: its classes.
        stored: the attributes that it sets of other objects than ``self``; ``*`` stands for those with computed names.
    """

    headers: tuple[_Header, ...]
    stored: frozenset[str]


_KEPT: OrderedDict[str, tuple[tuple[int, int], _Text | None]] = OrderedDict()


@record()
class Deriving:
    """The classes that derive from one, by the names that their files give to them and their bases.

    Args:
        classes: the files and names.
        stored: the attributes that some file of the project sets of other objects than ``self``.
    """

    classes: tuple[tuple[str, str], ...]
    stored: frozenset[str]


def deriving(name: str, file: str, home: str) -> Deriving | None:
    """Find the classes that derive from one, in the packages around it and around the linted file.

    Args:
        name: the class.
        file: its file.
        home: the linted file; tests count only for one that is a test itself.

    Returns:
        what was found; None where there are too many files or classes, or where a class stands in another block.
    """
    paths = files({around(file), around(home)}, tests=is_test(home))
    if paths is None:
        return None
    texts = {path: text for path in paths if (text := _read(path)) is not None}
    names, found = {name}, dict[tuple[str, str], None]()
    while True:
        further = [
            (path, header)
            for path, text in texts.items()
            for header in text.headers
            if not header.bases.isdisjoint(names) and (path, header.name) not in found
        ]
        if any(header.nested for _, header in further) or len(found) + len(further) > CLASSES_FOLLOWED:
            return None
        if not further:
            break
        found.update({(path, header.name): None for path, header in further})
        names.update(header.name for _, header in further)
    involved = {file, *(path for path, _ in found)}
    stored = {attribute for path, text in texts.items() for attribute in text.stored if attribute != "*"}
    computed = any("*" in texts[path].stored for path in involved if path in texts)
    return Deriving(tuple(found), frozenset({*stored, *(("*",) if computed else ())}))


def around(path: str) -> str:
    """Return the outermost package that a file stands in, for a script its directory."""
    folder = os.path.dirname(path)
    while os.path.isfile(os.path.join(os.path.dirname(folder), _PACKAGE)):
        folder = os.path.dirname(folder)
    return folder


def is_test(path: str) -> bool:
    """Return whether a file is a test."""
    return re.search(_TEST, path) is not None


def files(folders: set[str], tests: bool) -> list[str] | None:
    """Return the files in some folders.

    Args:
        folders: the folders.
        tests: whether tests count.

    Returns:
        the paths of the files; None where there are too many.
    """
    found = dict[str, None]()
    for folder in sorted(folders):
        for path in _walk(folder):
            if tests or not re.search(_TEST, os.path.relpath(path, folder)):
                found[path] = None
            if len(found) > FILES_SEARCHED:
                return None
    return list(found)


def _walk(folder: str) -> Iterator[str]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name[0] not in "._" and name not in _SKIPPED)
        yield from (os.path.join(place, name) for name in sorted(names) if name.endswith(".py"))


def _read(path: str) -> _Text | None:
    """Return what a file says; one that has not changed is not read again."""
    try:
        found = os.stat(path)
        version = found.st_mtime_ns, found.st_size
        known = _KEPT.get(path)
        if known is not None and known[0] == version:
            return known[1]
        text = _parsed(path) if found.st_size <= _SIZE_LIMIT else None
    except OSError:
        return None
    _KEPT[path] = version, text
    while len(_KEPT) > TEXTS_KEPT:
        _KEPT.popitem(last=False)
    return text


def _parsed(path: str) -> _Text:
    with open(path, encoding="utf-8", errors="replace") as stream:
        text = stream.read()
    headers = tuple(
        _Header(match[2], frozenset(re.findall(r"(\w+)\s*(?:\[[^\]]*\])?\s*(?:,|$)", match[3])), bool(match[1]))
        for match in re.finditer(_CLASS, text, re.MULTILINE)
    )
    stored = {match[1] for match in re.finditer(_STORED, text, re.MULTILINE)}
    stored.update(match[1] or "*" for match in re.finditer(_SETATTR, text))
    return _Text(headers, frozenset(stored))
