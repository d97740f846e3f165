"""Source text in pieces: the ``ast`` is the map, LibCST the territory.

flake8 has parsed the ``ast`` already; it tells where each top-level statement begins and ends, and
LibCST parses only the pieces that are asked for.
"""

from __future__ import annotations

import ast
import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import libcst as cst

from flake8_flax_rng.records import field, record
from flake8_flax_rng.syntax.nesting import too_deep
from flake8_flax_rng.syntax.parser import parsed
from flake8_flax_rng.syntax.positions import Positions, Ranges, positions, ranges

CHARACTERS_KEPT = 150_000
"""Length of the text whose trees a process keeps: files of a project use the same other files. About 4 MB."""

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


class NotAnalysed(Exception):
    """A piece of text that cannot be analysed.

    Args:
        line: where, counted from 1.
        reason: why, in a few words.
    """

    def __init__(self, line: int, reason: str):
        super().__init__(reason)
        self.line = line
        self.reason = reason


class _Trees:
    """The trees that earlier analyses have parsed; analyses take turns.

    A tree is lent to one chunk at a time: an analysis tells what it has seen by its nodes, so that text which stands
    in two places needs two trees.
    """

    def __init__(self) -> None:
        # Few files use what was linted before them, but all use the same others: those of linted ones go first.
        self._linted: OrderedDict[str, cst.Module] = OrderedDict()
        self._others: OrderedDict[str, cst.Module] = OrderedDict()
        self._characters = 0
        self._lent: list[Chunk] = []

    def lend(self, chunk: Chunk) -> cst.Module:
        """Return the tree of a chunk, until :meth:`take_back`."""
        tree = self._others.pop(chunk.text, None) or self._linted.pop(chunk.text, None)
        if tree is None:
            reason = too_deep(chunk.tree, chunk.text)
            if reason is not None:
                raise NotAnalysed(chunk.first_line, reason)
            tree = parsed(chunk.text)
        else:
            self._characters -= len(chunk.text)
        self._lent.append(chunk)
        return tree

    def take_back(self) -> None:
        """Keep the trees that were lent, the last ones if they are too many."""
        for chunk in self._lent:
            tree = chunk.give_back()
            if tree is not None and chunk.text not in self._others and chunk.text not in self._linted:
                (self._others if chunk.file else self._linted)[chunk.text] = tree
                self._characters += len(chunk.text)
        self._lent.clear()
        while self._characters > CHARACTERS_KEPT:
            text, _ = (self._linted or self._others).popitem(last=False)
            self._characters -= len(text)


_TREES = _Trees()


@contextmanager
def borrowed_trees() -> Iterator[None]:
    """Parse what is asked for meanwhile; afterwards no chunk holds a tree any more."""
    try:
        yield
    finally:
        _TREES.take_back()


@record(eq=False, frozen=False, slots=False)
class Chunk:
    """One or more whole lines of top-level statements.

    Args:
        text: the lines.
        first_line: number of the first one, counted from 1.
        tree: the ``ast`` of the statements.
        file: path of the file, empty for the one that is linted.
        shown: what a reader finds that file by.
        around: the ``ast`` of the statements of the whole file.
        whole: the text of the whole file.
    """

    text: str
    first_line: int
    tree: list[ast.stmt] = field(default_factory=list)
    file: str = ""
    shown: str = ""
    around: Sequence[ast.stmt] = ()
    whole: str = ""
    _module: cst.Module | None = None
    _positions: Positions | None = None
    _ranges: Ranges | None = None

    @property
    def module(self) -> cst.Module:
        """The LibCST tree; parsed when first needed."""
        if self._module is None:
            try:
                self._module = _TREES.lend(self)
            except cst.ParserSyntaxError as error:
                raise NotAnalysed(self.first_line + error.raw_line - 1, "LibCST cannot parse it") from error
        return self._module

    @property
    def parsed(self) -> bool:
        """Whether the tree was asked for."""
        return self._module is not None

    def give_back(self) -> cst.Module | None:
        """Return the tree and forget it."""
        tree, self._module, self._positions, self._ranges = self._module, None, None, None
        return tree

    def position(self, node: cst.CSTNode) -> tuple[int, int]:
        """Return the line (from 1, in the file) and the column (from 0) of a node."""
        if self._positions is None:
            self._positions = positions(self.module)
        line, column = self._positions.get(id(node), (1, 0))
        return self.first_line + line - 1, column

    def range(self, node: cst.CSTNode) -> tuple[int, int, int, int]:
        """Return the line and the column where a node begins, and those where it ends."""
        if self._ranges is None:
            self._ranges = ranges(self.module)
        line, column, end_line, end_column = self._ranges.get(node, (1, 0, 1, 0))
        before = self.first_line - 1
        return before + line, column, before + end_line, end_column

    def contains(self, node: cst.CSTNode, line: int) -> bool:
        """Return whether a line of the file is one of those that a node covers."""
        first, last = self.lines(node)
        return first <= line <= last

    def lines(self, node: cst.CSTNode) -> tuple[int, int]:
        """Return the first and the last line of the file that a node covers."""
        first, _ = self.position(node)
        return first, first + self.module.code_for_node(node).rstrip().count("\n")

    def code(self, node: cst.CSTNode) -> str:
        """Return the text of a node on one line."""
        return " ".join(self.module.code_for_node(node).split())


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, each with its end, as Python counts them."""
    return _LINE.findall(text)


def chunks(text: str, tree: ast.Module, file: str = "", shown: str = "") -> list[Chunk]:
    """Cut a file into chunks.

    Args:
        text: the file's text.
        tree: its ``ast``.
        file: its path, empty for the file that is linted.
        shown: what a reader finds it by.

    Returns:
        the chunks in order; statements that share a line share a chunk.
    """
    lines = lines_of(text)
    result: list[Chunk] = []
    end = 0
    for statement in tree.body:
        start, last = _first_line(statement), statement.end_lineno or statement.lineno
        continued = 0 < end <= len(lines) and lines[end - 1].rstrip("\r\n").endswith("\\")
        if result and (start <= end or continued):
            chunk = result[-1]
            chunk.text += "".join(lines[end:last])
            chunk.tree.append(statement)
        else:
            piece = "".join(lines[start - 1 : last]).replace("\f", "")
            result.append(Chunk(piece, start, [statement], file, shown, tree.body, text))
        end = max(end, last)
    return result


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])
