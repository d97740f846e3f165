"""Where the nodes of a LibCST tree stand in its text.

LibCST's own provider makes a record of each node's whole range, which takes longer than parsing the text. This one
writes the text once too, and keeps a line and a column for each node. It rests on how LibCST writes text, which is not
public: where that is missing, the public provider answers.
"""

from __future__ import annotations

from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

try:
    from libcst._nodes.internal import CodegenState as _Writer
except ImportError:  # another LibCST
    _Writer = None  # type: ignore[assignment, misc]

Positions = dict[int, tuple[int, int]]
"""By the ``id`` of the node: what LibCST hashes nodes with is written in Python."""

Ranges = dict[cst.CSTNode, tuple[int, int, int, int]]


def positions(module: cst.Module) -> Positions:
    """Return the line (from 1) and the column (from 0) at which each node of a tree begins."""
    if _Writer is None:
        return _public(module)
    writer = _Starts(module.default_indent, module.default_newline)
    try:
        module._codegen(writer)
    except (AttributeError, TypeError):  # another LibCST
        return _public(module)
    return writer.starts


def ranges(module: cst.Module) -> Ranges:
    """Return where each node begins and ends; only those who want to know the end need to pay for it."""
    found = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    return {
        node: (place.start.line, place.start.column, place.end.line, place.end.column) for node, place in found.items()
    }


def _public(module: cst.Module) -> Positions:
    ranges = MetadataWrapper(module, unsafe_skip_copy=True).resolve(PositionProvider)
    return {id(node): (place.start.line, place.start.column) for node, place in ranges.items()}


class _Began:
    """What a node does when it has been written whose place is noted already."""

    __slots__ = ()

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        pass


class _BeginsWith:
    """A node that begins where one of its parts does, once that has been written."""

    __slots__ = ("_first", "_node", "_starts")

    def __init__(self, starts: Positions, node: cst.CSTNode, first: cst.CSTNode) -> None:
        self._starts = starts
        self._node = node
        self._first = first

    def __enter__(self) -> None:
        pass

    def __exit__(self, *error: object) -> None:
        if id(self._first) in self._starts:
            self._starts[id(self._node)] = self._starts[id(self._first)]


_BEGAN = _Began()


class _Starts(_Writer or object):  # type: ignore[misc]
    """Takes the text as LibCST writes it, and notes where it stands when a node begins."""

    def __init__(self, indent: str, newline: str) -> None:
        super().__init__(default_indent=indent, default_newline=newline)
        self.starts: Positions = {}
        self._line = 1
        self._column = 0

    def add_token(self, value: str) -> None:
        if "\r" in value:
            value = value.replace("\r\n", "\n").replace("\r", "\n")
        lines = value.count("\n")
        if lines:
            self._line += lines
            self._column = len(value) - value.rfind("\n") - 1
        else:
            self._column += len(value)

    def add_indent_tokens(self) -> None:
        self._column += sum(map(len, self.indent_tokens))

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.starts[id(node)] = self._line, self._column

    def record_syntactic_position(
        self, node: cst.CSTNode, *, start_node: cst.CSTNode | None = None, end_node: Any = None
    ) -> _Began | _BeginsWith:
        """Note where a node begins without the white space and the parentheses around it."""
        self.starts[id(node)] = self._line, self._column
        return _BEGAN if start_node is None else _BeginsWith(self.starts, node, start_node)
