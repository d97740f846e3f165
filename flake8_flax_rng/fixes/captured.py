"""The repair of a traced function that draws from a module of the function around it: it becomes an argument."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import libcst as cst

from flake8_flax_rng.finding import Edit, Fix
from flake8_flax_rng.fixes.edits import NoFix, inserted, range_of, replaced
from flake8_flax_rng.fixes.elsewhere import parents_in, site_of, value_of
from flake8_flax_rng.fixes.names import spelled_as, spells
from flake8_flax_rng.fixes.statements import way_to
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.names_in_text import functions_around
from flake8_flax_rng.syntax.walk import walk

_OF_NNX = {name: f"flax.nnx.{name.rpartition('.')[2]}" for name in ("jax.jit", "jax.grad", "jax.value_and_grad")}
_TRANSFORMS = (*_OF_NNX, *_OF_NNX.values())


def passed_in(draw: Site) -> Fix:
    """Return the fix that passes a module, or an ``Rngs``, to the traced function that draws from it.

    Args:
        draw: the call that draws.
    """
    name = _root(draw)
    functions = functions_around(draw.chunk, draw.chunk.position(draw.node)[0])
    function = functions[-1] if functions else None
    definition = next(
        (node for node in reversed(way_to(draw)) if isinstance(node, (cst.FunctionDef, cst.Lambda))), None
    )
    if not isinstance(function, ast.FunctionDef) or not isinstance(definition, cst.FunctionDef):
        raise NoFix("the traced function has no name")
    value_of(Site(cst.ensure_type(_name_node(draw), cst.Name), draw.chunk))
    nodes = [node for statement in draw.chunk.around for node in walk(statement)]
    reads = [node for node in nodes if isinstance(node, ast.Name) and node.id == function.name]
    others = [node for node in nodes if getattr(node, "name", None) == function.name and node is not function]
    calls, transforms = _calls(draw, function, reads)
    if not calls or others or not _takes_more(function):
        raise NoFix("the traced function is used in other ways")
    edits = _given_already(draw, name, function, calls) or _one_more(draw, name, definition, calls)
    return Fix(f"pass `{name}` to it", (*edits, *_of_nnx(draw, transforms)), safe=False)


def _name_node(draw: Site) -> cst.CSTNode:
    """Return the name at the root of what is called."""
    node = draw.node.func if isinstance(draw.node, cst.Call) else draw.node
    while isinstance(node, (cst.Attribute, cst.Call, cst.Subscript)):
        node = node.func if isinstance(node, cst.Call) else node.value
    return node


def _root(draw: Site) -> str:
    node = _name_node(draw)
    if not isinstance(draw.node, cst.Call) or not isinstance(node, cst.Name) or node.value == "self":
        raise NoFix("what is drawn from has no name here")
    return node.value


def _calls(draw: Site, function: ast.FunctionDef, reads: Sequence[ast.Name]) -> tuple[list[ast.Call], list[ast.expr]]:
    """Return the calls that run a traced function, and what names the transforms that trace it."""
    parents = parents_in(draw.chunk)
    marks = function.decorator_list
    if any(not _transforms(draw, mark) for mark in marks):
        raise NoFix("the function is decorated in other ways")
    calls: list[ast.Call] = []
    transforms: list[ast.expr] = [*marks]
    for read in reads:
        parent = parents.get(read)
        if marks and isinstance(parent, ast.Call) and parent.func is read:
            calls.append(parent)
            continue
        outer = parents.get(parent) if parent is not None else None
        traced = isinstance(parent, ast.Call) and parent.args == [read] and not parent.keywords
        if marks or not traced or not isinstance(parent, ast.Call) or not _transforms(draw, parent.func):
            raise NoFix("the traced function is used in other ways")
        if not isinstance(outer, ast.Call) or outer.func is not parent:
            raise NoFix("what is traced is called elsewhere")
        calls.append(outer)
        transforms.append(parent.func)
    if any(call.keywords or any(isinstance(arg, ast.Starred) for arg in call.args) for call in calls):
        raise NoFix("its arguments are put together elsewhere")
    return calls, transforms


def _transforms(place: Site, node: ast.expr) -> bool:
    return any(spells(place, ast.unparse(node), path) for path in _TRANSFORMS)


def _takes_more(function: ast.FunctionDef) -> bool:
    """Return whether one more parameter can stand after all others."""
    given = function.args
    return bool(given.args) and not (given.defaults or given.vararg or given.kwonlyargs or given.kwarg)


def _given_already(draw: Site, name: str, function: ast.FunctionDef, calls: Sequence[ast.Call]) -> list[Edit]:
    """Return the edit that draws from the parameter which all calls give the module to; none where they do not."""
    places = [
        {index for index, arg in enumerate(call.args) if isinstance(arg, ast.Name) and arg.id == name} for call in calls
    ]
    if not any(places):
        return []
    index = min(places[0], default=-1)
    read = [node for node in walk(function) if isinstance(node, ast.Name) and node.id == name]
    if any(place != {index} for place in places) or len(read) != 1:
        raise NoFix("it is an argument of some calls")
    return [replaced(site_of(read[0], draw.chunk), function.args.args[index].arg)]


def _one_more(draw: Site, name: str, function: cst.FunctionDef, calls: Sequence[ast.Call]) -> list[Edit]:
    place = range_of(Site(function.params.params[-1], draw.chunk))
    edits = [inserted(place.end_line, place.end_column, f", {name}")]
    for call in calls:
        if not call.args:
            raise NoFix("it is called without arguments")
        last = range_of(site_of(call.args[-1], draw.chunk))
        edits.append(inserted(last.end_line, last.end_column, f", {name}"))
    return edits


def _of_nnx(draw: Site, transforms: Sequence[ast.expr]) -> list[Edit]:
    """Return the edits that use the transforms of NNX: those of JAX work on copies."""
    edits = []
    for node in transforms:
        path = next((path for path in _OF_NNX if spells(draw, ast.unparse(node), path)), None)
        if path is not None:
            edits.append(replaced(site_of(node, draw.chunk), spelled_as(draw, _OF_NNX[path])))
    return edits
