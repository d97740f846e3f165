"""What others are given: the calls beside one, in the same function, say what it lacks."""

from __future__ import annotations

import ast

import libcst as cst

from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.elements import argument
from flake8_flax_rng.fixes.elsewhere import site_of
from flake8_flax_rng.fixes.statements import way_to
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.cst_children import nodes_of
from flake8_flax_rng.syntax.names_in_text import covers
from flake8_flax_rng.syntax.walk import walk


def given_to_others(place: Site, name: str) -> str:
    """Return what all calls of a function that give a keyword argument give: parameters of the function alone.

    Args:
        place: a node in the function.
        name: the keyword.

    Raises:
        NoFix: if nobody gives it, or not all give the same.
    """
    function = next((part for part in reversed(way_to(place)) if isinstance(part, cst.FunctionDef)), None)
    if function is None:
        raise NoFix("it stands in no function")
    calls = [Site(part, place.chunk) for part in nodes_of(function.body) if isinstance(part, cst.Call)]
    given = {place.chunk.code(value.node) for call in calls if (value := argument(call, name)) is not None}
    text = given.pop() if len(given) == 1 else ""
    stored = {
        node.value
        for part in nodes_of(function.body)
        if isinstance(part, cst.AssignTarget)
        for node in nodes_of(part)
        if isinstance(node, cst.Name)
    }
    taken = {param.name.value for param in (*function.params.params, *function.params.kwonly_params)}
    if not text or not names_in(text) <= taken or names_in(text) & stored:
        raise NoFix(f"the others do not say which {name} is meant")
    return text


def names_in(text: str) -> set[str]:
    """Return the names that an expression reads."""
    return {node.id for node in walk(ast.parse(text, mode="eval")) if isinstance(node, ast.Name)}


def attribute_value(place: Site, name: str) -> Site:
    """Return what the class around a place assigns to an attribute of its instances, if it does so once.

    Args:
        place: a node in the class.
        name: the attribute.

    Raises:
        NoFix: if the class assigns it nowhere, or several times.
    """
    line, _ = place.chunk.position(place.node)
    classes = [node for root in place.chunk.tree for node in walk(root) if isinstance(node, ast.ClassDef)]
    owner = next((node for node in reversed(classes) if covers(node, line)), None)
    stores = [
        node
        for node in (walk(owner) if owner is not None else ())
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == f"self.{name}"
    ]
    if len(stores) != 1:
        raise NoFix("where it is built is not known")
    return site_of(stores[0].value, place.chunk)
