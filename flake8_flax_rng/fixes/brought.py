"""How a key gets from where it is made to a call that needs it: as another one in each pass, and as an argument."""

from __future__ import annotations

import ast

import libcst as cst

from flake8_flax_rng.finding import Edit
from flake8_flax_rng.fixes.edits import NoFix, inserted, range_of
from flake8_flax_rng.fixes.elsewhere import only_read, parents_in, site_of
from flake8_flax_rng.fixes.names import spelled_as, spells
from flake8_flax_rng.fixes.passes import counted
from flake8_flax_rng.fixes.reached import loops_after
from flake8_flax_rng.fixes.statements import way_to
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.names_in_text import functions_around

KeyText = tuple[str, list[Edit]]
"""The source of a key, and the edits that make it."""

_COMPILERS = ("jax.jit", "flax.nnx.jit")
_BY_NAME_OR_INDEX = {"static_argnums", "static_argnames", "donate_argnums", "donate_argnames"}
"""Options of a compiler that stay right where one more argument comes last."""


def brought(start: Site, place: Site, name: str) -> KeyText:
    """Return the source of a key at a place that is reached after it was made: another one each time.

    Args:
        start: the statement that binds the key, or the function that is given it.
        place: where it is needed.
        name: its name.

    Raises:
        NoFix: if the text does not show how often the place is reached.
    """
    try:
        loops = loops_after(start, place)
    except NoFix:
        return _as_argument(start, place, name)
    return in_each_pass(place, name, loops)


def in_each_pass(call: Site, key: str, loops: list[Site]) -> KeyText:
    """Return the source of a key that is another one in each pass of some loops.

    Args:
        call: where it is used.
        key: the name of the key.
        loops: the loops.
    """
    if not loops:
        return key, []
    numbers, edits = counted(call, loops)
    for number in numbers:
        key = f"{spelled_as(call, 'jax.random.fold_in')}({key}, {number})"
    return key, edits


def _as_argument(start: Site, place: Site, name: str) -> KeyText:
    """Give the key to the function of the key's own scope in which the place stands, where that is called once."""
    function, definition = _function_between(start, place)
    call = _only_call(function, definition)
    given, edits = brought(start, call, name)
    key, more = in_each_pass(place, name, loops_after(definition, place))
    if not isinstance(call.node, cst.Call):
        raise NoFix("it is called in another way")
    parameters = definition.chunk.range(_last_parameter(definition))
    last = range_of(Site(call.node.args[-1], call.chunk))
    return key, [
        *edits,
        *more,
        inserted(parameters[2], parameters[3], f", {name}"),
        inserted(last.end_line, last.end_column, f", {given}"),
    ]


def _function_between(start: Site, place: Site) -> tuple[ast.FunctionDef, Site]:
    """Return the outermost function that stands below a key and above a place, in both trees."""
    around = functions_around(place.chunk, place.chunk.position(place.node)[0])
    home = functions_around(start.chunk, start.chunk.position(start.node)[0])
    inner = [node for node in way_to(place) if isinstance(node, (cst.FunctionDef, cst.Lambda))]
    if around[: len(home)] != home or len(around) == len(home) or len(inner) != len(around):
        raise NoFix("not every way to it leads past the key")
    function, definition = around[len(home)], inner[len(home)]
    if not isinstance(function, ast.FunctionDef) or not isinstance(definition, cst.FunctionDef):
        raise NoFix("the function around it has no name")
    given = function.args
    if not given.args or given.defaults or given.vararg or given.kwonlyargs or given.kwarg or given.posonlyargs:
        raise NoFix("no parameter can stand after the others")
    return function, Site(definition, place.chunk)


def _last_parameter(definition: Site) -> cst.CSTNode:
    return cst.ensure_type(definition.node, cst.FunctionDef).params.params[-1]


def _only_call(function: ast.FunctionDef, definition: Site) -> Site:
    """Return the one call that runs a function which is compiled, or plain."""
    if any(not _compiles(mark, definition) for mark in function.decorator_list):
        raise NoFix("the function around it is decorated")
    parents = parents_in(definition.chunk)
    read = only_read(function.name, function, definition.chunk)
    parent = parents.get(read)
    if isinstance(parent, ast.Call) and parent.args == [read] and _compiles(parent.func, definition, parent):
        outer = parents.get(parent)
        if not isinstance(outer, ast.Assign) or not isinstance(outer.targets[0], ast.Name):
            raise NoFix("the compiled function has no name")
        read = only_read(outer.targets[0].id, outer, definition.chunk)
        parent = parents.get(read)
    if not isinstance(parent, ast.Call) or parent.func is not read or parent.keywords:
        raise NoFix("the function around it is called in other ways")
    plain = not any(isinstance(arg, ast.Starred) for arg in parent.args)
    if not plain or len(parent.args) != len(function.args.args):
        raise NoFix("its arguments are put together elsewhere")
    return site_of(parent, definition.chunk)


def _compiles(mark: ast.expr, place: Site, call: ast.Call | None = None) -> bool:
    """Return whether a decorator, or the function of a call, compiles a function and says nothing of all arguments."""
    options = list(call.keywords) if call is not None else []
    if isinstance(mark, ast.Call):
        partly = spells(place, ast.unparse(mark.func), "functools.partial") and len(mark.args) == 1
        options += mark.keywords
        mark = mark.args[0] if partly else mark.func
    stay = all(option.arg in _BY_NAME_OR_INDEX and "-" not in ast.unparse(option.value) for option in options)
    return stay and any(spells(place, ast.unparse(mark), path) for path in _COMPILERS)
