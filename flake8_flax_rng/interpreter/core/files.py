"""The files whose text is followed: the linted one, and others of the project."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from flake8_flax_rng.interpreter.core.context import MODULE_FRAME

if TYPE_CHECKING:
    import ast

    from flake8_flax_rng.interpreter.domain.values import Class, Symbol, Value
    from flake8_flax_rng.interpreter.paths.state import State
    from flake8_flax_rng.syntax.index import Index
    from flake8_flax_rng.syntax.source import Chunk


class Home:
    """A file whose text is followed.

    Args:
        frame: the frame that its body binds names in.
        index: which of its definitions matter; None when all do.

    Attributes:
        deferred: the pieces of text that are only followed when one of their names is asked for.
        stars: the modules all of whose names it has imported.
    """

    def __init__(self, frame: int = MODULE_FRAME, index: Index | None = None) -> None:
        self.frame = frame
        self.index = index
        self.deferred: dict[str, Chunk] = {}
        self.stars: list[Symbol] = []


class OtherFiles(Protocol):
    """The other files of the project, as far as their text is followed."""

    @property
    def home(self) -> str:
        """The linted file, as the project knows it."""

    def resolve(self, symbol: Symbol, state: State) -> Value:
        """Return what an imported name stands for, the name itself when that is a module or not known."""

    def lookup(self, frames: tuple[int, ...], name: str, state: State) -> Value | None:
        """Return what a name stands for in the text of another file, if it stands for something there."""

    def starred(self, package: Symbol, name: str, state: State) -> Value | None:
        """Return what ``from package import *`` binds to a name."""

    def deriving(self, cls: Class, name: str, state: State) -> list[Class] | None:
        """Return the classes of the project that derive from one; None where some may be missing.

        Args:
            cls: the class.
            name: a method of it, which no other code may set.
            state: the path.
        """

    def mentioning(self, name: str) -> list[list[ast.stmt]] | None:
        """Return the text of the other files around the linted one that mention a name; None if there are too many."""

    def store(self, module: Symbol, name: str, value: Value, state: State) -> None:
        """Set an attribute of a module."""


class Files:
    """The files whose text is followed.

    Attributes:
        linted: the file that is linted.
        homes: all of them, by path; that of the linted one is empty.
        others: the other files of the project; None when they are not followed.
        defining: the deferred pieces that are being followed, innermost last.
    """

    def __init__(self) -> None:
        self.linted = Home()
        self.homes: dict[str, Home] = {"": self.linted}
        self.others: OtherFiles | None = None
        self.defining: list[Chunk] = []

    def home(self, chunk: Chunk | None) -> Home:
        """Return the file that a piece of text stands in."""
        return self.homes[chunk.file] if chunk is not None else self.linted
