"""Keys that a split made and bound, and that the function never reads."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.syntax.liveness import may_be_read
from flake8_flax_rng.syntax.names_in_text import Function, covers, function_around, loaded
from flake8_flax_rng.syntax.walk import walk

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Made
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.values import Keys


_SEVERAL = 3
"""Keys of an array, of which one is used twice and one never: then there was one for each use."""


def unread(
    made: Made,
    names: Mapping[int, str],
    array: tuple[str, Keys] | None,
    read: set[int],
    script: Sequence[ast.stmt] = (),
    alone: bool = False,
) -> str | None:
    """Return a key that a function binds and never reads, where others of the same split are read.

    Args:
        made: the split.
        names: the names that its keys were bound to, by index.
        array: the name that an array of its keys was bound to, and the array; None if there is none.
        read: which of its keys were read.
        script: the statements of the linted file, where nobody else reads their names.
        alone: whether it has to be the only one that is not read, so that there was one for each use.

    Returns:
        the key, as the text would name it; None if all are read, or if that cannot be told. One that takes the name of
        the key that is split is carried on, whoever comes next, and may be idle.
    """
    names = {index: name for index, name in sorted(names.items()) if name != source_name(made)}
    idle = [name for index, name in names.items() if index not in read and name.strip("_")]
    around = _scope(made.site, script) if read and (idle or array) else None
    if around is None:
        return None
    line, _ = made.site.chunk.position(made.site.node)
    lost = [name for name in names.values() if not may_be_read(around.body, line, name)]
    missing = [name for name in idle if name in lost]
    if not lost and array is not None and ((_count(made) or 0) >= _SEVERAL or not alone):
        missing = lost = _unread_indices(around, *array)
    return None if alone and len(lost) != 1 else next(iter(missing), None)


def unread_next(made: Made, names: Mapping[int, str], read: set[int], script: Sequence[ast.stmt]) -> str | None:
    """Return the key that took the name of the one that was split, where it is the only one that nobody reads.

    Args:
        made: the split.
        names: the names that its keys were bound to, by index.
        read: which of its keys were read.
        script: the statements of the linted file, where nobody else reads their names.

    Returns:
        its name; None if it is read, or if that cannot be told.
    """
    name = source_name(made)
    around = _scope(made.site, script) if any(names[index] == name for index in names.keys() - read) else None
    if around is None:
        return None
    line, _ = made.site.chunk.position(made.site.node)
    return name if [lost for lost in names.values() if not may_be_read(around.body, line, lost)] == [name] else None


def _scope(site: Site, script: Sequence[ast.stmt]) -> Function | ast.Module | None:
    """Return the function that a place is in, or the file's body; None where others may read the names of that."""
    function = _around(site)
    if function is not None or site.chunk.file or not script:
        return function
    return ast.Module(list(script), [])


def source_name(made: Made) -> str:
    """Return the name of the key that was split: what is bound to it again is carried on, whoever comes next."""
    arguments = made.way[-1].arguments
    node = arguments[0][0] if arguments else None
    return node.value if isinstance(node, cst.Name) else ""


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
    function = _around(made.site)
    if function is None or not covers(function, line) or made.site.chunk.position(made.site.node)[0] > line:
        return None
    at = made.site.chunk.position(made.site.node)[0]
    carried = source_name(made)
    own = [name for _, name in sorted(names.items()) if name.strip("_") and name != carried]
    # Where the others are only handed back, this one was for the function itself.
    mine = [carried] if carried in names.values() and own and all(_is_returned(function, name) for name in own) else []
    return next((name for name in [*own, *mine] if not may_be_read(function.body, at, name)), None)


def _is_returned(function: Function, name: str) -> bool:
    """Return whether a function reads a name, and only to return it."""
    returned = {node for part in walk(function) if isinstance(part, ast.Return) for node in loaded(part, name)}
    return bool(returned) and returned == set(loaded(function, name))


def _around(site: Site) -> Function | None:
    return function_around(site.chunk, site.chunk.position(site.node)[0])


def _unread_indices(function: ast.AST, array: str, keys: Keys) -> list[str]:
    """Return the keys of an array that are never taken, if all that are taken have constant indices."""
    taken = [node for node in walk(function) if isinstance(node, ast.Subscript) and _named(node.value, array)]
    if keys.count is None or len(taken) != len(loaded(function, array)):
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
