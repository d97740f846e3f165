"""Repairs of keys that were derived and are not used, and of two keys from one seed."""

from __future__ import annotations

import ast
from contextlib import suppress
from itertools import count

import libcst as cst

from flake8_flax_rng.finding import Edit, Fix
from flake8_flax_rng.fixes.edits import NoFix, replaced
from flake8_flax_rng.fixes.elements import with_argument
from flake8_flax_rng.fixes.keys import NAMES
from flake8_flax_rng.fixes.names import fresh, nobodys, spelled_as
from flake8_flax_rng.fixes.statements import statement_of, way_to
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.cst_children import nodes_of
from flake8_flax_rng.syntax.names_in_text import bound_between
from flake8_flax_rng.syntax.walk import walk

_REPEATED = (cst.For, cst.While, cst.FunctionDef, cst.Lambda, cst.ClassDef, cst.CompFor)


def kept(call: Site, key: Site, fold: bool) -> Fix:
    """Return the fix that binds what a call derives from a key to the name of that key.

    Args:
        call: a ``split`` or ``fold_in`` whose result is lost.
        key: the key that it is given, which can be bound again.
        fold: whether it folds.
    """
    statement = statement_of(call)
    lost = statement.node.value if isinstance(statement.node, (cst.Expr, cst.Assign)) else None
    if lost is not call.node or (isinstance(statement.node, cst.Assign) and not _to_underscore(statement.node)):
        raise NoFix("its result is part of something else")
    name, code = call.chunk.code(key.node), call.chunk.code(call.node)
    if fold and isinstance(key.node, cst.Name):
        with suppress(NoFix):
            return _bound_and_drawn_from(statement, code, name)
    if fold and any(isinstance(node, (cst.For, cst.While)) for node in way_to(call)):
        raise NoFix("in a loop each fold would fold the one before")
    text = f"{name} = {code}" if fold else f"{name}, {nobodys(call)} = {spelled_as(call, 'jax.random.split')}({name})"
    return Fix(f"bind the new key to `{name}`", (replaced(statement, text),), safe=False)


def _bound_and_drawn_from(statement: Site, code: str, name: str) -> Fix:
    """Return the fix that binds a folded key to a new name, and uses it where the text goes on with the old one."""
    reads = [site for later in _after(statement) for site in _reads(later, name)]
    if len(reads) != 1:
        raise NoFix("there is not one use of the old key")
    new = fresh(statement, *NAMES)
    edits = replaced(statement, f"{new} = {code}"), replaced(reads[0], new)
    return Fix(f"bind the new key to `{new}`, and use it", edits, safe=True)


def _to_underscore(node: cst.Assign) -> bool:
    target = node.targets[0].target
    return len(node.targets) == 1 and isinstance(target, cst.Name) and not target.value.strip("_")


def drawn_from_children(call: Site, key: Site) -> Fix:
    """Return the fix that uses the keys which a call has derived, where the text goes on with the key itself.

    Args:
        call: a ``split`` or ``fold_in`` whose result is bound to names.
        key: the name that it is given.
    """
    statement = statement_of(call)
    names = [new for new in _bound(statement, call) if new.strip("_")]
    name = key.node.value if isinstance(key.node, cst.Name) else ""
    reads = [site for later in _after(statement) for site in _reads(later, name)]
    if not name or name in names or not 0 < len(reads) <= len(names):
        raise NoFix("there is not one new key for each use of the old one")
    edits = tuple(replaced(site, new) for site, new in zip(reads, names, strict=False))
    used = " and ".join(f"`{new}`" for _, new in zip(reads, names, strict=False))
    if not _same_in_each_pass(call, name):
        return Fix(f"use {used}", edits, safe=True)
    return Fix(f"keep a new key as `{name}`, and use {used}", (*edits, _kept_for_the_next(statement, name)), safe=False)


def _same_in_each_pass(call: Site, name: str) -> bool:
    """Return whether a loop splits the same key in each pass; what it folds may be another number each time."""
    if _folds(call):
        return False
    way = way_to(call)
    inner = max((index for index, node in enumerate(way) if isinstance(node, (cst.FunctionDef, cst.Lambda))), default=0)
    loops = [node for node in way[inner:] if isinstance(node, (cst.For, cst.While))]
    first, last = call.chunk.lines(loops[-1]) if loops else (0, 0)
    return bool(loops) and name not in bound_between(call.chunk, first, last, call.chunk.around)


