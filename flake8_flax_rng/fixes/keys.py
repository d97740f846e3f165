"""Repairs of keys: split before a use, fold the number of a pass in, use another key."""

from __future__ import annotations

import ast

import libcst as cst

from flake8_flax_rng.finding import Edit, Fix
from flake8_flax_rng.fixes.edits import NoFix, inserted, replaced
from flake8_flax_rng.fixes.names import fresh, nobodys, spelled_as, spells
from flake8_flax_rng.fixes.statements import before, statement_of, way_to
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.names_in_text import bound_between, function_around, may_be_none
from flake8_flax_rng.syntax.walk import walk

NAMES = ("subkey", "other_key", "next_key")
"""What a new key is called, where the text has no such name yet."""


def used_instead(site: Site, name: str) -> Fix:
    """Return the fix that gives a call a key which nobody uses; no other draw changes."""
    return Fix(f"use `{name}`", (replaced(site, name),), safe=True)


def split_before(use: Site, wanted: str = NAMES[0], when: str = "before it is used") -> Fix:
    """Return the fix that renews a key before it is used, so that whoever reads its name later has a new one.

    Args:
        use: the key, which is a name, or an attribute that takes assignments.
        wanted: what the new key is called, if nothing else is.
        when: when that is, for a reader who sees another use.
    """
    name = use.chunk.code(use.node)
    refuse_split_before(use, name)
    refuse_none(use, name)
    edits = _one_key_more(use, name)
    if edits is None:
        new = fresh(use, wanted, *NAMES)
        edits = before(use, f"{name}, {new} = {spelled_as(use, 'jax.random.split')}({name})"), replaced(use, new)
    return Fix(f"split `{name}` {when}", edits, safe=False)


def refuse_none(use: Site, name: str) -> None:
    """Refuse to split what a caller may leave out, and nothing above has put a key in its place."""
    if may_be_none(name, use.chunk, use.chunk.position(use.node)[0]):
        raise NoFix("it may be None")
    line, _ = use.chunk.position(use.node)
    function = function_around(use.chunk, line)
    if function is None or name in bound_between(use.chunk, function.lineno, line - 1, use.chunk.around):
        return
    given = function.args
    pairs = [*zip(reversed([*given.posonlyargs, *given.args]), reversed(given.defaults), strict=False)]
    for parameter, default in [*pairs, *zip(given.kwonlyargs, given.kw_defaults, strict=True)]:
        if parameter.arg == name and isinstance(default, ast.Constant) and default.value is None:
            raise NoFix("it may be None")


def refuse_split_before(use: Site, name: str) -> None:
    """Refuse to split a key that the text above has split already and kept: both splits would give the same keys."""
    line, _ = use.chunk.position(use.node)
    function = function_around(use.chunk, line)
    nodes = (node for root in ([function] if function is not None else use.chunk.around) for node in walk(root))
    for node in nodes:
        if not isinstance(node, ast.Assign) or node.lineno >= line:
            continue
        calls = (call for call in walk(node.value) if isinstance(call, ast.Call) and call.args)
        split = any(ast.unparse(call.func).endswith("split") and ast.unparse(call.args[0]) == name for call in calls)
        if split and name not in {ast.unparse(part) for target in node.targets for part in walk(target)}:
            raise NoFix("it was split before")


def _one_key_more(use: Site, name: str) -> tuple[Edit, ...] | None:
    """Return the edits of ``a, b = split(key)`` that make it ``key, a, b = split(key, 3)``, None for others."""
    statement = statement_of(use)
    node = statement.node
    if not isinstance(node, cst.Assign) or len(node.targets) != 1 or not isinstance(use.node, cst.Name):
        return None
    target, call = node.targets[0].target, node.value
    if not isinstance(target, cst.Tuple) or not isinstance(call, cst.Call):
        return None
    names = [element.value.value for element in target.elements if isinstance(element.value, cst.Name)]
    plain = len(names) == len(target.elements) and name not in names and not _starred(target)
    idle = next(
        (each for each, bound in zip(target.elements, names, strict=False) if bound == "_" == nobodys(use)), None
    )
    if not plain or not spells(use, use.chunk.code(call.func), "jax.random.split"):
        return None
    if not call.args or call.args[0].value is not use.node or call.args[0].keyword is not None:
        return None
    if idle is not None:
        return (replaced(Site(idle.value, use.chunk), name),)
    first = Site(target.elements[0], use.chunk)
    line, column = first.chunk.position(first.node)
    more = str(len(names) + 1)
    given = call.args[1:]
    if not given:
        _, _, end_line, end_column = use.chunk.range(use.node)
        number = inserted(end_line, end_column, f", {more}")
    elif len(given) == 1 and isinstance(given[0].value, cst.Integer):
        number = replaced(Site(given[0].value, use.chunk), more)
    else:
        return None
    return inserted(line, column, f"{name}, "), number


def _starred(target: cst.Tuple) -> bool:
    return any(isinstance(element, cst.StarredElement) for element in target.elements)


def one_for_each(first: Site, second: Site, wanted: str = NAMES[0]) -> Fix:
    """Return the fix that splits a key which cannot be renewed in its place, and gives one part to each of two uses."""
    name = first.chunk.code(first.node)
    refuse_none(first, name)
    if not reached_through(statement_of(first), second):
        raise NoFix("not every way to the second use leads past the first")
    one = fresh(first, wanted, *NAMES)
    two = fresh(first, f"{wanted}_2", taken=[one])
    statement = before(first, f"{one}, {two} = {spelled_as(first, 'jax.random.split')}({name})")
    return Fix(
        f"split `{name}`, one key for each", (statement, replaced(first, one), replaced(second, two)), safe=False
    )


def reached_through(statement: Site, place: Site) -> bool:
    """Return whether whoever comes to a place has come by a statement once: it stands in its block, or inside."""
    way = way_to(place)
    if statement.chunk is place.chunk:
        block = next(node for node in reversed(way_to(statement)) if isinstance(node, (cst.IndentedBlock, cst.Module)))
        inside = way[way.index(block) :] if block in way else []
    else:
        inside = way if not any(isinstance(node, cst.IndentedBlock) for node in way_to(statement)) else []
    elsewhere = cst.FunctionDef | cst.Lambda | cst.ClassDef | cst.For | cst.While | cst.CompFor | cst.BaseComp
    later = place.chunk.position(place.node) >= statement.chunk.position(statement.node)
    return bool(inside) and later and not any(isinstance(node, elsewhere) for node in inside)
