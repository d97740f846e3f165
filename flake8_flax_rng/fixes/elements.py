"""Arguments of a call, and elements of a dict, list or tuple display: put in, taken out, replaced."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.finding import Edit, Range
from flake8_flax_rng.fixes.edits import NoFix, inserted, range_of, replaced
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.source import lines_of

if TYPE_CHECKING:
    from flake8_flax_rng.syntax.source import Chunk


def argument(call: Site, name: str) -> Site | None:
    """Return the value of a keyword argument, None where the call names it not."""
    found = next((arg for arg in _parts(call) if isinstance(arg, cst.Arg) and _keyword(arg) == name), None)
    return Site(found.value, call.chunk) if isinstance(found, cst.Arg) else None


def with_argument(call: Site, name: str, text: str) -> Edit:
    """Return the edit that gives a call a keyword argument, in the place of the one that it has of this name."""
    given = argument(call, name)
    if given is not None:
        return replaced(given, text)
    return added(call, f"{name}={text}")


def without_argument(call: Site, name: str) -> Edit:
    """Return the edit that takes a keyword argument out of a call."""
    given = next((arg for arg in _parts(call) if isinstance(arg, cst.Arg) and _keyword(arg) == name), None)
    if given is None:
        raise NoFix(f"it has no argument {name}")
    return removed(call, given)


def entry(display: Site, name: str) -> cst.DictElement | None:
    """Return the entry of a dict display whose key is a text, None where it has none."""
    entries = [part for part in _parts(display) if isinstance(part, cst.DictElement)]
    named = ((part, part.key) for part in entries)
    return next(
        (part for part, key in named if isinstance(key, cst.SimpleString) and key.evaluated_value == name), None
    )


def with_entry(display: Site, name: str, text: str, first: bool = False) -> Edit:
    """Return the edit that gives a dict display an entry, in the place of the one that it has under this key.

    Args:
        display: the dict display.
        name: the key, a text.
        text: the source of the value.
        first: whether it is to stand before all others.
    """
    given = entry(display, name)
    if given is not None:
        return replaced(Site(given.value, display.chunk), text)
    return added(display, f"{quote(display)}{name}{quote(display)}: {text}", first)


def quote(site: Site) -> str:
    """Return the quotation mark that the text around a place writes."""
    text = site.chunk.text
    return "'" if text.count("'") > text.count('"') else '"'


def added(display: Site, text: str, first: bool = False) -> Edit:
    """Return the edit that puts one more element into a display, or one more argument into a call.

    Args:
        display: the display or the call.
        text: the source of the element.
        first: whether it is to stand before all others.
    """
    parts = _parts(display)
    if any(_generates(part) for part in parts):
        raise NoFix("its only argument is a generator without parentheses")
    whole = range_of(display)
    if not parts:
        return inserted(whole.end_line, whole.end_column - 1, text)
    if first:
        place = range_of(Site(parts[0], display.chunk))
        return inserted(place.line, place.column, f"{text}, ")
    place = range_of(Site(parts[-1], display.chunk))
    own = _own_line(display.chunk, place)
    return inserted(place.end_line, place.end_column, f",\n{own}{text}" if own else f", {text}")


def removed(display: Site, part: cst.CSTNode) -> Edit:
    """Return the edit that takes an element out of a display, or an argument out of a call.

    Raises:
        NoFix: if a comment would be lost.
    """
    parts = _parts(display)
    index = next(index for index, other in enumerate(parts) if other is part)
    places = [range_of(Site(other, display.chunk)) for other in parts]
    here = places[index]
    if index + 1 < len(parts):
        gone = Range(here.line, here.column, places[index + 1].line, places[index + 1].column)
    elif index:
        gone = Range(places[index - 1].end_line, places[index - 1].end_column, here.end_line, here.end_column)
    else:
        gone = here
    if "#" in between(display.chunk, gone).replace(between(display.chunk, here), ""):
        raise NoFix("a comment stands beside it")
    return Edit(_with_comma(display.chunk, gone) if len(parts) == 1 else gone, "")


def between(chunk: Chunk, place: Range) -> str:
    """Return the text of a range."""
    lines = lines_of(chunk.text)[place.line - chunk.first_line : place.end_line - chunk.first_line + 1]
    if len(lines) == 1:
        return lines[0][place.column : place.end_column]
    return "".join([lines[0][place.column :], *lines[1:-1], lines[-1][: place.end_column]])


def _with_comma(chunk: Chunk, place: Range) -> Range:
    """Return a range with the comma that follows it on its line: nothing is left for it to stand after."""
    rest = lines_of(chunk.text)[place.end_line - chunk.first_line][place.end_column :]
    comma = len(rest) - len(rest.lstrip()) + 1 if rest.lstrip().startswith(",") else 0
    return Range(place.line, place.column, place.end_line, place.end_column + comma)


def _own_line(chunk: Chunk, place: Range) -> str:
    """Return the white space before a range, where nothing else stands before it on its line."""
    space = lines_of(chunk.text)[place.line - chunk.first_line][: place.column]
    return "" if space.strip() else space


def _parts(display: Site) -> Sequence[cst.CSTNode]:
    node = display.node
    if isinstance(node, cst.Call):
        return node.args
    if isinstance(node, (cst.Dict, cst.List, cst.Set)):
        return node.elements
    raise NoFix("it is neither a call nor a display")


def _keyword(arg: cst.Arg) -> str | None:
    return arg.keyword.value if arg.keyword is not None else None


def _generates(part: cst.CSTNode) -> bool:
    return isinstance(part, cst.Arg) and isinstance(part.value, cst.GeneratorExp) and not part.value.lpar
