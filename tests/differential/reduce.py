"""Makes a program smaller while something stays true of it."""

from __future__ import annotations

import ast
import copy
import time
from collections.abc import Callable, Iterator


def reduced(source: str, holds: Callable[[str], bool], seconds: float = 20.0) -> str:
    """Make a program smaller.

    Args:
        source: the program.
        holds: tells whether a smaller program still shows what matters.
        seconds: how long to try.

    Returns:
        a program of which it holds, of which no single part can be left out; or the smallest that was found.
    """
    tree = ast.parse(source)
    end = time.monotonic() + seconds
    shrunk = True
    while shrunk:
        shrunk = False
        position = 0
        while time.monotonic() < end:
            candidate = _variant(tree, position)
            if candidate is None:
                break
            if holds(ast.unparse(ast.fix_missing_locations(candidate)) + "\n"):
                tree, shrunk = candidate, True
            else:
                position += 1
    return ast.unparse(tree) + "\n"


def _variant(tree: ast.Module, position: int) -> ast.Module | None:
    """Return a copy of a program with one part left out; None when there are no more parts."""
    changed = copy.deepcopy(tree)
    for number, change in enumerate(_changes(changed)):
        if number == position:
            change()
            return changed
    return None


def _changes(tree: ast.Module) -> Iterator[Callable[[], None]]:
    for node in ast.walk(tree):
        for field in ("body", "orelse"):
            body = getattr(node, field, None)
            if isinstance(body, list):
                yield from _of_block(body, field == "body" and not isinstance(node, ast.Module))
    for node in ast.walk(tree):
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                for part in _parts(value):
                    yield lambda node=node, field=field, part=part: setattr(node, field, part)
            if field == "args" and isinstance(value, list):
                for index, item in enumerate(value):
                    if isinstance(item, ast.expr):
                        for part in _parts(item):
                            yield lambda value=value, index=index, part=part: value.__setitem__(index, part)


def _of_block(body: list[ast.stmt], needed: bool) -> Iterator[Callable[[], None]]:
    for index in reversed(range(len(body))):
        statement = body[index]
        empty: list[ast.stmt] = [ast.Pass()] if needed and len(body) == 1 else []
        counts = isinstance(statement, ast.AugAssign) and isinstance(statement.value, ast.Constant)
        if not isinstance(statement, ast.Pass) and not counts:  # What counts is what ends a while loop.
            yield lambda index=index, empty=empty: body.__setitem__(slice(index, index + 1), empty)
        if isinstance(statement, ast.If | ast.For | ast.While):
            for inner in (statement.body, statement.orelse):
                if inner:
                    yield lambda index=index, inner=inner: body.__setitem__(slice(index, index + 1), inner)


def _parts(value: ast.expr) -> list[ast.expr]:
    """Return what an expression can be replaced with."""
    if isinstance(value, ast.BinOp):
        return [value.left, value.right]
    if isinstance(value, ast.IfExp):
        return [value.body, value.orelse]
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute) and value.func.attr in ("sum", "tanh"):
        return [value.func.value] if value.func.attr == "sum" and not value.args else value.args[:1]
    return []


def unread_names(source: str) -> set[tuple[str, str]]:
    """List the names that are bound and never read, and functions that are never called.

    Args:
        source: a program.

    Returns:
        each name, with the function that binds it.
    """
    tree = ast.parse(source)
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    found: set[tuple[str, str]] = set()
    for function in functions:
        names = [node for node in ast.walk(function) if isinstance(node, ast.Name)]
        read = {node.id for node in names if isinstance(node.ctx, ast.Load)}
        bound = {node.id for node in names} | {arg.arg for arg in function.args.args if arg.arg.startswith("k")}
        bound |= {inner.name for inner in functions if inner is not function and inner in ast.walk(function)}
        found |= {(function.name, name) for name in bound - read}
    return found