def _kept_for_the_next(statement: Site, name: str) -> Edit:
    """Return the edit that binds a new key which nobody wants to the name of the old one."""
    target = statement.node.targets[0].target if isinstance(statement.node, cst.Assign) else None
    values = [element.value for element in target.elements] if isinstance(target, cst.Tuple) else []
    idle = [value for value in values if isinstance(value, cst.Name) and not value.value.strip("_")]
    if not idle:
        raise NoFix("each pass would derive the same keys")
    return replaced(Site(idle[0], statement.chunk), name)


def _bound(statement: Site, call: Site) -> list[str]:
    """Return the names to which single keys of a call are bound."""
    node = statement.node
    if not isinstance(node, cst.Assign) or len(node.targets) != 1:
        raise NoFix("its result is not bound to names")
    target, value = node.targets[0].target, node.value
    single = isinstance(value, cst.Subscript) and value.value is call.node
    fold = value is call.node and _folds(call)
    if isinstance(target, cst.Name) and (single or fold):
        return [target.value]
    if not isinstance(target, cst.Tuple) or value is not call.node:
        raise NoFix("its result is not bound to names")
    return [element.value.value for element in target.elements if isinstance(element.value, cst.Name)]


def _folds(call: Site) -> bool:
    return call.chunk.code(call.node).partition("(")[0].endswith("fold_in")


def _after(statement: Site) -> list[Site]:
    """Return the statements that follow one in its block."""
    way = way_to(statement)
    block = next((node for node in reversed(way) if isinstance(node, cst.IndentedBlock)), None)
    if block is None:
        raise NoFix("it stands in no function")  # each statement of a file is a text of its own
    line = way[way.index(block) + 1]
    index = next(index for index, node in enumerate(block.body) if node is line)
    return [Site(node, statement.chunk) for node in block.body[index + 1 :]]


def _reads(statement: Site, name: str) -> list[Site]:
    """Return where a statement reads a name.

    Raises:
        NoFix: if it binds the name, or reads it again and again.
    """
    found = [node for node in nodes_of(statement.node) if isinstance(node, cst.Name) and node.value == name]
    for node in found:
        way = way_to(Site(node, statement.chunk))
        inner = way[way.index(statement.node) :]
        parent = inner[-2] if len(inner) > 1 else None
        if isinstance(parent, (cst.AssignTarget, cst.Param)) or any(isinstance(each, _REPEATED) for each in inner):
            raise NoFix("the name is bound again, or read several times")
    named = {
        node.keyword for node in nodes_of(statement.node) if isinstance(node, cst.Arg) and node.keyword is not None
    }
    attributes = {node.attr for node in nodes_of(statement.node) if isinstance(node, cst.Attribute)}
    sites = [Site(node, statement.chunk) for node in found if node not in named | attributes]
    return sorted(sites, key=lambda site: site.chunk.position(site.node))


def another_seed(call: Site) -> Fix:
    """Return the fix that gives the second of two keys a seed of its own.

    Args:
        call: the call that builds it from a seed.
    """
    argument, text = _other_seed(call)
    return Fix(f"use the seed {text}", (replaced(argument, text),), safe=False)


def given_another(call: Site, name: str, default: Site) -> Fix:
    """Return the fix that gives a call a key from another seed than that of the default on which it relies.

    Args:
        call: the call.
        name: the parameter.
        default: the call that builds the default.
    """
    _, text = _other_seed(default)
    if not isinstance(default.node, cst.Call) or len(default.node.args) != 1:
        raise NoFix("the seed is computed")
    key = f"{default.chunk.code(default.node.func)}({text})"
    return Fix(f"pass a key of its own as `{name}`", (with_argument(call, name, key),), safe=False)


def _other_seed(call: Site) -> tuple[Site, str]:
    """Return the seed from which a key is built, and the source of another one."""
    argument = next(iter(call.node.args), None) if isinstance(call.node, cst.Call) else None
    if argument is None or argument.star:
        raise NoFix("the seed is computed")
    seed = Site(argument.value, call.chunk)
    if isinstance(seed.node, (cst.Name, cst.Attribute)):
        return seed, f"{call.chunk.code(seed.node)} + 1"
    if not isinstance(seed.node, cst.Integer):
        raise NoFix("the seed is computed")
    used = {
        node.value
        for statement in call.chunk.around
        for node in walk(statement)
        if isinstance(node, ast.Constant) and isinstance(node.value, int)
    }
    return seed, str(next(number for number in count(1) if number not in used))
