"""Methods of lists and dicts, and what a registry may give.

An entry of a dictionary whose name is not known is one of those that it holds: what all of them do with a key is
certain, and the message names them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.models import Method
from flake8_flax_rng.interpreter.core.program import Chosen
from flake8_flax_rng.interpreter.domain.budget import CLASSES_REGISTERED
from flake8_flax_rng.interpreter.domain.heap import DictObject, ListObject
from flake8_flax_rng.interpreter.domain.values import NONE, Args, Class, Const, Function, Opaque, Ref, Tuple, Value
from flake8_flax_rng.interpreter.python.decorators import undecorated
from flake8_flax_rng.interpreter.python.iteration import spread
from flake8_flax_rng.interpreter.python.lineage import is_linen
from flake8_flax_rng.records import replaced

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State


def _call_method(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call a method of a list or dict in the heap; an unknown one makes the contents unknown."""
    found = state.heap.get(receiver.address) if isinstance(receiver, Ref) else None
    value: Value | None = None
    if isinstance(receiver, Ref) and isinstance(found, ListObject) and name in _LIST:
        value = _LIST[name](engine, receiver, found, args, state)
    elif isinstance(receiver, Ref) and isinstance(found, DictObject) and name in _DICT:
        value = _DICT[name](engine, receiver, found, args, state)
    if value is not None:
        return [(value, state)]
    unknown_code.escape(engine, receiver, state)
    return unknown_code.unknown_call(engine, engine.unknown(name), args, state)


def _append(engine: Engine, ref: Ref, found: ListObject, args: Args, state: State) -> Value | None:
    if len(args.positional) != 1:
        return None
    engine.book.read(args.positional[0])
    engine.book.signs.records.note(args.positional[0], state.heap)
    if found.complete:
        state.heap[ref.address] = replaced(found, items=(*found.items, args.positional[0]))
    return NONE


def _extend(engine: Engine, ref: Ref, found: ListObject, args: Args, state: State) -> Value | None:
    items = spread(engine, args.positional[0], state) if len(args.positional) == 1 else None
    if items is None or not found.complete:
        return None
    for item in items:
        engine.book.read(item)
    state.heap[ref.address] = replaced(found, items=(*found.items, *items))
    return NONE


def _pop_item(engine: Engine, ref: Ref, found: ListObject, args: Args, state: State) -> Value | None:
    place = args.positional[0] if args.positional else Const(-1)
    if not (found.complete and isinstance(place, Const) and isinstance(place.value, int) and found.items):
        return None
    if not -len(found.items) <= place.value < len(found.items):
        return None
    items = list(found.items)
    item = items.pop(place.value)
    state.heap[ref.address] = ListObject(tuple(items))
    return item


def _pop_first(engine: Engine, ref: Ref, found: ListObject, args: Args, state: State) -> Value | None:
    return _pop_item(engine, ref, found, Args([Const(0)]), state)


def _append_left(engine: Engine, ref: Ref, found: ListObject, args: Args, state: State) -> Value | None:
    if len(args.positional) != 1 or not found.complete:
        return None
    engine.book.read(args.positional[0])
    engine.book.signs.records.note(args.positional[0], state.heap)
    state.heap[ref.address] = replaced(found, items=(args.positional[0], *found.items))
    return NONE


def _rotate(engine: Engine, ref: Ref, found: ListObject, args: Args, state: State) -> Value | None:
    """``deque.rotate``: the last items come to the front."""
    by = args.get(0, None) or Const(1)
    if not (found.complete and isinstance(by, Const) and isinstance(by.value, int)):
        return None
    if found.items:
        cut = -by.value % len(found.items)
        state.heap[ref.address] = replaced(found, items=(*found.items[cut:], *found.items[:cut]))
    return NONE


def _reverse(engine: Engine, ref: Ref, found: ListObject, args: Args, state: State) -> Value | None:
    if not found.complete:
        return None
    state.heap[ref.address] = replaced(found, items=found.items[::-1])
    return NONE


def _get(engine: Engine, ref: Ref, found: DictObject, args: Args, state: State) -> Value | None:
    key = args.get(0, None)
    if not isinstance(key, Const):
        return _member(engine, ref, key, state) or engine.unknown("entry")
    value = found.get(key)
    if value is not None:
        return value
    default = args.get(1, "default")
    return (default if default is not None else NONE) if found.complete else engine.unknown("entry")


def _set_default(engine: Engine, ref: Ref, found: DictObject, args: Args, state: State) -> Value | None:
    key, value = args.get(0, None), args.get(1, "default")
    if not isinstance(key, Const) or not found.complete:
        return None
    known = found.get(key)
    if known is None:
        known = value if value is not None else NONE
        engine.book.read(known)
        state.heap[ref.address] = found.set(key, known)
    return known


