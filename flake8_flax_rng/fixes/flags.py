"""Repairs of the flag that turns dropout off."""

from __future__ import annotations

import re

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix, replaced
from flake8_flax_rng.fixes.elements import added, argument, removed
from flake8_flax_rng.fixes.elsewhere import value_of
from flake8_flax_rng.fixes.siblings import attribute_value, given_to_others, names_in
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.semantics.linen import FLAG
from flake8_flax_rng.syntax.names_in_text import function_around

_POSITION = {"Dropout": 2}
"""Where a constructor takes the flag, if not by its name only."""


def negated(flag: Site) -> Fix:
    """Return the fix that writes the opposite of a flag.

    Args:
        flag: the flag, which is a name or an attribute.
    """
    if not isinstance(flag.node, (cst.Name, cst.Attribute)):
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
    if not own:
        raise NoFix("which flag is meant is not known")
    text = given_to_others(call, FLAG)
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
    if not text or len(given) != 1 or not (_in_one_function(built, call) or names_in(text) == {"self"}):
        raise NoFix("the two flags differ")
    return Fix("leave it to the constructor's flag", (removed(call, given[0]),), safe=True)


def _constructor(call: Site) -> Site:
    """Return the call that builds what another call calls."""
    func = call.node.func if isinstance(call.node, cst.Call) else None
    if isinstance(func, cst.Attribute) and call.chunk.code(func.value) == "self":
        return attribute_value(call, func.attr.value)
    return value_of(Site(func, call.chunk)) if isinstance(func, cst.Name) else call


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


def _last_name(site: Site, node: cst.CSTNode) -> str:
    return re.split(r"\W", site.chunk.code(node))[-1]
