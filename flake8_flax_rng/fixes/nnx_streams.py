"""Repairs of what stands where NNX needs an ``Rngs``, a stream, a seed or a key."""

from __future__ import annotations

from difflib import get_close_matches

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.contract import without
from flake8_flax_rng.fixes.edits import NoFix, inserted, range_of, replaced
from flake8_flax_rng.fixes.elements import added, argument, removed
from flake8_flax_rng.fixes.elsewhere import value_of
from flake8_flax_rng.fixes.keys import reached_through
from flake8_flax_rng.fixes.names import fresh, spelled_as, spells
from flake8_flax_rng.fixes.siblings import attribute_value, given_to_others
from flake8_flax_rng.fixes.spared import refuse_bound_again
from flake8_flax_rng.fixes.statements import before, indentation, parent_of, statement_of, way_to
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.cst_children import nodes_of

_RNGS = "flax.nnx.Rngs"


def called_to_draw(stream: Site) -> Fix:
    """Return the fix that draws a key where an ``Rngs`` or a stream stands; the program raises as it is.

    Args:
        stream: the stream, or the call that is given it as ``dropout_rng``.
    """
    site = argument(stream, "dropout_rng") if isinstance(stream.node, cst.Call) else stream
    if site is None or not isinstance(site.node, (cst.Name, cst.Attribute)):
        raise NoFix("the stream is computed")
    place = range_of(site)
    return Fix("draw a key", (inserted(place.end_line, place.end_column, "()"),), safe=True)


def drawn_for_linen(given: Site) -> Fix:
    """Return the fix that draws the keys which Linen takes from streams of NNX; the program raises as it is.

    Args:
        given: the ``Rngs``, or the dict of streams.
    """
    if isinstance(given.node, cst.Dict):
        streams = [Site(part.value, given.chunk) for part in given.node.elements]
        edits = [edit for stream in streams for edit in called_to_draw(stream).edits]
        return Fix("draw the keys", tuple(edits), safe=True)
    place = range_of(given)
    return Fix("draw a key", (inserted(place.end_line, place.end_column, ".params()"),), safe=True)


def made_rngs(given: Site, what: str) -> Fix:
    """Return the fix that makes an ``Rngs`` of what stands in its place; the program raises as it is.

    Args:
        given: what stands there, or the call that is given it as ``rngs``.
        what: what it is, as a reader knows it.
    """
    site = argument(given, "rngs") if isinstance(given.node, cst.Call) and what == "a key" else None
    site = site if site is not None else given
    text = site.chunk.code(site.node)
    if what == "a stream" and isinstance(site.node, cst.Attribute):
        base = site.chunk.code(site.node.value)
        return Fix(f"pass `{base}`", (replaced(site, base),), safe=True)
    if what != "a key" and not isinstance(site.node, cst.Integer):
        raise NoFix("what is meant is not known")
    return Fix("make an `nnx.Rngs` of it", (replaced(site, f"{spelled_as(site, _RNGS)}({text})"),), safe=True)


def seeded_with_key(seed: Site, what: str) -> Fix:
    """Return the fix that seeds a stream with a key; the program raises as it is.

    Args:
        seed: the seed.
        what: what it is, as a reader knows it.
    """
    if not isinstance(parent_of(seed).node, cst.Arg):
        raise NoFix("it is seeded elsewhere")
    text = seed.chunk.code(seed.node)
    if what == "an `Rngs`":
        return Fix("draw a key", (replaced(seed, f"{text}()"),), safe=True)
    if what not in ("a number of a lane", "a traced number"):
        raise NoFix("whether it is one number is not known")
    key = f"{spelled_as(seed, 'jax.random.key')}({text})"
    return Fix("make a key of it", (replaced(seed, key),), safe=True)


def key_left_out(call: Site) -> Fix:
    """Return the fix that gives a sampler of a stream no key; the program raises as it is.

    Args:
        call: the call of the sampler.
    """
    node = call.node
    first = node.args[0] if isinstance(node, cst.Call) and node.args else None
    if first is None or first.star or (first.keyword is not None and first.keyword.value != "key"):
        raise NoFix("which argument is the key is not known")
    return Fix("leave the key out", (removed(call, first),), safe=True)


