"""Repairs of the flag that turns dropout off."""

from __future__ import annotations

import ast
import re

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix, replaced
from flake8_flax_rng.fixes.elements import added, argument, removed
from flake8_flax_rng.fixes.elsewhere import site_of, value_of
from flake8_flax_rng.fixes.statements import way_to
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.semantics.linen import FLAG
from flake8_flax_rng.syntax.cst_children import nodes_of
from flake8_flax_rng.syntax.names_in_text import covers, function_around
from flake8_flax_rng.syntax.walk import walk

_POSITION = {"Dropout": 2}
"""Where a constructor takes the flag, if not by its name only."""


def negated(flag: Site) -> Fix:
    """Return the fix that writes the opposite of a flag.

    Args:
        flag: the flag, which is a name or an attribute.
    """
    if not isinstance(flag.node, cst.Name | cst.Attribute):
        raise NoFix("which flag is meant is not known")
    text = f"not {flag.chunk.code(flag.node)}"
    return Fix(f"write `{text}`", (replaced(flag, text),), safe=False)


def told_as_others(call: Site, layer: str) -> Fix:
    """Return the fix that gives a layer the flag that all others in its function are given; the call raises as it is.

    Args:
        call: the call of the layer, which is made in the same expression.
        layer: the layer, as a reader knows it.
    """
    node = call.node
    made = node.func if isinstance(node, cst.Call) else None
    own = isinstance(made, cst.Call) and _last_name(call, made.func) == layer.rpartition(".")[2]
    function = next((part for part in reversed(way_to(call)) if isinstance(part, cst.FunctionDef)), None)
    if not own or function is None:
        raise NoFix("which flag is meant is not known")
    others = [Site(part, call.chunk) for part in nodes_of(function) if isinstance(part, cst.Call)]
    flags = {call.chunk.code(flag.node) for other in others if (flag := argument(other, FLAG)) is not None}
    taken = {param.name.value for param in (*function.params.params, *function.params.kwonly_params)}
    text = flags.pop() if len(flags) == 1 else ""
    if not text or not _names(text) <= taken:
        raise NoFix("which flag is meant is not known")
    return Fix(f"give it `{text}` too", (added(call, f"{FLAG}={text}"),), safe=True)


def given_once(call: Site) -> Fix:
    """Return the fix that no longer gives a layer the flag with which it was built; the call raises as it is.

    Args:
        call: the call of the layer.
    """
    built = _constructor(call)
    flag = argument(built, FLAG) or _third(built)
    text = flag.chunk.code(flag.node) if flag is not None else ""
    arguments = call.node.args if isinstance(call.node, cst.Call) else ()
    same = [arg for arg in arguments if call.chunk.code(arg.value) == text and not arg.star]
    given = [arg for arg in same if arg.keyword is None or arg.keyword.value == FLAG]
    if not text or len(given) != 1 or not (_in_one_function(built, call) or _names(text) == {"self"}):
        raise NoFix("the two flags differ")
    return Fix("leave it to the constructor's flag", (removed(call, given[0]),), safe=True)


def _constructor(call: Site) -> Site:
    """Return the call that builds what another call calls."""
    func = call.node.func if isinstance(call.node, cst.Call) else None
    if isinstance(func, cst.Attribute) and call.chunk.code(func.value) == "self":
        return _of_attribute(call, func.attr.value)
    return value_of(Site(func, call.chunk)) if isinstance(func, cst.Name) else call


def _of_attribute(call: Site, name: str) -> Site:
    """Return what the class around a call assigns to an attribute, if it does so once."""
    line, _ = call.chunk.position(call.node)
    classes = [node for root in call.chunk.tree for node in walk(root) if isinstance(node, ast.ClassDef)]
    owner = next((node for node in reversed(classes) if covers(node, line)), None)
    stores = [
        node
        for node in (walk(owner) if owner is not None else ())
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == f"self.{name}"
    ]
    if len(stores) != 1:
        raise NoFix("where it is built is not known")
    return site_of(stores[0].value, call.chunk)


def _third(built: Site) -> Site | None:
    """Return the flag that a constructor is given by its position."""
    if not isinstance(built.node, cst.Call) or any(arg.star for arg in built.node.args):
        return None
    index = _POSITION.get(_last_name(built, built.node.func), len(built.node.args))
    positional = [arg.value for arg in built.node.args if arg.keyword is None]
    return Site(positional[index], built.chunk) if index < len(positional) else None


def _in_one_function(one: Site, other: Site) -> bool:
    first, second = (function_around(site.chunk, site.chunk.position(site.node)[0]) for site in (one, other))
    return first is second


def _names(text: str) -> set[str]:
    return {node.id for node in walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)}


def _last_name(site: Site, node: cst.CSTNode) -> str:
    return re.split(r"\W", site.chunk.code(node))[-1]
