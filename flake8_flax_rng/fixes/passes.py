"""Repairs of keys that are the same in all passes of a loop: the number of the pass is folded in."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix, replaced, replaced_whole
from flake8_flax_rng.fixes.elements import with_argument
from flake8_flax_rng.fixes.keys import NAMES, refuse_split_before
from flake8_flax_rng.fixes.names import fresh, spelled_as
from flake8_flax_rng.fixes.statements import way_to
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.cst_children import nodes_of
from flake8_flax_rng.syntax.names_in_text import bound_between

if TYPE_CHECKING:
    from flake8_flax_rng.finding import Edit

Loop = cst.For | cst.While | cst.CompFor
Numbers = tuple[list[str], list["Edit"]]
"""What counts the passes, and the edits that make it."""

_BODY_AND_DATA = {"fori_loop": (2, None), "scan": (0, 2), "lax_map": (0, 1)}
"""Where JAX's loops take the function that they repeat, and what they go over; without that they count."""


def folded(key: Site, numbers: Numbers) -> Fix:
    """Return the fix that folds numbers into a key where it is used.

    Args:
        key: the key.
        numbers: which ones, and the edits that make them.
    """
    text = key.chunk.code(key.node)
    refuse_split_before(key, text)  # `fold_in(key, 0)` is `split(key)[0]`
    new = text
    for number in numbers[0]:
        new = f"{spelled_as(key, 'jax.random.fold_in')}({new}, {number})"
    given = " and ".join(f"`{number}`" for number in numbers[0])
    return Fix(f"fold {given} into `{text}`", (*numbers[1], replaced(key, new)), safe=False)


def folded_in_python(key: Site) -> Fix:
    """Return the fix that folds the numbers of all passes in which a key is the same into it.

    A comprehension over ``range(n)`` that does not read its number goes over ``n`` keys instead.
    """
    loops = _loops_of(key)
    if len(loops) == 1 and isinstance(loops[0].node, cst.CompFor):
        edits = _over_keys(key, loops[0].node)
        if edits is not None:
            return Fix(f"go over the keys of `{key.chunk.code(key.node)}`", edits, safe=False)
    return folded(key, counted(key, loops))


def folded_in_one(key: Site, loop: Site, kind: str = "") -> Fix:
    """Return the fix that folds the number of the passes of one loop into a key.

    Args:
        key: the key.
        loop: the loop, which may be a call.
        kind: which of JAX's loops it calls.
    """
    if isinstance(loop.node, cst.Call):
        return folded_in_jax(key, loop, kind)
    return folded(key, _numbers(key, loop))


def given_in_each_pass(call: Site, name: str, key: str, loop: Site) -> Fix:
    """Return the fix that gives a call in a loop a key for each pass, where it relies on one that is always the same.

    Args:
        call: the call.
        name: the parameter.
        key: the source of the key that it relies on.
        loop: the loop.
    """
    (number,), edits = _numbers(call, loop)
    text = f"{spelled_as(call, 'jax.random.fold_in')}({key}, {number})"
    return Fix(f"pass a key for each pass as `{name}`", (*edits, with_argument(call, name, text)), safe=False)


def _numbers(place: Site, loop: Site) -> Numbers:
    way = way_to(place)
    around = [_comprehended(outer, inner) or outer for outer, inner in pairwise(way)]
    if loop.node not in around:
        raise NoFix("the loop stands in another function")
    inside = way[around.index(loop.node) + 1 :]
    if any(isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef)) for node in inside):
        raise NoFix("it stands in a function of its own")
    return counted(place, [loop])


def _loops_of(key: Site) -> list[Site]:
    """Return the loops in which a key is the same in all passes, the innermost first."""
    roots = set(re.findall(r"[^\W\d]\w*", key.chunk.code(key.node))[:1])
    found: list[Site] = []
    way = way_to(key)
    for outer, inner in zip(way[-2::-1], way[:0:-1], strict=True):
        if isinstance(outer, (cst.FunctionDef, cst.Lambda, cst.ClassDef)):
            break
        loop = _comprehended(outer, inner) or (outer if isinstance(outer, (cst.For, cst.While)) else None)
        if loop is None or inner in (getattr(loop, "iter", None), getattr(loop, "orelse", None)):
            continue
        found.append(Site(loop, key.chunk))
        if roots & bound_between(key.chunk, *key.chunk.lines(loop), key.chunk.around):
            break
    if not found:
        raise NoFix("it stands in no loop of this function")
    return found


def _comprehended(outer: cst.CSTNode, inner: cst.CSTNode) -> cst.CompFor | None:
    """Return the loop of a comprehension of which something is computed in each pass."""
    if not isinstance(outer, (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)):
        return None
    loop = outer.for_in
    if inner is loop or loop.inner_for_in is not None:
        raise NoFix("it stands in the head of a comprehension, or in one with several loops")
    return loop


def counted(place: Site, loops: list[Site]) -> Numbers:
    """Return what counts the passes of some loops.

    Args:
        place: where the numbers are read.
        loops: the loops.
    """
    names: list[str] = []
    edits: list[Edit] = []
    for loop in loops:
        node = loop.node
        if not isinstance(node, (cst.For, cst.CompFor)) or node.asynchronous is not None:
            raise NoFix("the loop has no number of its own")
        name = _own_counter(node)
        if name is None:
            name = fresh(place, "i", "index", taken=names)
            edits += _enumerated(node, name, loop)
        elif isinstance(node, cst.For) and _changed(node, name):
            raise NoFix(f"the loop changes {name}")
        names.append(name)
    return names, edits


