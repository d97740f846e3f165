"""Repairs of lifted transforms: what they do with the streams."""

from __future__ import annotations

import libcst as cst

from flake8_flax_rng.finding import Edit, Fix
from flake8_flax_rng.fixes.edits import NoFix, replaced, replaced_whole
from flake8_flax_rng.fixes.elements import added, argument, entry, quote, with_entry
from flake8_flax_rng.fixes.statements import way_to
from flake8_flax_rng.fixes.streams import bound_display
from flake8_flax_rng.interpreter.domain.places import Site

_BEFORE = {"while_loop": 4, "RNN": 6}
"""How many arguments of a transform come before ``split_rngs``, or something that stands in its place."""

_FEWEST = 2
"""Those of ``nn.vmap``: ``nn.vmap(Net, {"params": 0}, {"params": True})``."""


def stream_split(place: Site, stream: str, splits: bool, safe: bool) -> Fix:
    """Return the fix that says in ``split_rngs`` what becomes of a stream.

    Args:
        place: the text of ``split_rngs``, or something in it, or the transform where it has none.
        stream: the stream.
        splits: whether each lane or step is to have a key of its own.
        safe: whether the program raises as it is.
    """
    title = f"set {stream!r} to {splits} in `split_rngs`"
    site = _options(place)
    if isinstance(site.node, cst.Dict):
        return Fix(title, (_entry_of(site, stream, str(splits)),), safe)
    return _in_call(site, title, stream, splits, safe)


def _options(place: Site) -> Site:
    """Return the dict display of ``split_rngs``, or the call that takes it."""
    if isinstance(place.node, cst.Decorator):
        place = Site(place.node.decorator, place.chunk)
    if isinstance(place.node, cst.Name):
        return bound_display(place, place.node.value)
    display = next((node for node in reversed(way_to(place)) if isinstance(node, (cst.Dict, cst.Call))), None)
    if display is None:
        raise NoFix("`split_rngs` is put together elsewhere")
    return Site(display, place.chunk)


def _entry_of(display: Site, stream: str, splits: str) -> Edit:
    """Return the edit that sets a stream in a dict display; of several filters that let it in the first one counts."""
    keys = [getattr(part, "key", None) for part in getattr(display.node, "elements", ())]
    if not all(isinstance(key, cst.SimpleString) or _code(display, key) == "True" for key in keys):
        raise NoFix("`split_rngs` is put together elsewhere")
    everything = any(not isinstance(key, cst.SimpleString) for key in keys)
    return with_entry(display, stream, splits, first=everything)


def _code(site: Site, node: cst.CSTNode | None) -> str:
    return site.chunk.code(node) if node is not None else ""


def parameters_split(place: Site, safe: bool) -> Fix:
    """Return the fix that hands the ``'params'`` key on: to each lane its own where each has parameters of its own.

    Args:
        place: the text of ``split_rngs``, or something in it, or the transform where it has none.
        safe: whether the program raises as it is.

    Raises:
        NoFix: if the transform does not show whether the lanes share their parameters.
    """
    if isinstance(place.node, cst.Decorator):
        place = Site(place.node.decorator, place.chunk)
    call = next((node for node in reversed(way_to(place)) if _is_transform(node)), None)
    if not isinstance(call, cst.Call):
        raise NoFix("the transform is put together elsewhere")
    return stream_split(place, "params", splits=not _shared(Site(call, place.chunk)), safe=safe)


def _is_transform(node: cst.CSTNode) -> bool:
    return isinstance(node, cst.Call) and not (isinstance(node.func, cst.Name) and node.func.value == "dict")


def _shared(call: Site) -> bool:
    """Return whether all lanes or steps of a transform have one set of parameters."""
    axes, broadcast = argument(call, "variable_axes"), argument(call, "variable_broadcast")
    given = entry(axes, "params") if axes is not None and isinstance(axes.node, cst.Dict) else None
    if given is not None:
        if not isinstance(given.value, cst.Integer) and call.chunk.code(given.value) != "None":
            raise NoFix("the axis of the parameters is computed")
        return not isinstance(given.value, cst.Integer)
    if broadcast is None or not isinstance(broadcast.node, cst.SimpleString):
        raise NoFix("whether the parameters are shared is not shown")
    if broadcast.node.evaluated_value != "params":
        raise NoFix("whether the parameters are shared is not shown")
    return True


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
        return Fix(title, (_entry_of(given, stream, str(splits)),), safe)
    positional = [arg for arg in node.args if arg.keyword is None] if isinstance(node, cst.Call) else []
    name = call.chunk.code(node.func).rpartition(".")[2] if isinstance(node, cst.Call) else ""
    if len(positional) > _BEFORE.get(name, _FEWEST) or any(arg.star for arg in positional):
        raise NoFix("`split_rngs` may be given by its position")
    mark = quote(call)
    own = f"{mark}params{mark}: False, " if name == "RNN" and stream != "params" else ""
    return Fix(title, (added(call, f"split_rngs={{{own}{mark}{stream}{mark}: {splits}}}"),), safe)


def stream_let_in(place: Site, stream: str, safe: bool) -> Fix:
    """Return the fix that names one more stream in the ``rngs`` of a transform that takes a filter.

    Args:
        place: the filter, or the call that it belongs to.
        stream: the stream.
        safe: whether the program raises as it is.
    """
    given = argument(place, "rngs") if isinstance(place.node, cst.Call) else place
    if given is None or not isinstance(given.node, (cst.SimpleString, cst.Tuple, cst.List)):
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
    return Fix(f"let {stream!r} in", (replaced_whole(given, text),), safe)
