"""What the text of a function says of a name: where it is bound, and who reads it.

Advice is followed in the text, on every path through it. What one path has shown does not suffice for it: a name that
this path leaves unread may be read on another one, or may not be bound there.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from flake8_flax_rng.syntax.cst_children import functions_in
from flake8_flax_rng.syntax.liveness import may_be_read
from flake8_flax_rng.syntax.walk import walk

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.syntax.source import Chunk

Function = ast.FunctionDef | ast.AsyncFunctionDef
_CHUNKS_KEPT = 8
"""Pieces of text whose functions are remembered: a file is asked for one place after another."""

_EXPRESSIONS = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
Place = tuple["Chunk", int]
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


def covers(node: ast.stmt, line: int) -> bool:
    """Return whether a statement stands on a line."""
    return node.lineno <= line <= (node.end_lineno or line)


def function_around(chunk: Chunk, line: int) -> Function | None:
    """Return the innermost function in whose text a line stands."""
    found: Function | None = None
    for node in _functions(chunk):
        if covers(node, line):
            found = node
    return found


def parameters(text: Function) -> list[str]:
    """Return the names of the parameters, without those that say that nobody reads them."""
    every = (*text.args.posonlyargs, *text.args.args, *text.args.kwonlyargs)
    return [arg.arg for arg in every if arg.arg.strip("_")]


def functions_around(chunk: Chunk, line: int) -> list[Function]:
    """Return all functions in whose text a line stands, the outermost first."""
    return [node for node in _functions(chunk) if covers(node, line)]


@lru_cache(maxsize=_CHUNKS_KEPT)
def _functions(chunk: Chunk) -> list[Function]:
    return [node for statement in chunk.tree for node in walk(statement) if isinstance(node, Function)]


def definition(chunk: Chunk, node: cst.FunctionDef) -> Function | None:
    """Return what the ``ast`` says of a function; None where its tree and LibCST's differ."""
    return _definitions(chunk).get(node)


@lru_cache(maxsize=_CHUNKS_KEPT)
def _definitions(chunk: Chunk) -> dict[cst.CSTNode, Function]:
    """Return the functions of a piece of text; both trees have them in the order of the text."""
    ours, theirs = list(functions_in(chunk.module)), _functions(chunk)
    alike = [node.name.value for node in ours] == [node.name for node in theirs]
    return dict(zip(ours, theirs, strict=True)) if alike else {}


def is_dropped(chunk: Chunk, node: cst.CSTNode) -> bool:
    """Return whether what a call returns goes nowhere: it is a statement of its own."""
    return chunk.position(node) in _statements(chunk)


@lru_cache(maxsize=_CHUNKS_KEPT)
def _statements(chunk: Chunk) -> frozenset[tuple[int, int]]:
    found = [node for statement in chunk.tree for node in walk(statement) if isinstance(node, ast.Expr)]
    return frozenset((node.lineno, node.col_offset) for node in found)


def loaded(function: ast.AST, name: str) -> list[ast.Name]:
    """Return where a name is read."""
    return [
        node
        for node in walk(function)
        if isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Store)
    ]


def is_local(name: str, chunk: Chunk, line: int, column: int) -> bool:
    """Return whether a statement before a place can bind a name again, and it is the same name then."""
    if not is_readable(name, chunk, line, column):
        return False
    function = function_around(chunk, line)
    return function is None or (_binds(function, name) and not _declares(function, name))


def is_readable(name: str, chunk: Chunk, line: int, column: int) -> bool:
    """Return whether a statement before a place can read a name that is read there."""
    return not any(_holds(node, line, column) and _introduces(node, name) for node in _expressions(chunk))


@lru_cache(maxsize=_CHUNKS_KEPT)
def _expressions(chunk: Chunk) -> list[ast.expr]:
    return [node for statement in chunk.tree for node in walk(statement) if isinstance(node, _EXPRESSIONS)]


def bound_between(chunk: Chunk, first: int, last: int, text: Sequence[ast.stmt]) -> frozenset[str]:
    """Return the names that the function around a line, or else the file, binds on some lines."""
    function = function_around(chunk, last)
    stores = _stores(tuple(text) if function is None else (function,))
    return frozenset(name for line, name in stores if first <= line <= last)


@lru_cache(maxsize=_CHUNKS_KEPT)
def _stores(statements: tuple[ast.stmt, ...]) -> list[tuple[int, str]]:
    nodes = (node for statement in statements for node in walk(statement))
    return [(node.lineno, node.id) for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)]


def may_be_none(name: str, chunk: Chunk, line: int) -> bool:
    """Return whether the function around a line binds a name to ``None`` on some condition."""
    function = function_around(chunk, line)
    nodes = _assignments(function) if function is not None else []
    values = [node.value for node in nodes if any(isinstance(to, ast.Name) and to.id == name for to in node.targets)]
    branches = [part for value in values if isinstance(value, ast.IfExp) for part in (value.body, value.orelse)]
    return any(isinstance(part, ast.Constant) and part.value is None for part in branches)


@lru_cache(maxsize=_CHUNKS_KEPT)
def _assignments(function: Function) -> list[ast.Assign]:
    return [node for node in walk(function) if isinstance(node, ast.Assign) and isinstance(node.value, ast.IfExp)]


def returns(name: str, chunk: Chunk, line: int) -> bool:
    """Return whether the function around a line returns a name, by itself or among others."""
    function = function_around(chunk, line)
    nodes = walk(function) if function is not None else ()
    return any(isinstance(node, ast.Return) and loaded(node, name) for node in nodes)


