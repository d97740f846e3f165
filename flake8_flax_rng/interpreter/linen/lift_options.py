"""The options of lifted transforms: which streams they give to their target, and what becomes of its parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.heap import DictObject
from flake8_flax_rng.interpreter.domain.values import NONE, Args, Const, Lift, Ref, Tuple, Value
from flake8_flax_rng.interpreter.python.iteration import known_items
from flake8_flax_rng.semantics.transforms import LIFTS

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State
    from flake8_flax_rng.semantics.transforms import LiftedTransform

Filter = tuple[frozenset[str] | None, bool | None]
_MADE_OF_TARGET = ("lanes", "scan", "chain", "once")
_DEFAULTS: dict[str, tuple[Filter, ...]] = {
    "none": (),
    "all": ((None, None),),
    "split": ((None, True),),
    "params": ((frozenset({"params"}), False),),
}


def read(engine: Engine, path: str, options: dict[str, Value], args: Args, state: State, site: Site) -> Lift:
    """Return what a transform with these options does with streams and parameters."""
    transform = LIFTS[path]
    places = transform.way in _MADE_OF_TARGET and transform.streams in transform.inputs
    node = args.node(transform.inputs.index(transform.streams) + 1 if places else None, transform.streams)
    place = site if node is None else engine.site(node)
    name = path.replace("flax.linen", "nn")
    if not args.complete():
        return Lift(name, transform.way, site, place, None)
    return Lift(
        name, transform.way, site, place, _streams(transform, options, state), _parameters(transform, options, state)
    )


def _streams(transform: LiftedTransform, options: dict[str, Value], state: State) -> tuple[Filter, ...] | None:
    given = options.get(transform.streams)
    if given is None:
        return _DEFAULTS[transform.default]
    if transform.streams == "rngs":
        names = names_of(given, state)
        return None if names is None else ((names[0], None),)
    entries = _entries(given, state)
    if entries is None:
        return None
    return tuple(
        (names, value.value if isinstance(value, Const) and isinstance(value.value, bool) else None)
        for names, value in entries
    )


def _entries(value: Value, state: State) -> list[tuple[frozenset[str] | None, Value]] | None:
    """Return the filters and values of a dict that is wholly known."""
    found = state.heap.get(value.address) if isinstance(value, Ref) else None
    if not isinstance(found, DictObject) or not found.complete or found.present:
        return None
    entries: list[tuple[frozenset[str] | None, Value]] = []
    for key, item in found.entries:
        names = names_of(key, state)
        if names is None:
            return None
        entries.append((names[0], item))
    return entries


def names_of(value: Value, state: State) -> tuple[frozenset[str] | None] | None:
    """Return in a tuple the names that a filter lets through, None for all; None when it is not known."""
    if isinstance(value, Const) and isinstance(value.value, bool):
        return (None,) if value.value else (frozenset(),)
    if isinstance(value, Const) and isinstance(value.value, str):
        return (frozenset({value.value}),)
    items = known_items(value, state) if isinstance(value, (Tuple, Ref)) else None
    if items is None:
        return None
    names = [item.value for item in items if isinstance(item, Const) and isinstance(item.value, str)]
    return (frozenset(names),) if len(names) == len(items) else None


def _parameters(transform: LiftedTransform, options: dict[str, Value], state: State) -> str:
    """Return what becomes of the parameters: ``stacked``, ``shared``, or empty when that is not known."""
    broadcast = options.get("variable_broadcast", Const("params" if transform.default == "params" else False))
    shared = names_of(broadcast, state)
    if shared is None:
        return ""
    if shared[0] is None or "params" in shared[0]:
        return "shared"
    axes = options.get("variable_axes")
    if axes is None:
        return "stacked" if transform.way == "chain" else ""
    for names, axis in _entries(axes, state) or []:
        if names is None or "params" in names:
            number = isinstance(axis, Const) and isinstance(axis.value, int)
            return "stacked" if number else "shared" if axis == NONE else ""
    return ""
