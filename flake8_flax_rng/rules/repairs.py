"""Repairs that several rules have in common."""

from __future__ import annotations

import ast
from contextlib import suppress
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.keys import split_before
from flake8_flax_rng.fixes.passes import folded_in_one
from flake8_flax_rng.interpreter.domain.events import SPARE
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.rules.report import carrying
from flake8_flax_rng.rules.wording import loop_label
from flake8_flax_rng.semantics.transforms import CONTROL
from flake8_flax_rng.syntax.names_in_text import bound_between, function_around, is_local
from flake8_flax_rng.syntax.walk import walk

if TYPE_CHECKING:
    from flake8_flax_rng.finding import Fix
    from flake8_flax_rng.interpreter.domain.events import Made, Parting, Step, Use


def split_local(key: Site | None, spare: str = SPARE, later: bool = False) -> Fix:
    """Return the fix that splits a key before it is used, where it is a name of the function around it.

    Args:
        key: the key; None where it has no place.
        spare: what the new key is called.
        later: whether it is for an object that keeps the key, which must not have it before.
    """
    if later and key is not None and _kept_before(key):
        raise NoFix("the key is kept before it is used")
    if key is None or not _is_local(key):
        raise NoFix("the key is no name of this function")
    return split_before(key, spare)


def split_between(first: Site | None, second: Site | None) -> Fix:
    """Return the fix that splits a key before the first of two places, which have one name for it.

    Args:
        first: the key at the first place.
        second: the key at the second place.
    """
    if first is None or second is None or not _is_local(second):
        raise NoFix("the key is no name of this function")
    name, (start, _), (last, _) = _name(first), first.chunk.position(first.node), second.chunk.position(second.node)
    around = function_around(first.chunk, start)
    if name != _name(second) or around is not function_around(second.chunk, last):
        raise NoFix("the key has two names")
    if start > last or name in bound_between(second.chunk, start, last - 1, second.chunk.around):
        raise NoFix("the name is bound again between the two")
    return split_local(first)


def renewed_each_pass(key: Site | None, parting: Parting, use: Use | Made) -> Fix:
    """Return the fix that folds the number of a loop's pass into a key, or else splits it in each pass.

    Args:
        key: the key, where the loop uses it; None where it has no place.
        parting: where the ways to two passes part.
        use: what the loop repeats.
    """
    around = parting.around
    if around is None or key is None:
        raise NoFix("no loop repeats it")
    with suppress(NoFix):
        return folded_in_one(key, around.site, CONTROL.get(loop_label(around, use), ""))
    if isinstance(around.site.node, cst.Call):
        raise NoFix("the loop has no number of its own")
    return split_local(key)


def key_of(step: Step, made: Made) -> Site | None:
    """Return the argument of a call that is the key from which another one is made; None where there is none."""
    return carrying(step, made.source)


def _kept_before(key: Site) -> bool:
    """Return whether an object holds a key already, as the function says further up: it was given it, or gave it."""
    line, _ = key.chunk.position(key.node)
    function = function_around(key.chunk, line)
    stores = [node for node in (walk(function) if function is not None else ()) if isinstance(node, ast.Assign)]
    pairs = [(node.targets[0], node.value) for node in stores if node.lineno < line]
    return any(
        isinstance(held, ast.Attribute) and isinstance(name, ast.Name) and name.id == _name(key)
        for target, value in pairs
        for held, name in ((target, value), (value, target))
    )


def _name(site: Site) -> str:
    return site.node.value if isinstance(site.node, cst.Name) else ""


def _is_local(site: Site) -> bool:
    return bool(_name(site)) and is_local(_name(site), site.chunk, *site.chunk.position(site.node))