def initializer_of_nnx(call: Site) -> Fix:
    """Return the fix that uses an initialiser of ``nnx.initializers``, which takes a key; the program raises as it is.

    Args:
        call: the call of the stream's method of the same name.
    """
    method = call.node.func if isinstance(call.node, cst.Call) else None
    if not isinstance(method, cst.Attribute) or not isinstance(method.value, cst.Name):
        raise NoFix("it is called in another way")
    text = spelled_as(call, "flax.nnx.initializers")
    return Fix("use an initialiser of `nnx`", (replaced(Site(method.value, call.chunk), text),), safe=True)


def forked(target: Site) -> Fix:
    """Return the fix of ``a, b = rngs.split(2)``, which is no sequence: it is forked once for each name.

    Args:
        target: the names.
    """
    statement = parent_of(parent_of(target)).node
    call = statement.value if isinstance(statement, cst.Assign) else None
    method = call.func if isinstance(call, cst.Call) else None
    if call is None or not isinstance(method, cst.Attribute) or not isinstance(target.node, cst.Tuple):
        raise NoFix("it is split elsewhere")
    if not isinstance(method.value, cst.Name) or any(
        isinstance(part, cst.StarredElement) for part in target.node.elements
    ):
        raise NoFix("what is split has no name, or the names are not all shown")
    forks = ", ".join([f"{method.value.value}.fork()"] * len(target.node.elements))
    return Fix("fork it once for each", (replaced(Site(call, target.chunk), forks),), safe=True)


def rngs_as_others(call: Site) -> Fix:
    """Return the fix that gives a layer the ``rngs`` that all others in its function are given; the program raises.

    Args:
        call: the call that makes the layer, or calls one that an attribute holds.
    """
    func = call.node.func if isinstance(call.node, cst.Call) else None
    held = isinstance(func, cst.Attribute) and call.chunk.code(func.value) == "self"
    made = attribute_value(call, func.attr.value) if held and isinstance(func, cst.Attribute) else call
    if not isinstance(made.node, cst.Call) or argument(made, "rngs") is not None:
        raise NoFix("where it is made is not known")
    text = given_to_others(made, "rngs")
    return Fix(f"pass `rngs={text}`", (added(made, f"rngs={text}"),), safe=True)


def stream_spelt(draw: Site, name: str, known: str, made: Site | None) -> Fix:
    """Return the fix that draws from the stream whose name is alike, or from the default one of an ``Rngs``.

    Args:
        draw: where the stream is named, or the call that draws from it.
        name: the name that no stream has.
        known: the names that streams have, as a reader is told of them.
        made: the call that makes the streams; None where it is not known.
    """
    names = [part.strip(" '") for part in known.split(",")]
    if isinstance(draw.node, cst.Attribute):
        alike = get_close_matches(name, names, 1)
        if not alike or draw.node.attr.value != name:
            raise NoFix("no stream has a name that is alike")
        return Fix(f"write `{alike[0]}`", (replaced(Site(draw.node.attr, draw.chunk), alike[0]),), safe=True)
    return _default_of(made if made is not None else _maker(draw), names)


def _maker(draw: Site) -> Site:
    """Return the call that makes the ``Rngs`` from which a call draws."""
    given = argument(draw, "rngs")
    func = draw.node.func if isinstance(draw.node, cst.Call) else None
    if given is None and isinstance(func, cst.Attribute):
        given = Site(func.value, draw.chunk)
    elif given is None and isinstance(func, cst.Name):
        given = Site(func, draw.chunk)
    if given is None:
        raise NoFix("where the streams are made is not known")
    return value_of(given)


def _default_of(made: Site, names: list[str]) -> Fix:
    """Return the fix that makes the only stream of an ``Rngs`` its default, from which all others are drawn."""
    node = made.node
    arg = node.args[0] if isinstance(node, cst.Call) and len(node.args) == 1 else None
    if arg is None or arg.keyword is None or [arg.keyword.value] != names or not isinstance(node, cst.Call):
        raise NoFix("which key is meant is not known")
    if not spells(made, made.chunk.code(node.func), _RNGS):
        raise NoFix("where the streams are made is not known")
    text = made.chunk.module.code_for_node(arg.value)
    return Fix("make it the default stream", (replaced(Site(arg, made.chunk), text),), safe=False)


