"""Source text in pieces: the ``ast`` is the map, LibCST the territory.

flake8 has parsed the ``ast`` already; it tells where each top-level statement begins and ends, and
LibCST parses only the pieces that are asked for.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from functools import cached_property

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

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


@dataclass(eq=False)
class Chunk:
    """One or more whole lines of top-level statements.

    Args:
        text: the lines.
        first_line: number of the first one, counted from 1.
        tree: the ``ast`` of the statements.
        file: path of the file, empty for the one that is linted.
    """

    text: str
    first_line: int
    tree: list[ast.stmt] = field(default_factory=list)
    file: str = ""

    @cached_property
    def module(self) -> cst.Module:
        """The LibCST tree; parsed when first needed."""
        try:
            return cst.parse_module(self.text)
        except cst.ParserSyntaxError as error:
            raise NotAnalysed(self.first_line + error.raw_line - 1, "LibCST cannot parse it") from error

    @cached_property
    def _positions(self) -> dict[cst.CSTNode, tuple[int, int]]:
        wrapper = MetadataWrapper(self.module, unsafe_skip_copy=True)
        ranges = wrapper.resolve(PositionProvider)
        return {node: (place.start.line, place.start.column) for node, place in ranges.items()}

    def position(self, node: cst.CSTNode) -> tuple[int, int]:
        """Return the line (from 1, in the file) and the column (from 0) of a node."""
        line, column = self._positions.get(node, (1, 0))
        return self.first_line + line - 1, column

    def contains(self, node: cst.CSTNode, line: int) -> bool:
        """Return whether a line of the file is one of those that a node covers."""
        first, _ = self.position(node)
        return first <= line <= first + self.module.code_for_node(node).rstrip().count("\n")

    def code(self, node: cst.CSTNode) -> str:
        """Return the text of a node on one line."""
        return " ".join(self.module.code_for_node(node).split())


def chunks(text: str, tree: ast.Module, file: str = "") -> list[Chunk]:
    """Cut a file into chunks.

    Args:
        text: the file's text.
        tree: its ``ast``.
        file: its path, empty for the file that is linted.

    Returns:
        the chunks in order; statements that share a line share a chunk.
    """
    lines = _LINE.findall(text)
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
            result.append(Chunk("".join(lines[start - 1 : last]).replace("\f", ""), start, [statement], file))
        end = max(end, last)
    return result


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min([statement.lineno, *(decorator.lineno for decorator in decorators)])
