"""Registries: an entry of a dictionary whose name is not known is one of those that it holds.

What all of them do with a key is certain, and the message names them; other code may have registered more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.program import Chosen
from flake8_flax_rng.interpreter.domain.budget import CLASSES_REGISTERED
from flake8_flax_rng.interpreter.domain.heap import DictObject
from flake8_flax_rng.interpreter.domain.values import Class, Function, Opaque, Ref, Value
from flake8_flax_rng.interpreter.python.decorators import undecorated
from flake8_flax_rng.interpreter.python.lineage import is_linen

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State


def entry(engine: Engine, value: Value, index: Value, state: State) -> Outcomes:
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
    one = member(engine, value, index, state) if isinstance(value, Ref) else None
    entries = engine.program.members.get(one.term, ()) if isinstance(one, Opaque) else ()
    if entries and all(isinstance(item, Class) and is_linen(item) for item in entries):
        engine.chosen = max(engine.chosen, Chosen.SUBCLASS)
        return [(item, state.fork()) for item in entries]
    return [(one, state)] if one is not None else []


def member(engine: Engine, ref: Ref, index: Value | None, state: State) -> Value | None:
    """Return what a registry gives for a name that is not known: its only entry, or a value that is one of them.

    It is None where the object is no registry of functions or classes, or where a function may register more.
    """
    found = state.heap.get(ref.address)
    if not isinstance(found, DictObject) or not found.complete or not isinstance(index, Opaque):
        return None
    entries = tuple(registered for _, registered in found.entries)
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
