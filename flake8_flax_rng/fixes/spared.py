"""Repairs that need one key more, where another one is used: that one is split, and each of the two gets a part."""

from __future__ import annotations

import ast

import libcst as cst

from flake8_flax_rng.fixes.brought import KeyText, brought
from flake8_flax_rng.fixes.edits import NoFix, replaced_whole
from flake8_flax_rng.fixes.keys import NAMES, refuse_none, refuse_split_before
from flake8_flax_rng.fixes.names import fresh, spelled_as
from flake8_flax_rng.fixes.reached import refuse_same_in_each_call
from flake8_flax_rng.fixes.statements import before, statement_of, way_to
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.names_in_text import function_around, functions_around, loaded
from flake8_flax_rng.syntax.walk import walk


def key_beside(use: Site, call: Site, own: str, other: str) -> KeyText:
    """Split a key where it is used, so that a call further down can have a part of it.

    Args:
        use: the key.
        call: the call, or the display in which its streams stand.
        own: the stream that the key is used for, empty where it is none.
        other: the stream that the call lacks.

    Returns:
        the source of the new key, with the edits.

    Raises:
        NoFix: if somebody else uses the key, or the call may be reached without that use.
    """
    name = use.chunk.code(use.node)
    if isinstance(use.node, cst.Name):
        _refuse_others(use, name)
    elif not isinstance(use.node, (cst.Call, cst.Subscript)):
        raise NoFix("the key is an attribute, or computed")
    refuse_split_before(use, name)
    refuse_none(use, name)
    refuse_same_in_each_call(use)
    first = fresh(use, *_names_for(own))
    second = fresh(use, *_names_for(other), taken=[first])
    split = before(use, f"{first}, {second} = {spelled_as(use, 'jax.random.split')}({name})")
    key, edits = (second, []) if call.node in way_to(use) else brought(statement_of(use), call, second)
    return key, [split, replaced_whole(use, first), *edits]


def refuse_bound_again(name: str, start: Site, place: Site, repeated: bool) -> None:
    """Refuse a key whose name may hold something else where it would be used.

    Args:
        name: the name.
        start: the statement that binds it, or the function whose parameter it is.
        place: where it would be used.
        repeated: whether loops repeat that.
    """
    chunk = start.chunk
    first, last = _last_line(start), place.chunk.position(place.node)[0]
    around = functions_around(place.chunk, last)
    home = functions_around(chunk, first)
    inside = around[len(home) :]
    nodes = [node for root in (home[-1:] or chunk.around) for node in walk(root)]
    stores = [node.lineno for node in nodes if isinstance(node, ast.Name) and node.id == name and _stored(node)]
    if any(first < store and (store < last or inside or repeated) for store in stores):
        raise NoFix("the name is bound again")
    if any(
        argument.arg == name for function in inside for argument in walk(function.args) if isinstance(argument, ast.arg)
    ):
        raise NoFix("a function around it has a parameter of this name")


def _last_line(start: Site) -> int:
    if isinstance(start.node, cst.FunctionDef):
        return start.chunk.position(start.node)[0]
    return start.chunk.range(start.node)[2]


def _stored(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _names_for(stream: str) -> tuple[str, ...]:
    return (f"{stream}_key", *NAMES) if stream.isidentifier() else NAMES


def _refuse_others(use: Site, name: str) -> None:
    """Refuse to split a key under a name that somebody else reads."""
    function = function_around(use.chunk, use.chunk.position(use.node)[0])
    roots: list[ast.AST] = [*use.chunk.around] if function is None else [function]
    if sum(len(loaded(root, name)) for root in roots) != 1:
        raise NoFix("the key is used elsewhere too")
