"""The iterator protocol: what an object of the file's own gives to a loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import PASSES
from flake8_flax_rng.interpreter.domain.events import Step
from flake8_flax_rng.interpreter.domain.heap import ListObject
from flake8_flax_rng.interpreter.domain.values import Args, Bound, Class, Function, Value
from flake8_flax_rng.interpreter.python import classes

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcome
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State


def asked(engine: Engine, value: Value, state: State, site: Site) -> Outcome:
    """Return what a loop goes over: an object is asked for its iterator, and that for its first items.

    Args:
        engine: the analysis.
        value: what is to be gone over.
        state: the path; it is changed.
        site: the place of the loop, or of the call that goes over it.

    Returns:
        the value itself where it is no such object.
    """
    method = own(value, "__iter__", state)
    if method is not None:
        value, state = _one(engine, method, state, site)
    method = own(value, "__next__", state)
    if method is None:
        return value, state
    items: list[Value] = []
    for _ in range(PASSES):
        item, state = _one(engine, method, state, site)
        items.append(item)
    return engine.allocate(state, ListObject(tuple(items), complete=False, once=True)), state


def own(value: Value, name: str, state: State) -> Bound | None:
    """Return a method of an object whose class is known, None where there is none."""
    found = state.instance(value)
    method = classes.member(found.cls, name) if found is not None and isinstance(found.cls, Class) else None
    return Bound(method, value) if method is not None else None


def _one(engine: Engine, method: Bound, state: State, site: Site) -> Outcome:
    label = method.function.code.name if isinstance(method.function, Function) else ""
    with engine.step(Step(site, label, owner=engine.owner())):
        outcomes = engine.call(method, Args(), state, site)
    if len(outcomes) == 1:
        return outcomes[0]
    return engine.unknown("iterator"), engine.merge([after for _, after in outcomes] or [state])[0]
