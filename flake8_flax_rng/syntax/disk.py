"""What is asked of the disk, and what it answers.

A result stands as long as the text that it is about, and every answer on which it rests: also that a file was looked
for and is not there. Questions are noted as they are asked; whoever remembers something that was found out by asking
remembers these with it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from typing import TypeVar

from flake8_flax_rng.syntax.mentions import mentions

SIZE_LIMIT = 1_000_000
"""Bytes; a larger file was written by a program."""

_DIGESTS_KEPT = 4_096

Answer = bool | str | None
Question = tuple[str, str]

Key = TypeVar("Key")
Result = TypeVar("Result")

_Version = tuple[int, ...]
_DIGESTS: dict[str, tuple[_Version, str]] = {}


def digest(data: bytes) -> str:
    """Return what tells contents apart."""
    import hashlib  # most runs see no file that is worth loading it

    return hashlib.blake2b(data, digest_size=16).hexdigest()


def contents(path: str) -> bytes | None:
    """Return what a file holds; None if it cannot be read, is no plain file, or too large."""
    try:
        found = os.stat(path)
        if not stat.S_ISREG(found.st_mode) or found.st_size > SIZE_LIMIT:
            return None
        with open(path, "rb") as stream:
            return stream.read(SIZE_LIMIT + 1)
    except (OSError, ValueError):
        return None


def _digest_of(path: str) -> str | None:
    """Return the digest of a file as it is now; one that has not changed is not read again."""
    try:
        found = os.stat(path)
    except (OSError, ValueError):
        return None
    version = (found.st_mtime_ns, found.st_size, found.st_ino, found.st_ctime_ns)
    known = _DIGESTS.get(path)
    if known is not None and known[0] == version:
        return known[1]
    data = contents(path)
    if data is None:
        return None
    if len(_DIGESTS) >= _DIGESTS_KEPT:
        _DIGESTS.clear()
    _DIGESTS[path] = version, digest(data)
    return _DIGESTS[path][1]


_ASK: dict[str, Callable[[str], Answer]] = {
    "exists": os.path.exists,
    "file": os.path.isfile,
    "folder": os.path.isdir,
    "link": os.path.islink,
    "real": os.path.realpath,
    "contents": _digest_of,
    "here": lambda _: os.getcwd(),
    "mentions": lambda asked: mentions(asked, digest),
}


def answers(questions: Iterable[Question]) -> list[Answer]:
    """Ask the disk anew.

    Raises:
        OSError: there is no answer any more.
        KeyError: that is no question.
    """
    return [_ASK[kind](path) for kind, path in questions]


class Asked:
    """The questions on which something rests: its own, and those of what was remembered."""

    def __init__(self) -> None:
        self._own: dict[Question, None] = {}
        self._parts: dict[int, Asked] = {}

    def add(self, question: Question) -> None:
        """Add a question."""
        self._own[question] = None

    def include(self, other: Asked) -> None:
        """Add those on which something else rests."""
        self._parts[id(other)] = other

    def __iter__(self) -> Iterator[Question]:
        found: dict[Question, None] = {}
        pending, seen = [self], {id(self)}
        while pending:
            current = pending.pop()
            found.update(current._own)
            new = [part for number, part in current._parts.items() if number not in seen]
            seen.update(map(id, new))
            pending.extend(new)
        return iter(found)


class Disk:
    """Asks the disk, each question once, and notes which.

    Attributes:
        asked: the questions.
        changed: whether something changed meanwhile, so that the answers do not fit together.
    """

    def __init__(self) -> None:
        self.asked = Asked()
        self.changed = False
        self._answers: dict[Question, Answer] = {}

    def ask(self, kind: str, path: str) -> Answer:
        """Return an answer: the same one however often it is asked for."""
        question = kind, path
        self.asked.add(question)
        if question not in self._answers:
            self._answers[question] = _ASK[kind](path)
        return self._answers[question]

    def text(self, kind: str, path: str) -> str:
        """Return an answer that is a text."""
        return str(self.ask(kind, path))

    def answered(self) -> dict[Question, Answer]:
        """Return all questions, with the answers."""
        return {question: self._answers[question] for question in self.asked}

    def noted(self, make: Callable[[], Result]) -> tuple[Result, Asked]:
        """Return a result, and the questions on which it rests."""
        around, self.asked = self.asked, Asked()
        try:
            return make(), self.asked
        finally:
            around.include(self.asked)
            self.asked = around

    def once(self, memory: MutableMapping[Key, tuple[Result, Asked]], key: Key, make: Callable[[], Result]) -> Result:
        """Return a result that is remembered with the questions on which it rests."""
        known = memory.get(key)
        if known is None:
            known = memory[key] = self.noted(make)
        else:
            self.asked.include(known[1])
        return known[0]
