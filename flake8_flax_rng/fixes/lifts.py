"""Repairs of lifted transforms: what they do with the streams."""

from __future__ import annotations

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix, replaced
from flake8_flax_rng.fixes.elements import added, argument, quote, with_entry
from flake8_flax_rng.fixes.statements import way_to
from flake8_flax_rng.interpreter.domain.places import Site


def stream_split(place: Site, stream: str, splits: bool, safe: bool) -> Fix:
    """Return the fix that says in ``split_rngs`` what becomes of a stream.

    Args:
        place: the text of ``split_rngs``, or something in it, or the transform where it has none.
        stream: the stream.
        splits: whether each lane or step is to have a key of its own.
        safe: whether the program raises as it is.
    """
    title = f"set {stream!r} to {splits} in `split_rngs`"
    display = next((node for node in reversed(way_to(place)) if isinstance(node, cst.Dict | cst.Call)), None)
    if isinstance(display, cst.Dict):
        site = Site(display, place.chunk)
        if not all(isinstance(getattr(part, "key", None), cst.SimpleString) for part in display.elements):
            raise NoFix("`split_rngs` speaks of all streams, or is put together elsewhere")
        return Fix(title, (with_entry(site, stream, str(splits)),), safe)
    if not isinstance(display, cst.Call):
        raise NoFix("`split_rngs` is put together elsewhere")
    return _in_call(Site(display, place.chunk), title, stream, splits, safe)


def _in_call(call: Site, title: str, stream: str, splits: bool, safe: bool) -> Fix:
    node = call.node
    if isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == "dict":
        given = argument(call, stream)
        edit = replaced(given, str(splits)) if given is not None else added(call, f"{stream}={splits}")
        return Fix(title, (edit,), safe)
    given = argument(call, "split_rngs")
    if given is not None:
        if not isinstance(given.node, cst.Dict):
            raise NoFix("`split_rngs` is put together elsewhere")
        return Fix(title, (with_entry(given, stream, str(splits)),), safe)
    # Positions after the axes of the variables may hold it: `nn.vmap(Net, {"params": 0}, {"params": True})`.
    positional = [arg for arg in node.args if arg.keyword is None] if isinstance(node, cst.Call) else []
    if len(positional) > 2 or any(arg.star for arg in positional):
        raise NoFix("`split_rngs` may be given by its position")
    mark = quote(call)
    return Fix(title, (added(call, f"split_rngs={{{mark}{stream}{mark}: {splits}}}"),), safe)


def stream_let_in(place: Site, stream: str, safe: bool) -> Fix:
    """Return the fix that names one more stream in the ``rngs`` of a transform that takes a filter.

    Args:
        place: the filter, or the call that it belongs to.
        stream: the stream.
        safe: whether the program raises as it is.
    """
    given = argument(place, "rngs") if isinstance(place.node, cst.Call) else place
    if given is None or not isinstance(given.node, cst.SimpleString | cst.Tuple | cst.List):
        raise NoFix("the filter is no display of names")
    mark = quote(given)
    name = f"{mark}{stream}{mark}"
    code = given.chunk.code(given.node)
    if isinstance(given.node, cst.SimpleString):
        text = f"({code}, {name})"
    elif not given.node.elements or code[-1] not in ")]":
        raise NoFix("the filter lets nothing in")
    else:
        text = f"{code[:-1].rstrip().rstrip(',')}, {name}{code[-1]}"
    return Fix(f"let {stream!r} in", (replaced(given, text),), safe)
