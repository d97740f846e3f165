"""One file: its text, its tree, and what its imports stand for."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cached_property
from typing import NamedTuple

Function = ast.FunctionDef | ast.AsyncFunctionDef
Loop = ast.For | ast.AsyncFor | ast.While


class Span(NamedTuple):
    """Where something stands: lines from 1, columns from 0, in characters as LibCST counts them."""

    line: int
    column: int
    end_line: int
    end_column: int


class Program:
    """A file that is looked through.

    Args:
        text: what it holds, with ``\\n`` at the ends of lines.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.tree = ast.parse(text)
        self._lines = text.split("\n")

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """What each node stands in."""
        return {child: node for node in ast.walk(self.tree) for child in ast.iter_child_nodes(node)}

    @cached_property
    def _imported(self) -> dict[str, str]:
        found: dict[str, str] = {}
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    found[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom) and not node.level:
                found.update({alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names})
        return found

    def imports(self, package: str) -> bool:
        """Return whether something of a package is imported."""
        return any(path == package or path.startswith(f"{package}.") for path in self._imported.values())

    def path(self, node: ast.AST) -> str:
        """Return what an expression names, as in ``jax.random.split``; nothing for what is not imported."""
        if isinstance(node, ast.Name):
            return self._imported.get(node.id, "")
        if isinstance(node, ast.Attribute):
            inner = self.path(node.value)
            return f"{inner}.{node.attr}" if inner else ""
        return ""

    def calls(self) -> Iterator[ast.Call]:
        """Go through all calls."""
        return (node for node in ast.walk(self.tree) if isinstance(node, ast.Call))

    def around(self, node: ast.AST) -> Iterator[ast.AST]:
        """Go through all that a node stands in, the innermost first."""
        while (above := self.parents.get(node)) is not None:
            yield above
            node = above

    def span(self, node: ast.expr | ast.stmt) -> Span:
        """Return where a node stands."""
        assert node.end_lineno is not None and node.end_col_offset is not None
        return Span(
            node.lineno,
            self._column(node.lineno, node.col_offset),
            node.end_lineno,
            self._column(node.end_lineno, node.end_col_offset),
        )

    def _column(self, line: int, offset: int) -> int:
        return len(self._lines[line - 1].encode()[:offset].decode())

    def segment(self, node: ast.expr) -> str:
        """Return the text of an expression."""
        return ast.get_source_segment(self.text, node) or ast.unparse(node)

    def alone(self, statement: ast.stmt) -> bool:
        """Return whether nothing but a comment shares its lines with a statement."""
        span = self.span(statement)
        before = self._lines[span.line - 1][: span.column]
        after = self._lines[span.end_line - 1][span.end_column :].strip()
        return not before.strip() and (not after or after.startswith("#"))

    def whole(self, node: ast.AST) -> tuple[int, int]:
        """Return the lines of the outermost function around a node, or else of the class, or of the whole file."""
        outside = [node, *self.around(node)]
        functions = [above for above in outside if isinstance(above, Function)]
        classes = [above for above in outside if isinstance(above, ast.ClassDef)]
        found = functions[-1] if functions else classes[-1] if classes else None
        if found is None:
            return 1, len(self._lines)
        assert found.end_lineno is not None
        return min([found.lineno, *(decorator.lineno for decorator in found.decorator_list)]), found.end_lineno


def spelled(node: ast.AST) -> str:
    """Return the text that a key is known by: ``k``, ``self.key``, ``keys[0]``; nothing for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        inner = spelled(node.value)
        return f"{inner}.{node.attr}" if inner else ""
    if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and isinstance(node.slice, ast.Constant):
        return f"{node.value.id}[{node.slice.value}]" if type(node.slice.value) is int else ""
    return ""


def prefixes(text: str) -> set[str]:
    """Return all texts whose rebinding makes another key of this one: ``self`` and ``self.key`` for ``self.key``."""
    base = text.partition("[")[0]
    parts = base.split(".")
    return {".".join(parts[: count + 1]) for count in range(len(parts))} | {text}
