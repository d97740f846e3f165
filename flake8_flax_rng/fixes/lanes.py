"""Repairs of keys that all lanes of a ``vmap`` share: one is split off for each, and mapped over."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix, inserted, range_of, replaced
from flake8_flax_rng.fixes.keys import NAMES
from flake8_flax_rng.fixes.names import fresh, spelled_as, spells
from flake8_flax_rng.fixes.statements import way_to
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.cst_children import nodes_of
from flake8_flax_rng.syntax.walk import walk

Function = cst.FunctionDef | cst.Lambda
_TITLE = "split the key, one for each lane"


def mapped_over(call: Site, key: Site) -> Fix:
    """Return the fix of ``vmap(f, in_axes=(None, 0))(key, rows)``, whose key is given to all lanes.

    Args:
        call: the call of the mapped function.
        key: the argument that is the key.
    """
    inner, given = _mapping(call)
    axes = next((arg.value for arg in inner.args[1:] if arg.keyword is None or arg.keyword.value == "in_axes"), None)
    if not isinstance(axes, cst.Tuple) or len(axes.elements) != len(given):
        raise NoFix("the axes are not listed")
    index = next((index for index, value in enumerate(given) if value is key.node), None)
    none = axes.elements[index].value if index is not None else None
    if not isinstance(none, cst.Name) or none.value != "None":
        raise NoFix("the key is no argument that all lanes share")
    pairs = zip(axes.elements, given, strict=True)
    rows = [value for axis, value in pairs if isinstance(axis.value, cst.Integer) and axis.value.value == "0"]
    return Fix(_TITLE, (replaced(Site(none, call.chunk), "0"), replaced(key, _split(call, key, rows))), safe=False)


def given_to_lanes(call: Site, key: Site) -> Fix:
    """Return the fix of ``vmap(lambda row: …key…)(rows)``, whose function reads the key from around it.

    Args:
        call: the call of the mapped function.
        key: the key in the function.
    """
    inner, given = _mapping(call)
    function = next((node for node in reversed(way_to(key)) if isinstance(node, Function)), None)
    if len(inner.args) != 1 or function is None or not _is_mapped(inner.args[0].value, function, call, key):
        raise NoFix("the mapped function is written elsewhere")
    params = function.params
    reads = [node for node in nodes_of(function) if isinstance(node, cst.Name) and node.value == _name(key)]
    plain = not (params.kwonly_params or params.star_kwarg or params.posonly_params)
    if not plain or len(params.params) != len(given) or len(reads) != 1:
        raise NoFix("the function takes more, or reads the key several times")
    new = fresh(key, *NAMES)
    after = range_of(Site(params.params[-1], key.chunk))
    last = range_of(Site(given[-1], call.chunk))
    edits = (
        inserted(after.end_line, after.end_column, f", {new}"),
        replaced(key, new),
        inserted(last.end_line, last.end_column, f", {_split(call, key, given[:1])}"),
    )
    return Fix(_TITLE, edits, safe=False)


def _mapping(call: Site) -> tuple[cst.Call, Sequence[cst.BaseExpression]]:
    """Return the call of ``vmap`` whose result is called at once, and what that is given."""
    node = call.node
    inner = node.func if isinstance(node, cst.Call) else None
    if not isinstance(node, cst.Call) or not isinstance(inner, cst.Call):
        raise NoFix("the function is mapped elsewhere")
    plain = all(arg.keyword is None and not arg.star for arg in node.args)
    if not plain or not node.args or not spells(call, call.chunk.code(inner.func), "jax.vmap"):
        raise NoFix("it is no plain call of vmap")
    return inner, [arg.value for arg in node.args]


def _split(call: Site, key: Site, rows: Sequence[cst.BaseExpression]) -> str:
    """Return the source of one key for each of some rows."""
    row = next((value for value in rows if isinstance(value, (cst.Name, cst.Attribute))), None)
    if row is None:
        raise NoFix("the number of lanes has no name")
    code = call.chunk.code
    return f"{spelled_as(call, 'jax.random.split')}({key.chunk.code(key.node)}, len({code(row)}))"


def _name(key: Site) -> str:
    if not isinstance(key.node, cst.Name):
        raise NoFix("the key is no name")
    return key.node.value


def _is_mapped(given: cst.BaseExpression, function: Function, call: Site, key: Site) -> bool:
    """Return whether a function is the one that is mapped, and its key has the same name where that is called."""
    if given is function:
        return True
    if not isinstance(given, cst.Name) or not isinstance(function, cst.FunctionDef):
        return False
    read = [node for root in call.chunk.around for node in walk(root) if isinstance(node, ast.Name)]
    once = sum(node.id == given.value for node in read) == 1
    around = [node for node in way_to(key) if isinstance(node, Function) and node is not function]
    return (
        once and given.value == function.name.value and around == [n for n in way_to(call) if isinstance(n, Function)]
    )
