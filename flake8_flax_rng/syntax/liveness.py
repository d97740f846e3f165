"""Whether a name that was bound may be read before it is bound again, as far as a text tells: on any path of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache

from flake8_flax_rng.records import record, replaced
from flake8_flax_rng.syntax.walk import walk

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


@record()
class _Access:
    """One place where a name is read or bound.

    Args:
        reads: whether it is read there.
        lines: the first and last line of the statement.
        blocks: the blocks that the statement stands in, outermost first.
        loops: the loops that it stands in.
    """

    reads: bool
    lines: tuple[int, int]
    blocks: tuple[int, ...] = ()
    loops: tuple[int, ...] = ()


def may_be_read(body: Sequence[ast.stmt], line: int, name: str) -> bool:
    """Return whether what is bound to a name on a line may be read.

    Args:
        body: the function's statements, or those of the file.
        line: the line; a statement there binds the name.
        name: the name.

    Returns:
        whether something after that line reads the name, and nothing that surely comes between binds it again; also
        where a function within this one reads it, and where that cannot be told.
    """
    accesses = _accesses(tuple(body)).get(name, [])
    if accesses is None:
        return True
    here = [number for number, access in enumerate(accesses) if _binds(access, line)]
    return not here or any(_reaches(accesses, here[-1], number) for number in range(len(accesses)))


@lru_cache(maxsize=4)
def _accesses(body: tuple[ast.stmt, ...]) -> dict[str, list[_Access] | None]:
    """Return the accesses to each name; None for a name that is accessed where they cannot be placed."""
    found: dict[str, list[_Access] | None] = {}
    for name, access in _of_block(body, _Access(False, (0, 0)), frozenset()):
        known = found.setdefault(name, [])
        if access is None:
            found[name] = None
        elif known is not None:
            known.append(access)
    return found


def _binds(access: _Access, line: int) -> bool:
    first, last = access.lines
    return not access.reads and first <= line <= last


def _reaches(accesses: list[_Access], start: int, end: int) -> bool:
    """Return whether a value that is bound at one place may be there at another, which reads the name."""
    bound, read = accesses[start], accesses[end]
    around = [loop for loop in bound.loops if loop in read.loops]
    if not read.reads or not (end > start or around):
        return False
    between = accesses[start + 1 : end]
    if end <= start:  # in the next pass of the innermost loop around both, which what stands outside has no part in
        between = [access for access in (*accesses[start + 1 :], *accesses[:end]) if around[-1] in access.loops]
    return not any(not access.reads and access.blocks[-1] in read.blocks for access in between)


_Found = Iterator[tuple[str, _Access | None]]


def _of_block(body: Sequence[ast.stmt], at: _Access, hidden: frozenset[str]) -> _Found:
    """Go through the accesses in the order in which they happen; None stands for one that cannot be placed."""
    inside = replaced(at, blocks=(*at.blocks, id(body)))
    for statement in body:
        yield from _of_statement(statement, replaced(inside, lines=_lines(statement)), hidden)


def _of_statement(node: ast.AST, at: _Access, hidden: frozenset[str]) -> _Found:
    if isinstance(node, _SCOPES):
        yield from ((name, None) for name in _shared_with(node) - hidden)
        return
    if isinstance(node, (ast.Global, ast.Nonlocal)):
        yield from ((name, None) for name in node.names)
    if isinstance(node, _COMPREHENSIONS):
        hidden = hidden.union(*[_names(part.target) for part in node.generators])
    if isinstance(node, _LOOPS):
        at = replaced(at, loops=(*at.loops, id(node)))
    if isinstance(node, ast.Name) and node.id not in hidden:
        yield node.id, replaced(at, reads=not isinstance(node.ctx, ast.Store))
    if isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
        yield node.target.id, replaced(at, reads=True)
    for part in _parts(node):
        if isinstance(part, list):
            yield from _of_block(part, at, hidden)
        else:
            yield from _of_statement(part, at, hidden)


def _parts(node: ast.AST) -> Iterator[ast.AST | list[ast.stmt]]:
    """Go through the parts of a node in the order in which they are evaluated: what is bound comes last."""
    parts: list[ast.AST | list[ast.stmt]] = []
    targets: list[ast.AST] = []
    for field, value in ast.iter_fields(node):
        if isinstance(value, list) and value and isinstance(value[0], ast.stmt):
            parts.append(value)
            continue
        found = [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, ast.AST)]
        (targets if field in ("target", "targets") else parts).extend(found)
    blocks = [part for part in parts if isinstance(part, list)]
    yield from (part for part in parts if not isinstance(part, list))
    yield from targets
    yield from blocks


def _shared_with(node: ast.AST) -> set[str]:
    """Return the names of what is around a function or class that it reads, whenever it runs."""
    parts = list(walk(node))
    named = {part.id for part in parts if isinstance(part, ast.Name)}
    shared = {
        name for part in parts if isinstance(part, (ast.Global, ast.Nonlocal)) for name in part.names if name in named
    }
    own = {part.arg for part in parts if isinstance(part, ast.arg)}
    own |= {part.id for part in parts if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)}
    return (named - own) | shared


def _names(target: ast.expr) -> set[str]:
    return {part.id for part in walk(target) if isinstance(part, ast.Name)}


def _lines(statement: ast.stmt) -> tuple[int, int]:
    """Return the lines of a statement, of one that holds others those of its head."""
    body = getattr(statement, "body", None)
    last = statement.end_lineno or statement.lineno
    if isinstance(body, list) and body:
        last = max(statement.lineno, body[0].lineno - 1)
    return statement.lineno, last