def _own_counter(loop: cst.For | cst.CompFor) -> str | None:
    """Return the name of the number that a loop over ``range`` or ``enumerate`` counts with."""
    if not isinstance(loop.iter, cst.Call) or not isinstance(loop.iter.func, cst.Name):
        return None
    target: cst.BaseExpression = loop.target
    if loop.iter.func.value == "enumerate" and isinstance(target, cst.Tuple) and target.elements:
        target = target.elements[0].value
    elif loop.iter.func.value != "range":
        return None
    return target.value if isinstance(target, cst.Name) and target.value.strip("_") else None


def _enumerated(loop: cst.For | cst.CompFor, name: str, site: Site) -> list[Edit]:
    """Return the edits that make a loop count its passes."""
    target, over = Site(loop.target, site.chunk), Site(loop.iter, site.chunk)
    code = site.chunk.module.code_for_node
    if isinstance(loop.target, cst.Name) and not loop.target.value.strip("_") and _is_call_of(loop.iter, "range"):
        return [replaced(target, name)]
    old = code(loop.target)
    if isinstance(loop.target, cst.Tuple) and not loop.target.lpar:
        old = f"({old})"
    return [replaced_whole(target, f"{name}, {old}"), replaced_whole(over, f"enumerate({code(loop.iter)})")]


def _is_call_of(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == name


def _changed(loop: cst.For, name: str) -> bool:
    targets = (node.target for node in nodes_of(loop.body) if isinstance(node, (cst.AssignTarget, cst.AugAssign)))
    return any(isinstance(target, cst.Name) and target.value == name for target in targets)


def _over_keys(key: Site, loop: cst.CompFor) -> tuple[Edit, ...] | None:
    """Return the edits of ``for _ in range(n)`` that make it go over keys; None for other loops."""
    if not isinstance(loop.target, cst.Name) or loop.target.value.strip("_") or not _is_call_of(loop.iter, "range"):
        return None
    arguments = loop.iter.args if isinstance(loop.iter, cst.Call) else ()
    if len(arguments) != 1 or arguments[0].star:
        return None
    chunk = key.chunk
    new = fresh(key, *NAMES)
    count = chunk.module.code_for_node(arguments[0].value)
    keys = f"{spelled_as(Site(loop.iter, chunk), 'jax.random.split')}({chunk.code(key.node)}, {count})"
    return replaced(Site(loop.target, chunk), new), replaced(Site(loop.iter, chunk), keys), replaced(key, new)


def folded_in_jax(key: Site, call: Site, kind: str) -> Fix:
    """Return the fix that folds the number of the step of one of JAX's loops into a key.

    Args:
        key: the key, in the function that the loop repeats.
        call: the call of the loop.
        kind: which loop it is.
    """
    if kind not in _BODY_AND_DATA or not isinstance(call.node, cst.Call) or call.chunk.file != key.chunk.file:
        raise NoFix("the loop has no number of its own")
    body, data = _BODY_AND_DATA[kind]
    function = next((node for node in reversed(way_to(key)) if isinstance(node, (cst.FunctionDef, cst.Lambda))), None)
    given = _argument(call.node, body, "f" if kind != "fori_loop" else "body_fun")
    named = isinstance(given, cst.Name) and isinstance(function, cst.FunctionDef) and function.name.value == given.value
    if function is None or not (named or given is function):
        raise NoFix("the key does not stand in the function that the loop repeats")
    parameters = [*function.params.posonly_params, *function.params.params]
    number = 1 if kind == "scan" else 0
    if number >= len(parameters):
        raise NoFix("the function takes no number")
    name = parameters[number].name.value
    over = _argument(call.node, data, "xs") if data is not None else None
    if data is None or (isinstance(over, cst.Call) and key.chunk.code(over.func) == _arange(call)):
        return folded(key, ([name], []))
    return folded(key, _made_to_count(key, call, function, parameters[number].name, over))


def _made_to_count(
    key: Site, call: Site, function: cst.FunctionDef | cst.Lambda, name: cst.Name, over: cst.BaseExpression | None
) -> Numbers:
    """Return the number of the step of a ``scan`` that goes over nothing, with the edits that hand it over."""
    length = _argument(call.node, 3, "length") if isinstance(call.node, cst.Call) else None
    read = sum(isinstance(node, cst.Name) and node.value == name.value for node in nodes_of(function)) > 1
    if not isinstance(over, cst.Name) or over.value != "None" or length is None or read:
        raise NoFix("the loop goes over something else than numbers")
    new = fresh(key, "i", "index") if not name.value.strip("_") else name.value
    renamed = [replaced(Site(name, key.chunk), new)] if new != name.value else []
    count = replaced(Site(over, call.chunk), f"{_arange(call)}({call.chunk.code(length)})")
    return [new], [*renamed, count]


def _arange(place: Site) -> str:
    return spelled_as(place, "jax.numpy.arange")


def _argument(call: cst.Call, index: int, name: str) -> cst.BaseExpression | None:
    for number, arg in enumerate(call.args):
        if arg.star:
            return None
        if (arg.keyword is None and number == index) or (arg.keyword is not None and arg.keyword.value == name):
            return arg.value
    return None