def _pop_entry(engine: Engine, ref: Ref, found: DictObject, args: Args, state: State) -> Value | None:
    value = _get(engine, ref, found, args, state)
    key = args.get(0, None)
    if isinstance(key, Const):
        state.heap[ref.address] = found.without(key)
    return value


def _update(engine: Engine, ref: Ref, found: DictObject, args: Args, state: State) -> Value | None:
    for value in args.positional:
        other = state.heap.get(value.address) if isinstance(value, Ref) else None
        if not isinstance(other, DictObject):
            return None
        found = found.updated(other)
    entries = tuple((Const(name), item) for name, item in args.keywords.items())
    state.heap[ref.address] = found.updated(DictObject(entries, args.complete()))
    return NONE


def _copy_list(engine: Engine, ref: Ref, found: ListObject, args: Args, state: State) -> Value | None:
    return engine.allocate(state, found)


def _copy_dict(engine: Engine, ref: Ref, found: DictObject, args: Args, state: State) -> Value | None:
    """``dict.copy``; that of a ``FrozenDict`` is given entries to put over the copied ones."""
    given = args.get(0, "add_or_replace")
    if given is not None:
        other = state.heap.get(given.address) if isinstance(given, Ref) else None
        found = found.updated(other if isinstance(other, DictObject) else DictObject((), complete=False))
    return engine.allocate(state, found)


def _keys(engine: Engine, ref: Ref, found: DictObject, args: Args, state: State) -> Value | None:
    return engine.allocate(state, ListObject(tuple(key for key, _ in found.entries), found.complete))


def _values(engine: Engine, ref: Ref, found: DictObject, args: Args, state: State) -> Value | None:
    return engine.allocate(state, ListObject(tuple(value for _, value in found.entries), found.complete))


def _items(engine: Engine, ref: Ref, found: DictObject, args: Args, state: State) -> Value | None:
    pairs = tuple(Tuple((key, value)) for key, value in found.entries)
    return engine.allocate(state, ListObject(pairs, found.complete))


# -- registries ----------------------------------------------------------------------------------------


def registered(engine: Engine, value: Value, index: Value, state: State) -> Outcomes:
    """Return what a registry gives for a name that is not known.

    Args:
        engine: the analysis.
        value: what is looked into.
        index: the name.
        state: the path.

    Returns:
        the only entry; a path for each, where they are classes of Linen's modules; otherwise an unknown value that is
        noted to be one of the entries. Nothing where the value is no registry of functions or classes.
    """
    one = _member(engine, value, index, state) if isinstance(value, Ref) else None
    entries = engine.program.members.get(one.term, ()) if isinstance(one, Opaque) else ()
    if entries and all(isinstance(item, Class) and is_linen(item) for item in entries):
        engine.chosen = max(engine.chosen, Chosen.SUBCLASS)
        return [(item, state.fork()) for item in entries]
    return [(one, state)] if one is not None else []


def _member(engine: Engine, ref: Ref, index: Value | None, state: State) -> Value | None:
    """Return what a registry gives for a name that is not known: its only entry, or a value that is one of them.

    It is None where the object is no registry of functions or classes, or where a function may register more.
    """
    found = state.heap.get(ref.address)
    if not isinstance(found, DictObject) or not found.complete or not isinstance(index, Opaque):
        return None
    entries = tuple(value for _, value in found.entries)
    if not 0 < len(entries) <= CLASSES_REGISTERED or not all(_is_registered(item) for item in entries):
        return None
    if _is_filled(engine, ref, state):
        return None
    if len(entries) == 1:
        return entries[0]
    one = engine.unknown("entry")
    engine.program.members[one.term] = entries
    return one


def _is_registered(value: Value) -> bool:
    return isinstance(value, Class) or isinstance(undecorated(value), Function)


def _is_filled(engine: Engine, ref: Ref, state: State) -> bool:
    """Return whether a function of a file that is followed puts something into a container."""
    for home in engine.files.homes.values():
        if home.index is not None and home.index.filled and state.has_frame(home.frame):
            names = (name for name, value in state.frame(home.frame).items() if value == ref)
            if any(name in home.index.filled for name in names):
                return True
    return False


_ListMethod = Callable[["Engine", Ref, ListObject, Args, "State"], "Value | None"]
_DictMethod = Callable[["Engine", Ref, DictObject, Args, "State"], "Value | None"]

_LIST: dict[str, _ListMethod] = {
    "append": _append,
    "extend": _extend,
    "pop": _pop_item,
    "popleft": _pop_first,
    "appendleft": _append_left,
    "rotate": _rotate,
    "reverse": _reverse,
    "copy": _copy_list,
}
_DICT: dict[str, _DictMethod] = {
    "get": _get,
    "setdefault": _set_default,
    "pop": _pop_entry,
    "update": _update,
    "copy": _copy_dict,
    "keys": _keys,
    "values": _values,
    "items": _items,
}

METHODS: dict[str, Method] = {"list": _call_method, "dict": _call_method}
