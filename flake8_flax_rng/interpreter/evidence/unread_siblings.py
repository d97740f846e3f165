"""Keys that a split made and bound, and that the function never reads."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flake8_flax_rng.syntax.walk import walk

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Made
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.values import Keys


_SEVERAL = 3
"""Keys of a split, of which one is used twice and one never: then there was one for each use."""


def unread(
    made: Made, names: Mapping[int, str], array: tuple[str, Keys] | None, read: set[int], alone: bool = False
) -> str | None:
    """Return a key that a function binds and never reads, where others of the same split are read.

    Args:
        made: the split.
        names: the names that its keys were bound to, by index.
        array: the name that an array of its keys was bound to, and the array; None if there is none.
        read: which of its keys were read.
        alone: whether it has to be the only one of several that is not read, so that there was one for each use.

    Returns:
        the key, as the text would name it; None if all are read, or if that cannot be told.
    """
    idle = [name for index, name in sorted(names.items()) if index not in read and name.strip("_")]
    function = function_around(made) if read and (idle or array) else None
    if function is None:
        return None
    lost = [name for name in names.values() if not _loaded(function, name)]
    if lost:
        missing = [name for name in idle if name in lost]
    else:
        missing = lost = _unread_indices(function, *array) if array is not None else []
    several = (_count(made) or len(names)) >= _SEVERAL
    return None if alone and not (several and len(lost) == 1) else next(iter(missing), None)


def unread_before(made: Made, names: Mapping[int, str], call: Site) -> str | None:
    """Return a key that was made before a call, in a function around it, and that this function never reads.

    Args:
        made: the split or fold.
        names: the names that its keys were bound to, by index.
        call: the call.
    """
    if made.site.chunk is not call.chunk or not names:
        return None
    line, _ = call.chunk.position(call.node)
    function = function_around(made)
    if (
        not isinstance(function, ast.stmt)
        or not _covers(function, line)
        or made.site.chunk.position(made.site.node)[0] > line
    ):
        return None
    return next((name for _, name in sorted(names.items()) if name.strip("_") and not _loaded(function, name)), None)


def function_around(made: Made) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Return the innermost function in whose text a split is written: what a file binds, others may read."""
    chunk = made.site.chunk
    line, _ = chunk.position(made.site.node)
    found: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    for statement in chunk.tree:
        for node in walk(statement):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _covers(node, line):
                found = node
    return found


def _covers(node: ast.stmt, line: int) -> bool:
    return node.lineno <= line <= (node.end_lineno or line)


def _loaded(function: ast.AST, name: str) -> list[ast.Name]:
    return [
        node
        for node in walk(function)
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Store)
    ]


def _unread_indices(function: ast.AST, array: str, keys: Keys) -> list[str]:
    """Return the keys of an array that are never taken, if all that are taken have constant indices."""
    taken = [node for node in walk(function) if isinstance(node, ast.Subscript) and _named(node.value, array)]
    if keys.count is None or len(taken) != len(_loaded(function, array)):
        return []
    indices = {_number(node.slice) for node in taken}
    if None in indices:
        return []
    found = {index % keys.count for index in indices if index is not None and keys.count}
    return [f"{array}[{index}]" for index in range(keys.count) if index not in found]


def _number(node: ast.expr) -> int | None:
    """Return the index that is written, None if it is none."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        inner = _number(node.operand)
        return None if inner is None else -inner
    return node.value if isinstance(node, ast.Constant) and type(node.value) is int else None


def _named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _count(made: Made) -> int | None:
    """Return how many keys a split makes, if that is written there."""
    arguments = [value for _, value in made.way[-1].arguments]
    return getattr(arguments[1], "value", None) if len(arguments) > 1 else 2
