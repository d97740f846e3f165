"""Demonstrations: what a module does with its own classes under ``if __name__ == "__main__"``, in a straight line.

Such a block shows that the code runs, and in a module of a package nothing else can be meant. Its inputs, and the
layers that it makes, may well come of one key: nobody trains with them. Where a loop runs, here or in a function of the
file that is named here, the block may be the program itself.
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from flake8_flax_rng.syntax.walk import walk

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.places import Site

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class Demonstrations:
    """The demonstrations of a file.

    Args:
        text: its statements.
        packaged: whether it is a module of a package, which others import.
    """

    def __init__(self, text: Sequence[ast.stmt], packaged: bool = False) -> None:
        blocks = [statement for statement in text if isinstance(statement, ast.If) and _asks_for_main(statement.test)]
        defined = {part.name: part for part in text if isinstance(part, _DEFINITIONS)} if blocks else {}
        self._lines = [
            range(block.lineno, (block.end_lineno or 0) + 1) for block in blocks if _shows(block, defined, packaged)
        ]

    def hold(self, *sites: Site) -> bool:
        """Return whether all of these places stand in one demonstration."""
        if not self._lines or any(site.chunk.file for site in sites):
            return False
        lines = [site.chunk.position(site.node)[0] for site in sites]
        return any(all(line in block for line in lines) for block in self._lines)


def _asks_for_main(test: ast.expr) -> bool:
    left = test.left if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Eq) else None
    return isinstance(left, ast.Name) and left.id == "__name__"


def _shows(
    block: ast.If, defined: dict[str, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef], packaged: bool
) -> bool:
    """Return whether a block only shows what its file defines: classes, or whatever a package is to import."""
    names = {part.id for part in walk(block) if isinstance(part, ast.Name)}
    used = [part for name, part in defined.items() if name in names]
    if not any(packaged or isinstance(part, ast.ClassDef) for part in used):
        return False
    functions = [part for part in used if not isinstance(part, ast.ClassDef)]
    return not any(isinstance(part, _LOOPS) for whole in (block, *functions) for part in walk(whole))