def reads_after(name: str, chunk: Chunk, line: int, text: Sequence[ast.stmt]) -> bool:
    """Return whether what follows a line, in its function or in a loop around it, reads a name."""
    function = function_around(chunk, line)
    body = text if function is None else function.body
    blocks = list(_blocks(body, line))
    first = min((statement.lineno for _, statement in blocks if isinstance(statement, _LOOPS)), default=line + 1)
    here = blocks[-1][1] if blocks else None
    own = set(loaded(here, name)) if here is not None else set()
    return any(
        node not in own and node.lineno >= first
        for node, _ in _names(body, name)
        if not isinstance(node.ctx, ast.Store)
    )


def names_around(function: Function | None, text: Sequence[ast.stmt]) -> frozenset[str]:
    """Return the names that a function uses, or else the whole file."""
    nodes = (node for root in (text if function is None else [function]) for node in walk(root))
    return frozenset(
        node.id if isinstance(node, ast.Name) else node.arg for node in nodes if isinstance(node, (ast.Name, ast.arg))
    )


def is_free(name: str, made: Place, use: Place, text: Sequence[ast.stmt], again: bool = False) -> bool:
    """Return whether a name still holds at a use what a call has bound to it, and nobody reads it.

    Args:
        name: the name.
        made: the chunk and line of the call.
        use: those of the use, in the same function.
        text: the statements of the file.
        again: whether the use hands on a key under this very name, so that it may stand before the call.
    """
    (chunk, line), (other, at) = made, use
    function = function_around(chunk, line)
    if chunk.file or (function is not None and chunk is not other):
        return False
    body = text if function is None else function.body
    blocks = list(_blocks(body, line))
    block, bound = blocks[-1]
    if isinstance(bound, (Function, ast.ClassDef)) or not any(covers(statement, at) for statement in block):
        return False
    last = bound.end_lineno or bound.lineno
    if at <= last and not again:
        return False
    bound_after = _assigned(body, at)
    stores = [
        node.lineno for node, _ in _names(body, name) if isinstance(node.ctx, ast.Store) and node not in bound_after
    ]
    return not any(last < bound_again <= at for bound_again in stores) and not may_be_read(body, line, name)


def _assigned(body: Sequence[ast.stmt], line: int) -> set[ast.AST]:
    """Return what an assignment on a line binds: its value is computed before."""
    *_, (_, statement) = [(body, None), *_blocks(body, line)]
    if not isinstance(statement, ast.Assign):
        return set()
    return {node for target in statement.targets for node in walk(target)}


def _blocks(block: Sequence[ast.stmt], line: int) -> Iterator[tuple[Sequence[ast.stmt], ast.stmt]]:
    """Yield the blocks around a line, from the outside, each with its statement that covers the line."""
    found = next((statement for statement in block if covers(statement, line)), None)
    while found is not None:
        yield block, found
        if isinstance(found, (Function, ast.ClassDef)):
            return
        block, found = next(
            ((part, inner) for part in _parts(found) for inner in part if covers(inner, line)), (block, None)
        )


def _parts(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    """Yield the blocks of a compound statement."""
    holders = [statement, *getattr(statement, "handlers", ()), *getattr(statement, "cases", ())]
    for holder in holders:
        for part in ("body", "orelse", "finalbody"):
            block = getattr(holder, part, None)
            if isinstance(block, list):
                yield block


def _names(statements: Sequence[ast.stmt], name: str) -> Iterator[tuple[ast.Name, bool]]:
    """Yield where a name stands in a scope, and whether that is in a function inside, which may run at any time."""
    waiting: list[tuple[ast.AST, bool]] = [(statement, False) for statement in statements]
    while waiting:
        node, inner = waiting.pop()
        if isinstance(node, ast.Name) and node.id == name:
            yield node, inner
        if isinstance(node, (Function, ast.Lambda)):
            if not _binds(node, name):
                waiting.extend((child, True) for child in ast.iter_child_nodes(node))
            continue
        waiting.extend((child, inner) for child in ast.iter_child_nodes(node))


@lru_cache(maxsize=_CHUNKS_KEPT)
def _binds(function: Function | ast.Lambda, name: str) -> bool:
    """Return whether a name belongs to a function: a parameter, or bound in its own text."""
    given = function.args
    parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    if any(parameter is not None and parameter.arg == name for parameter in parameters):
        return True
    waiting: list[ast.AST] = [] if isinstance(function, ast.Lambda) else list(function.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Name) and node.id == name and isinstance(node.ctx, ast.Store):
            return True
        if not isinstance(node, (Function, ast.Lambda, ast.ClassDef)):
            waiting.extend(ast.iter_child_nodes(node))
    return False


def _holds(node: ast.expr, line: int, column: int) -> bool:
    first, last = (node.lineno, node.col_offset), (node.end_lineno or line, node.end_col_offset or column)
    return first <= (line, column) <= last


def _introduces(node: ast.expr, name: str) -> bool:
    """Return whether a name belongs to an expression: the parameter of a lambda, or what a comprehension goes over."""
    if isinstance(node, ast.Lambda):
        return _binds(node, name)
    targets = [part.target for part in getattr(node, "generators", ())]
    return any(isinstance(inner, ast.Name) and inner.id == name for target in targets for inner in walk(target))


def _declares(function: Function, name: str) -> bool:
    """Return whether a name is said to belong to the file, or to a function around."""
    return name in _declared(function)


@lru_cache(maxsize=_CHUNKS_KEPT)
def _declared(function: Function) -> frozenset[str]:
    nodes = (node for node in walk(function) if isinstance(node, (ast.Global, ast.Nonlocal)))
    return frozenset(name for node in nodes for name in node.names)
