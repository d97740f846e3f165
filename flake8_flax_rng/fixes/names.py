"""What a repair may write at a place: a name that is free there, and what the file calls a function of JAX or Flax."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, count
from typing import TYPE_CHECKING

from flake8_flax_rng.fixes.edits import NoFix, inserted
from flake8_flax_rng.syntax.names_in_text import covers, is_readable
from flake8_flax_rng.syntax.walk import walk

if TYPE_CHECKING:
    from flake8_flax_rng.finding import Edit
    from flake8_flax_rng.interpreter.domain.places import Site

Function = ast.FunctionDef | ast.AsyncFunctionDef
_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def fresh(site: Site, *wanted: str, taken: Iterable[str] = ()) -> str:
    """Return a name that nothing else has where it would be bound: in the outermost function, or else in the file.

    Args:
        site: where it is bound.
        wanted: names that are tried, the first one again with numbers after it.
        taken: names that the same repair binds.
    """
    functions = _functions_around(site)
    used = {*taken, *_names(functions[:1] or site.chunk.around)}
    numbered = (f"{wanted[0]}_{number}" for number in count(2))
    return next(name for name in chain(wanted, numbered) if name not in used)


def nobodys(site: Site) -> str:
    """Return the name for what nobody uses.

    Raises:
        NoFix: if the file reads it, as translated programs do.
    """
    nodes = (node for statement in site.chunk.around for node in walk(statement) if isinstance(node, ast.Name))
    if any(node.id == "_" and isinstance(node.ctx, ast.Load) for node in nodes):
        raise NoFix("the file reads the name _")
    return "_"


def spelled_as(site: Site, path: str) -> str:
    """Return what the text at a place calls something that a package holds: ``random.split`` for ``jax.random.split``.

    Args:
        site: the place.
        path: the whole path of the thing.

    Raises:
        NoFix: if nothing that is imported gives access to it there.
    """
    found: list[tuple[int, str]] = []
    for name, package in _imported(site).items():
        if path == package:
            found.append((0, name))  # a bare `split` reads worse than `random.split`
        elif path.startswith(f"{package}."):
            found.append((len(package), name + path[len(package) :]))
    best = max(found, default=None, key=lambda each: each[0])
    if best is None:
        raise NoFix(f"{path} is not imported")
    return best[1]


def spells(site: Site, text: str, path: str) -> bool:
    """Return whether a text stands for something that a package holds, as the names at a place are bound."""
    root, dot, rest = text.partition(".")
    return f"{_imported(site).get(root, '')}{dot}{rest}" == path


def import_of(site: Site, module: str) -> Edit | None:
    """Return the edit that imports a module of the standard library, None where the place can name it already.

    Raises:
        NoFix: if the file gives the name to something else, or no import shows where one can stand.
    """
    if _imported(site).get(module) == module:
        return None
    if module in _names(site.chunk.around):
        raise NoFix(f"the file uses the name {module} for something else")
    imports = [node for node in site.chunk.around if isinstance(node, (ast.Import, ast.ImportFrom))]
    first = next((node for node in imports if getattr(node, "module", None) != "__future__"), None)
    if first is None or first.col_offset:
        raise NoFix("no import shows where one can stand")
    return inserted(first.lineno, 0, f"import {module}\n")


def name_of(site: Site, path: str) -> tuple[str, Edit | None]:
    """Return what the text at a place calls something, and the edit that imports it where it has no name yet.

    Args:
        site: the place.
        path: the whole path of the thing.

    Raises:
        NoFix: if nothing gives access to it, and no import of its package shows where its name can be added.
    """
    try:
        return spelled_as(site, path), None
    except NoFix:
        package, _, name = path.rpartition(".")
        froms = [node for node in site.chunk.around if isinstance(node, ast.ImportFrom) and node.module == package]
        last = froms[0].names[-1] if froms and not froms[0].level else None
        if last is None or last.name == "*" or name in _names(site.chunk.around) or last.end_lineno is None:
            raise
        return name, inserted(last.end_lineno, last.end_col_offset or 0, f", {name}")


def _functions_around(site: Site) -> list[Function]:
    """Return the functions in whose text a place stands, outermost first."""
    line, _ = site.chunk.position(site.node)
    nodes = (node for statement in site.chunk.tree for node in walk(statement))
    return [node for node in nodes if isinstance(node, Function) and covers(node, line)]


def _names(nodes: Iterable[ast.AST]) -> set[str]:
    """Return all names that stand in some syntax, bound or read."""
    found: set[str] = set()
    for root in nodes:
        for node in walk(root):
            if isinstance(node, ast.Name):
                found.add(node.id)
            elif isinstance(node, ast.arg):
                found.add(node.arg)
            elif isinstance(node, (ast.Global, ast.Nonlocal)):
                found.update(node.names)
            else:
                found.update(_bound_by(node))
    return found


def _bound_by(node: ast.AST) -> Iterator[str]:
    """Yield the names that a node binds itself, names and parameters aside."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, (ast.ExceptHandler, ast.MatchAs, ast.MatchStar)) and node.name:
        yield node.name
    elif isinstance(node, ast.MatchMapping) and node.rest:
        yield node.rest


def _imported(site: Site) -> dict[str, str]:
    """Return the names by which a place can reach what is imported, each with the path that it stands for."""
    line, column = site.chunk.position(site.node)
    found: dict[str, str] = {}
    for scope in (site.chunk.around, *_functions_around(site)):
        paths: dict[str, set[str]] = {}
        for name, path in _bindings(scope, line):
            paths.setdefault(name, set()).add(path)
        for name, known in paths.items():
            found.pop(name, None)
            if len(known) == 1 and known != {""}:
                found[name] = known.pop()
    return {name: path for name, path in found.items() if is_readable(name, site.chunk, line, column)}


def _bindings(scope: Sequence[ast.stmt] | Function, line: int) -> Iterator[tuple[str, str]]:
    """Yield the names that a function binds, or the file, and what an import above a line binds them to."""
    if isinstance(scope, Function):
        given = scope.args
        for parameter in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
            if parameter is not None:
                yield parameter.arg, ""
    waiting: list[ast.AST] = list(scope.body if isinstance(scope, Function) else scope)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield from _imports(node) if node.lineno < line else ((name, "") for name in _bound_by(node))
            continue
        yield from ((name, "") for name in _bound_by(node))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id, ""
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            waiting += node.orelse
        elif not isinstance(node, _SCOPES):
            waiting += ast.iter_child_nodes(node)


def _imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Yield the names that an import binds, each with its path, which is empty for what stands in the project."""
    for alias in node.names:
        if isinstance(node, ast.Import):
            top = alias.name.partition(".")[0]
            yield (alias.asname, alias.name) if alias.asname else (top, top)
        else:
            path = "" if node.level else f"{node.module}.{alias.name}"
            yield alias.asname or alias.name, path