def one_for_both(first: Site, second: Site, wanted: str = "rngs") -> Fix:
    """Return the fix that makes one ``Rngs`` where two are made of one constant; the first layer draws as before.

    Args:
        first: the call that makes the first.
        second: the call that makes the second; in a loop it is the same one.
    """
    text = first.chunk.code(first.node)
    if text != second.chunk.code(second.node) or not spells(first, _func(first), _RNGS):
        raise NoFix("the two are made in different ways")
    if first.node is second.node:
        return _before_the_loop(first, text, wanted)
    statement = statement_of(first)
    node = statement.node
    target = node.targets[0].target if isinstance(node, cst.Assign) and len(node.targets) == 1 else None
    if not reached_through(statement, second):
        raise NoFix("not every way to the second leads past the first")
    if isinstance(node, cst.Assign) and node.value is first.node and isinstance(target, cst.Name):
        refuse_bound_again(target.value, statement, second, repeated=False)
        return Fix(f"draw from `{target.value}`", (replaced(second, target.value),), safe=False)
    name = fresh(first, wanted, "streams")
    edits = before(first, f"{name} = {text}"), replaced(first, name), replaced(second, name)
    return Fix("make one `nnx.Rngs` for both", edits, safe=False)


def _before_the_loop(made: Site, text: str, wanted: str) -> Fix:
    """Return the fix that makes an ``Rngs`` before the loop, or the comprehension, that makes it in each pass."""
    way = way_to(made)
    inside = [node for node in way if isinstance(node, (cst.FunctionDef, cst.Lambda, cst.ClassDef))]
    repeated = [node for node in way if isinstance(node, (cst.For, cst.CompFor, cst.BaseComp))]
    if not repeated or (inside and way.index(inside[-1]) > way.index(repeated[-1])):
        raise NoFix("no loop here makes it")
    loop = repeated[-1]
    statement = Site(loop, made.chunk)
    if not isinstance(loop, cst.For):
        line = next(node for node in reversed(way[: way.index(loop)]) if isinstance(node, cst.BaseSmallStatement))
        statement = Site(line, made.chunk)
    indent = indentation(statement)
    line_number, column = made.chunk.position(statement.node)
    own = parent_of(made).node
    target = own.targets[0].target if isinstance(own, cst.Assign) and len(own.targets) == 1 else None
    if isinstance(loop, cst.For) and isinstance(target, cst.Name):
        _refuse_other_bindings(loop, target.value)
        hoisted = inserted(line_number, column, f"{target.value} = {text}\n{indent}")
        return Fix("make it before the loop", (hoisted, without(Site(own, made.chunk))), safe=False)
    name = fresh(made, wanted, "streams")
    hoisted = inserted(line_number, column, f"{name} = {text}\n{indent}")
    return Fix("make it before the loop", (hoisted, replaced(made, name)), safe=False)


def _refuse_other_bindings(loop: cst.For, name: str) -> None:
    targets = [part for part in nodes_of(loop) if isinstance(part, (cst.AssignTarget, cst.AugAssign, cst.For))]
    names = [part.value for target in targets for part in nodes_of(target.target) if isinstance(part, cst.Name)]
    if names.count(name) != 1:
        raise NoFix("the loop binds the name again")


def _func(call: Site) -> str:
    return call.chunk.code(call.node.func) if isinstance(call.node, cst.Call) else ""


def reseeded_by_name(call: Site, name: str, known: str) -> Fix:
    """Return the fix that names the stream that is alike in a ``reseed``, or in the filter of a ``split_rngs``.

    Args:
        call: the call.
        name: the name that no stream has.
        known: the names that streams have, as a reader is told of them.
    """
    alike = get_close_matches(name.strip("'"), [part.strip(" '") for part in known.split(",")], 1)
    arguments = call.node.args if isinstance(call.node, cst.Call) else ()
    given = [arg.keyword for arg in arguments if arg.keyword is not None and arg.keyword.value == name.strip("'")]
    if not alike or len(given) != 1:
        raise NoFix("no stream has a name that is alike")
    return Fix(f"write `{alike[0]}`", (replaced(Site(given[0], call.chunk), alike[0]),), safe=False)


def reseeded_as_shaped(call: Site) -> Fix:
    """Return the fix that reseeds streams of many keys with as many; the call raises as it is."""
    return Fix("match the shape", (added(call, 'policy="match_shape"'),), safe=True)
