"""What stands elsewhere in the text of a file: a repair may have to change another statement than that of its place."""

from __future__ import annotations

import ast

import libcst as cst

from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.cst_children import nodes_of
from flake8_flax_rng.syntax.names_in_text import functions_around
from flake8_flax_rng.syntax.source import Chunk, chunks, lines_of
from flake8_flax_rng.syntax.walk import children, walk

Extent = tuple[int, int, int, int]
"""Line and column where something begins, and those where it ends."""


def node_at(site: Site, kind: type[ast.AST]) -> ast.AST:
    """Return what the ``ast`` of the file has at a place.

    Args:
        site: the place.
        kind: what it is there.

    Raises:
        NoFix: if it is something else.
    """
    wanted = site.chunk.range(site.node)
    waiting: list[ast.AST] = [statement for statement in site.chunk.around if _stands_on(statement, wanted[0])]
    while waiting:
        node = waiting.pop()
        if isinstance(node, kind) and _extent(node, site.chunk) == wanted:
            return node
        waiting += children(node)
    raise NoFix("the place is not found in the text")


def site_of(node: ast.expr | ast.stmt, chunk: Chunk) -> Site:
    """Return the place of something that the ``ast`` of a file has.

    Args:
        node: an expression, or a statement of one line.
        chunk: any piece of the file.
    """
    wanted = _extent(node, chunk)
    home = chunk if any(_stands_on(statement, node.lineno) for statement in chunk.tree) else _other(chunk, node.lineno)
    found = [part for part in nodes_of(home.module) if home.range(part) == wanted]
    outer = cst.BaseSmallStatement | cst.BaseCompoundStatement if isinstance(node, ast.stmt) else cst.BaseExpression
    place = next((part for part in found if isinstance(part, outer)), None)
    if place is None:
        raise NoFix("the place is not found in the text")
    return Site(place, home)


def is_parameter(name: str, site: Site) -> bool:
    """Return whether a name at a place is a parameter of a function around it, which nothing binds again."""
    line = site.chunk.position(site.node)[0]
    for function in reversed(functions_around(site.chunk, line)):
        bound = [node for node in walk(function) if _binds(node, name)]
        if bound:
            return all(isinstance(node, ast.arg) for node in bound) and bound[0] in walk(function.args)
    return False


def value_of(site: Site) -> Site:
    """Return what an expression stands for: where it is a name, the value that the text gives it.

    Raises:
        NoFix: if the name may stand for several things.
    """
    if not isinstance(site.node, cst.Name):
        return site
    name = site.node.value
    bound = [node for statement in site.chunk.around for node in walk(statement) if _binds(node, name)]
    value = assigned(bound[0], name) if len(bound) == 1 else None
    if value is None:
        raise NoFix("the name may stand for several things")
    return site_of(value, site.chunk)


def definition_of(site: Site) -> ast.FunctionDef | None:
    """Return the function that a name stands for; None where it is another expression, or stands for other things."""
    name = site.node.value if isinstance(site.node, cst.Name) else ""
    bound = [node for statement in site.chunk.around for node in walk(statement) if _binds(node, name)]
    return bound[0] if len(bound) == 1 and isinstance(bound[0], ast.FunctionDef) else None


def made_of(site: Site) -> list[Site]:
    """Return what makes the function that a name stands for: its decorators, or the value that the text gives it.

    Raises:
        NoFix: if the name may stand for several things.
    """
    function = definition_of(site)
    if function is not None:
        return [site_of(decorator, site.chunk) for decorator in function.decorator_list]
    return [value_of(site)]


def assigned(node: ast.AST, name: str) -> ast.expr | None:
    """Return what a statement assigns to a name and to nothing else; None for other nodes."""
    target = node.targets[0] if isinstance(node, ast.Assign) and len(node.targets) == 1 else None
    plain = isinstance(target, ast.Name) and target.id == name
    return node.value if plain and isinstance(node, ast.Assign) else None


def _binds(node: ast.AST, name: str) -> bool:
    if isinstance(node, ast.Assign):
        return any(isinstance(part, ast.Name) and part.id == name for target in node.targets for part in walk(target))
    if isinstance(node, ast.arg):
        return node.arg == name
    if isinstance(node, (ast.AugAssign, ast.AnnAssign, ast.For, ast.NamedExpr, ast.comprehension)):
        return any(isinstance(part, ast.Name) and part.id == name for part in walk(node.target))
    named = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name
    return named or (isinstance(node, ast.alias) and (node.asname or node.name) == name)


def parents_in(chunk: Chunk) -> dict[ast.AST, ast.AST]:
    """Return what each node of a file's ``ast`` stands in; statements of the file stand in nothing."""
    found: dict[ast.AST, ast.AST] = {}
    waiting: list[ast.AST] = [*chunk.around]
    while waiting:
        node = waiting.pop()
        for child in children(node):
            found[child] = node
            waiting.append(child)
    return found


def only_read(name: str, binding: ast.AST, chunk: Chunk) -> ast.Name:
    """Return the one place in a file that reads a name of a function, or of what was made of one.

    Args:
        name: the name.
        binding: the statement that binds it.
        chunk: any piece of the file.

    Raises:
        NoFix: if several places read it, or something else binds it too.
    """
    nodes = [node for statement in chunk.around for node in walk(statement)]
    named = [node for node in nodes if isinstance(node, ast.Name) and node.id == name]
    reads = [node for node in named if isinstance(node.ctx, ast.Load)]
    bound = [node for node in named if not isinstance(node.ctx, ast.Load)]
    own = [node for node in walk(binding) if node in bound]
    others = [node for node in nodes if getattr(node, "name", None) == name and node is not binding]
    if len(reads) != 1 or len(bound) != len(own) or len(own) > 1 or others:
        raise NoFix("the function around it may be called several times")
    return reads[0]


def _extent(node: ast.AST, chunk: Chunk) -> Extent | None:
    """Return where a node stands, in characters; the ``ast`` counts bytes."""
    if not isinstance(node, (ast.expr, ast.stmt)):
        return None
    last, end = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
    lines = lines_of(chunk.whole)
    return node.lineno, _column(lines[node.lineno - 1], node.col_offset), last, _column(lines[last - 1], end)


def _column(line: str, offset: int) -> int:
    return offset if line.isascii() else len(line.encode()[:offset].decode())


def _other(chunk: Chunk, line: int) -> Chunk:
    """Return another piece of a chunk's file; its tree is parsed anew."""
    pieces = chunks(chunk.whole, ast.Module([*chunk.around], []), chunk.file)
    return next(piece for piece in pieces if any(_stands_on(statement, line) for statement in piece.tree))


def _stands_on(statement: ast.stmt, line: int) -> bool:
    """Return whether a statement stands on a line; its decorators stand above the line that it names."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(decorator.lineno for decorator in decorators)])
    return first <= line <= (statement.end_lineno or line)
