"""A fault that can be planted."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from .edits import Edit
from .program import Program
from .scope import Scope


@dataclass(frozen=True, order=True)
class Mutation:
    """One fault at one place.

    Args:
        line: where.
        kind: what is wrong with it.
        first: the first line of the function around, decorators too.
        last: its last line.
        edits: how the text changes.
    """

    line: int
    kind: str
    first: int
    last: int
    edits: tuple[Edit, ...]


Found = Iterator[tuple[ast.expr | ast.stmt, Sequence[Edit]]]
"""Places, each with what is changed for a fault there."""

InScope = Callable[[Scope], Found]
"""Finds the places of a kind in one function."""

InProgram = Callable[[Program], Found]
"""Finds the places of a kind in a file."""


def mutation(program: Program, kind: str, node: ast.expr | ast.stmt, edits: Sequence[Edit]) -> Mutation:
    """Return the mutation that some edits make at a node."""
    return Mutation(node.lineno, kind, *program.whole(node), tuple(edits))
