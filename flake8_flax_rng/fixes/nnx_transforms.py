"""Repairs of transforms that lose, split or take along the streams of NNX."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import libcst as cst

from flake8_flax_rng.finding import Edit, Fix
from flake8_flax_rng.fixes.edits import NoFix, inserted, range_of, replaced
from flake8_flax_rng.fixes.elements import added, argument
from flake8_flax_rng.fixes.elsewhere import made_of, node_at, value_of
from flake8_flax_rng.fixes.names import spelled_as, spells
from flake8_flax_rng.fixes.statements import statement_of
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.cst_children import nodes_of
from flake8_flax_rng.syntax.source import lines_of

_OF_NNX = {
    "jax.jit": "flax.nnx.jit",
    "jax.checkpoint": "flax.nnx.remat",
    "jax.remat": "flax.nnx.remat",
    "jax.lax.cond": "flax.nnx.cond",
    "jax.lax.switch": "flax.nnx.switch",
}
"""Transforms of NNX that take what those of JAX take, and carry the state of modules."""


def transform_of_nnx(calls: Sequence[Site]) -> Fix:
    """Return the fix that applies the transform of NNX in place of that of JAX.

    Args:
        calls: the calls that work on copies.
    """
    names = {site.chunk.position(site.node): site for call in calls for site in _applied(call)}
    if not names:
        raise NoFix("the transform is applied elsewhere")
    new = {place: spelled_as(site, _OF_NNX[_path(site)]) for place, site in names.items()}
    edits = tuple(replaced(site, new[place]) for place, site in names.items())
    return Fix("use " + " and ".join(f"`{name}`" for name in sorted(set(new.values()))), edits, safe=False)


def _applied(call: Site) -> list[Site]:
    """Return where the text names the transform through which a call goes."""
    func = call.node.func if isinstance(call.node, cst.Call) else None
    if func is None:
        raise NoFix("it is no call")
    site = Site(func, call.chunk)
    if _path(site):
        return [site]
    roots = made_of(site) if isinstance(func, cst.Name) else [site] if isinstance(func, cst.Call) else []
    parts = [Site(part, root.chunk) for root in roots for part in nodes_of(root.node)]
    found = [part for part in parts if _path(part)]
    if len(found) != 1:
        raise NoFix("the transform is applied elsewhere")
    return found


def _path(site: Site) -> str:
    """Return which transform of JAX a name stands for, empty where it stands for none."""
    if not isinstance(site.node, (cst.Name, cst.Attribute)):
        return ""
    text = site.chunk.code(site.node)
    return next((path for path in _OF_NNX if spells(site, text, path)), "")


def streams_for_backup(call: Site) -> Fix:
    """Return the fix that passes the streams which were split, where what ``split_rngs`` returned is passed.

    Args:
        call: the call that is given it.
    """
    arguments = call.node.args if isinstance(call.node, cst.Call) else ()
    for arg in arguments:
        given = Site(arg.value, call.chunk)
        made = _of_name(given)
        if made is None or not isinstance(made.node, cst.Call) or not made.node.args:
            continue
        split = made.node.args[0].value
        if _is_split(made) and isinstance(split, cst.Name):
            return Fix(f"pass `{split.value}`", (replaced(given, split.value),), safe=True)
    raise NoFix("what is split has no name")


def _of_name(site: Site) -> Site | None:
    try:
        return value_of(site) if isinstance(site.node, cst.Name) else None
    except NoFix:
        return None


def _is_split(call: Site) -> bool:
    func = call.node.func if isinstance(call.node, cst.Call) else None
    return func is not None and spells(call, call.chunk.code(func), "flax.nnx.split_rngs")


def without_updates(call: Site) -> Fix:
    """Return the fix that asks ``nnx.with_rngs`` for the mode in which it is there; it raises as it is.

    Args:
        call: the call.
    """
    if argument(call, "graph_updates") is not None:
        raise NoFix("the mode is given")
    return Fix("set `graph_updates=False`", (added(call, "graph_updates=False"),), safe=True)


def split_for_a_while(draw: Site, split: Site | None) -> Fix:
    """Return the fix that splits streams in a ``with``, for the statements before the one that finds many keys.

    Args:
        draw: what finds them.
        split: the call that splits them.
    """
    if split is None or not _is_split(split):
        raise NoFix("they are not split here by `nnx.split_rngs`")
    statement = statement_of(split)
    if not isinstance(statement.node, cst.Expr) or statement.node.value is not split.node:
        raise NoFix("what was there before is kept")
    inner = _between(split, draw)
    line, column = split.chunk.position(statement.node)
    lines = lines_of(split.chunk.whole)
    edits: list[Edit] = []
    for node in inner:
        last = node.end_lineno or node.lineno
        texts = [part for part in ast.walk(node) if isinstance(part, ast.Constant) and isinstance(part.value, str)]
        if any(part.lineno != part.end_lineno for part in texts):
            raise NoFix("a text of several lines would be changed")
        rows = range(node.lineno, last + 1)
        edits += [inserted(row, column, "    ") for row in rows if lines[row - 1].strip()]
    place = range_of(split)
    edits += [inserted(line, column, "with "), inserted(place.end_line, place.end_column, ":")]
    return Fix("split the streams for these lines", tuple(edits), safe=True)


def _between(split: Site, draw: Site) -> Sequence[ast.stmt]:
    """Return the statements of a block between two of its statements."""
    first, last = node_at(statement_of(split), ast.stmt), node_at(statement_of(draw), ast.stmt)
    blocks = [split.chunk.around, *_blocks(split)]
    block = next((block for block in blocks if first in block and last in block), None)
    if block is None:
        raise NoFix("they do not stand in one block")
    inner = block[block.index(first) + 1 : block.index(last)]
    if not inner:
        raise NoFix("nothing is done with the many keys before")
    return inner


def _blocks(site: Site) -> list[list[ast.stmt]]:
    nodes = [node for statement in site.chunk.tree for node in ast.walk(statement)]
    found = [getattr(node, name, None) for node in nodes for name in ("body", "orelse", "finalbody")]
    return [block for block in found if isinstance(block, list)]


def parameters_alone(call: Site) -> Fix:
    """Return the fix that computes with the parameters of a module, and not with its streams.

    Args:
        call: the call that computes.
    """
    states = [
        _state(Site(arg.value, call.chunk)) for arg in (call.node.args if isinstance(call.node, cst.Call) else ())
    ]
    found = [state for state in states if state is not None]
    if not found:
        raise NoFix("where the state is taken is not known")
    param = spelled_as(call, "flax.nnx.Param")
    return Fix("take the parameters alone", tuple(added(state, param) for state in found), safe=False)


def _state(given: Site) -> Site | None:
    """Return the call of ``nnx.state`` that takes the whole state of a module, where an argument is one."""
    made = _of_name(given) or given
    func = made.node.func if isinstance(made.node, cst.Call) else None
    whole = isinstance(made.node, cst.Call) and len(made.node.args) == 1
    return made if func is not None and whole and spells(made, made.chunk.code(func), "flax.nnx.state") else None
