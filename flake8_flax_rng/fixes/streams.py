"""Repairs of what a Linen call is given as its streams: an entry taken out, put in, or under another name."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import libcst as cst

from flake8_flax_rng.finding import Edit, Fix
from flake8_flax_rng.fixes.edits import NoFix, replaced, replaced_whole
from flake8_flax_rng.fixes.elements import added, argument, quote, removed, with_entry, without_argument
from flake8_flax_rng.fixes.elsewhere import assigned, is_parameter, site_of, value_of
from flake8_flax_rng.fixes.keys import one_for_each
from flake8_flax_rng.fixes.names import spelled_as, spells
from flake8_flax_rng.fixes.reached import loops_after
from flake8_flax_rng.fixes.statements import parent_of, statement_of, way_to
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.semantics.linen import FLAG, INITIALISING, TRAINING_FLAGS
from flake8_flax_rng.syntax.names_in_text import function_around
from flake8_flax_rng.syntax.walk import walk

_METHODS = frozenset({*INITIALISING, "apply", "apply_fn", "bind"})

_KEPT = ("jax.jit", "flax.linen.init", "flax.linen.init_with_output", "flax.linen.apply", "flax.linen.jit")
"""What makes functions that take one key where the method takes one."""


def stream_left_out(place: Site, call: Site, stream: str, initialises: bool) -> Fix:
    """Return the fix that no longer gives a call a stream, which it does not need.

    Args:
        place: where the stream's key stands, or the whole argument.
        call: the call.
        stream: the stream.
        initialises: whether the call initialises a model: then a bare key does for ``'params'``.
    """
    display = display_of(place, call)
    parts = _entries(display)
    title = f"leave the {stream!r} key out"
    if parts.keys() == {stream} and not initialises and _given(display) is not None:
        return Fix(title, (without_argument(_given(display) or call, "rngs"),), safe=False)
    if parts.keys() == {stream, "params"} and initialises:
        return Fix(title, (_bare(display, parts["params"].value),), safe=True)
    if stream not in parts:
        raise NoFix("the streams are put together elsewhere")
    return Fix(title, (removed(display, parts[stream]),), safe=initialises)


def stream_renamed(place: Site, call: Site, stream: str, meant: str, safe: bool) -> Fix:
    """Return the fix that gives a key to a stream under another name.

    Args:
        place: where the stream's key stands, or the whole argument.
        call: the call.
        stream: the name that is wrong.
        meant: the name that is right.
        safe: whether the call raises as it is.
    """
    display = display_of(place, call)
    parts = _entries(display)
    part = parts.get(stream)
    if part is None or meant in parts:
        raise NoFix("the streams are put together elsewhere")
    name = part.keyword if isinstance(part, cst.Arg) else part.key
    if name is None or not meant.isidentifier():
        raise NoFix("it is no name")
    mark = "" if isinstance(part, cst.Arg) else quote(display)
    return Fix(f"write {meant!r}", (replaced(Site(name, display.chunk), f"{mark}{meant}{mark}"),), safe)


def stream_given(call: Site, stream: str, key: str, safe: bool, edits: Sequence[Edit] = ()) -> Fix:
    """Return the fix that gives a call a stream.

    Args:
        call: the call.
        stream: the stream.
        key: the key, as the text has it.
        safe: whether the call raises as it is, and no other draw changes.
        edits: those that make the key.
    """
    refuse_mapped(call)
    return Fix(f"give it `{key}` as {stream!r}", (*edits, _with_stream(call, stream, key)), safe)


def single_key(place: Site, call: Site, stream: str) -> Site:
    """Return the key that a call is given for a stream.

    Args:
        place: where the stream's key stands, or the whole argument.
        call: the call.
        stream: the stream.
    """
    display = display_of(place, call)
    part = _entries(display).get(stream)
    if part is None:
        raise NoFix("the streams are put together elsewhere")
    return Site(part.value, display.chunk)


def refuse_mapped(call: Site) -> None:
    """Refuse what a transform has made of a method, unless it takes its keys as they are: ``vmap`` takes many."""
    func = call.node.func if isinstance(call.node, cst.Call) else None
    if func is None or (isinstance(func, cst.Name) and is_parameter(func.value, call)):
        return
    made = value_of(Site(func, call.chunk))
    if isinstance(made.node, cst.Attribute) and made.node.attr.value in _METHODS:
        return
    text = made.chunk.code(made.node.func) if isinstance(made.node, cst.Call) else ""
    if not any(spells(made, text, path) for path in _KEPT):
        raise NoFix("a transform has made the function that is called")


def _with_stream(call: Site, stream: str, key: str) -> Edit:
    node = call.node
    if not isinstance(node, cst.Call) or any(arg.star == "**" for arg in node.args):
        raise NoFix("its arguments are put together elsewhere")
    given, display = argument(call, "rngs"), _display_given(call)
    mark = quote(call)
    if display is not None:
        entry = isinstance(display.node, cst.Dict)
        return with_entry(display, stream, key) if entry else added(display, f"{stream}={key}")
    if given is None:
        return added(call, f"rngs={{{mark}{stream}{mark}: {key}}}")
    return replaced(given, f"{{{mark}{stream}{mark}: {key}}}")


def _display_given(call: Site) -> Site | None:
    """Return the display that a call is given as its streams; None where it is given none."""
    given = argument(call, "rngs")
    if given is None or (isinstance(given.node, cst.Name) and given.node.value == "None"):
        return None
    return display_of(given, call)


def written_at(call: Site) -> Site:
    """Return where one more stream of a call is written: in the call, or in a display to which it gives a name.

    Raises:
        NoFix: if the call is repeated after the display was made.
    """
    display = _display_given(call)
    if display is None or display.node in way_to(call) or call.node in way_to(display):
        return call
    if loops_after(statement_of(display), call):
        raise NoFix("the streams are the same in each pass of a loop")
    return display


def named_stream(place: Site, stream: str, safe: bool) -> Fix:
    """Return the fix that gives a key under the name of a stream, where it stands bare.

    Args:
        place: the key.
        stream: the stream.
        safe: whether the call raises as it is.
    """
    if not isinstance(place.node, (cst.Name, cst.Attribute, cst.Subscript, cst.Call)):
        raise NoFix("it is no key by itself")
    mark = quote(place)
    text = f"{{{mark}{stream}{mark}: {place.chunk.code(place.node)}}}"
    return Fix(f"name the stream {stream!r}", (replaced(place, text),), safe)


def stream_drawn(draw: Site, stream: str) -> Fix:
    """Return the fix that names the stream in a call of ``make_rng`` that names none.

    Args:
        draw: the call.
        stream: the stream.
    """
    node = draw.node
    if not isinstance(node, cst.Call) or node.args or not draw.chunk.code(node.func).endswith(".make_rng"):
        raise NoFix("it names a stream, or is no call of make_rng")
    mark = quote(draw)
    return Fix(f"draw from {stream!r}", (added(draw, f"{mark}{stream}{mark}"),), safe=False)


def one_key_each(place: Site, first: str, second: str) -> Fix:
    """Return the fix that splits a key which two streams are given, one part for each.

    Args:
        place: the key of the second stream, or what the call is given as its streams.
        first: the name of the first stream.
        second: the name of the second stream.
    """
    node = place.node
    whole = isinstance(node, cst.Name) and not isinstance(parent_of(place).node, cst.DictElement)
    given = bound_value(place, node.value) if whole and isinstance(node, cst.Name) else place
    if isinstance(given.node, cst.DictComp) or _is_from_keys(given):
        return _keys_of_names(given)
    display = display_of(given, place)
    parts = _entries(display)
    if first not in parts or second not in parts:
        raise NoFix("the streams are put together elsewhere")
    one, two = (Site(parts[name].value, display.chunk) for name in (first, second))
    if not isinstance(one.node, cst.Name) or display.chunk.code(one.node) != display.chunk.code(two.node):
        raise NoFix("the key has two names, or none")
    return one_for_each(one, two)


def _keys_of_names(given: Site) -> Fix:
    """Return the fix of ``{name: key for name in names}`` and of ``dict.fromkeys(names, key)``."""
    node = given.node
    if isinstance(node, cst.Call) and len(node.args) == len((node.func, given)):
        names, key = (arg.value for arg in node.args)
    elif isinstance(node, cst.DictComp) and _is_plain(node):
        names, key = node.for_in.iter, node.value
    else:
        raise NoFix("the streams are put together elsewhere")
    code = given.chunk.code
    if not isinstance(names, (cst.Name, cst.Tuple, cst.List)) or not isinstance(key, (cst.Name, cst.Call)):
        raise NoFix("the names are computed")
    number = f"len({code(names)})" if isinstance(names, cst.Name) else str(len(names.elements))
    keys = f"{spelled_as(given, 'jax.random.split')}({code(key)}, {number})"
    edit = replaced_whole(given, f"dict(zip({code(names)}, {keys}))")
    return Fix("split the key, one for each stream", (edit,), safe=False)


def _is_plain(node: cst.DictComp) -> bool:
    """Return whether a comprehension goes over names, and has the same value for each."""
    loop = node.for_in
    target = loop.target.value if isinstance(loop.target, cst.Name) else None
    named = isinstance(node.key, cst.Name) and node.key.value == target
    return named and not loop.ifs and loop.inner_for_in is None and isinstance(node.value, cst.Name)


def _is_from_keys(site: Site) -> bool:
    return isinstance(site.node, cst.Call) and site.chunk.code(site.node.func) == "dict.fromkeys"


def display_of(place: Site, call: Site) -> Site:
    """Return the ``{...}`` or ``dict(...)`` that a call is given as its streams.

    Args:
        place: where a stream's key stands, or the whole argument.
        call: the call.
    """
    if _is_display(place):
        return place
    for node in reversed(way_to(place)[:-1]):
        site = Site(node, place.chunk)
        if _is_display(site):
            return site
        if not isinstance(node, (cst.Arg, cst.DictElement)):
            break
    if isinstance(place.node, cst.Name):
        return bound_display(place, place.node.value)
    if isinstance(place.node, cst.Call) and isinstance(place.node.func, cst.Name):
        return _returned_display(place, place.node.func.value)
    raise NoFix("the streams are put together elsewhere")


def _is_display(site: Site) -> bool:
    node = site.node
    called = isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "dict"
    return called or isinstance(node, cst.Dict)


def bound_display(place: Site, name: str) -> Site:
    """Return the display that a name stands for, if nothing else binds it and nobody else reads it.

    Args:
        place: where it is read.
        name: the name.
    """
    display = bound_value(place, name)
    if not _is_display(display):
        raise NoFix("the streams are put together elsewhere")
    return display


def bound_value(place: Site, name: str) -> Site:
    """Return what a name stands for, if nothing else binds it and nobody else reads it.

    Args:
        place: where it is read.
        name: the name.
    """
    function = function_around(place.chunk, place.chunk.position(place.node)[0])
    roots: list[ast.AST] = [function] if function is not None else [*place.chunk.around]
    named = [node for root in roots for node in walk(root) if isinstance(node, ast.Name) and node.id == name]
    values = [value for root in roots for node in walk(root) if (value := assigned(node, name)) is not None]
    if len(values) != 1 or len(named) != len((values, place)):
        raise NoFix("the streams have a name that others read")
    return site_of(values[0], place.chunk)


def _returned_display(place: Site, name: str) -> Site:
    """Return the display that a function returns, if it is called in one place only.

    Other files may call a function of a module; a file that does its work when it is loaded is no such module.
    """
    nodes = [node for root in place.chunk.around for node in walk(root)]
    made = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == name]
    named = [node for node in nodes if isinstance(node, ast.Name) and node.id == name]
    results = [node for node in walk(made[0]) if isinstance(node, ast.Return)] if len(made) == 1 else []
    inside = function_around(place.chunk, place.chunk.position(place.node)[0]) is not None
    if inside and made[:1] != [node for node in made if node not in place.chunk.around or name.startswith("_")]:
        raise NoFix("other files may call the function that makes the streams")
    if len(named) != 1 or len(results) != 1 or results[0].value is None or made[0].decorator_list:
        raise NoFix("the streams are put together elsewhere")
    return display_of(site_of(results[0].value, place.chunk), place)


def _entries(display: Site) -> dict[str, cst.DictElement | cst.Arg]:
    node = display.node
    found: dict[str, cst.DictElement | cst.Arg] = {}
    for part in _parts(node):
        name = _name(part)
        if name is None or not isinstance(part, (cst.DictElement, cst.Arg)):
            raise NoFix("the streams are put together elsewhere")
        found[name] = part
    return found


def _parts(node: cst.CSTNode) -> Sequence[cst.CSTNode]:
    if isinstance(node, cst.Call):
        return node.args
    return node.elements if isinstance(node, cst.Dict) else ()


def _name(part: cst.CSTNode) -> str | None:
    if isinstance(part, cst.Arg):
        return part.keyword.value if part.keyword is not None else None
    key = part.key if isinstance(part, cst.DictElement) else None
    value = key.evaluated_value if isinstance(key, cst.SimpleString) else None
    return value if isinstance(value, str) else None


def _bare(display: Site, key: cst.BaseExpression) -> Edit:
    return replaced_whole(display, display.chunk.code(key))


def _given(display: Site) -> Site | None:
    """Return the call that is given a display by the keyword ``rngs``."""
    arg = parent_of(display)
    if not isinstance(arg.node, cst.Arg) or arg.node.keyword is None or arg.node.keyword.value != "rngs":
        return None
    return parent_of(arg)


def keyword_right(place: Site, safe: bool) -> Fix:
    """Return the fix that gives a call its streams by the keyword ``rngs``.

    Args:
        place: the keys, or the keyword that they are given by.
        safe: whether the call raises as it is.
    """
    way = way_to(place)
    arg = next((node for node in reversed(way) if isinstance(node, cst.Arg)), None)
    if arg is None or (arg.value is not place.node and arg.keyword is not place.node):
        raise NoFix("it is no argument by itself")
    if arg.keyword is not None:
        return Fix("write `rngs=`", (replaced(Site(arg.keyword, place.chunk), "rngs"),), safe)
    call = way[way.index(arg) - 1]
    after = call.args[list(call.args).index(arg) + 1 :] if isinstance(call, cst.Call) else ()
    if not isinstance(call, cst.Call) or any(other.keyword is None for other in after):
        raise NoFix("other arguments come after it")
    text = place.chunk.code(place.node)
    return Fix("write `rngs=`", (replaced_whole(Site(arg.value, place.chunk), f"rngs={text}"),), safe)


def keyword_with_flag(place: Site, flag: str) -> Fix:
    """Return the fix of streams that stand where a model takes its mode: that is set so that the model draws.

    Args:
        place: the streams.
        flag: the parameter that they land in.
    """
    draws = {**dict.fromkeys(TRAINING_FLAGS, "True"), FLAG: "False"}.get(flag)
    if draws is None:
        raise NoFix("which value makes the model draw is not known")
    (edit,) = keyword_right(place, safe=False).edits
    return Fix(f"write `rngs=` and `{flag}={draws}`", (Edit(edit.range, f"{edit.text}, {flag}={draws}"),), safe=False)


def thawed(place: Site) -> Fix:
    """Return the fix that gives a plain dict in the place of a frozen one, which raises."""
    given = bound_value(place, place.node.value) if isinstance(place.node, cst.Name) else place
    node = given.node
    if not isinstance(node, cst.Call) or len(node.args) != 1 or not isinstance(node.args[0].value, cst.Dict):
        raise NoFix("it is frozen elsewhere")
    return Fix("pass a plain dict", (replaced(given, given.chunk.code(node.args[0].value)),), safe=True)
