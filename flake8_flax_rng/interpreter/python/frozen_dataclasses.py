"""``TrainState`` and immutable dataclasses: making one, and making one with other fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.models import Calls, Method
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.values import Args, Class, Symbol, Value
from flake8_flax_rng.interpreter.python.lineage import derives
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.linen import HANDING_ON, TRAIN_STATES

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

_APPLY = "apply_fn"
_RENEWED = ("params", "opt_state", "step")


def _create_state(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    return _create(engine, Symbol(path.removesuffix(".create")), args, state)


def _create(engine: Engine, cls: Class | Symbol, args: Args, state: State) -> Outcomes:
    """Call ``TrainState.create(apply_fn=…, params=…, …)``."""
    for value in args.values():
        engine.book.read(value)
    found = Instance(cls, dict(args.keywords), frozen=True, symbolic=True)
    return [(engine.allocate(state, found), state)]


def _hand_on(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call a function that returns another state of the same model: from a checkpoint, or on all devices."""
    given = args.get(*HANDING_ON[path])
    found = state.instance(given) if given is not None else None
    if found is None or not derives(found.cls, TRAIN_STATES) or _APPLY not in found.attributes:
        return None
    for value in args.values():
        engine.book.read(value)
    renewed = Instance(found.cls, {_APPLY: found.attributes[_APPLY]}, frozen=True, symbolic=True)
    return [(engine.allocate(state, renewed), state)]


def call_method(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call ``create``, ``replace`` or ``apply_gradients``."""
    if name == "create" and isinstance(receiver, Class):
        return _create(engine, receiver, args, state)
    found = state.instance(receiver)
    if found is None:
        return unknown_code.unknown_call(engine, engine.unknown(name), args, state)
    for value in args.values():
        engine.book.read(value)
    attributes = dict(found.attributes)
    if name == "apply_gradients":
        attributes.update({field: engine.unknown(field) for field in _RENEWED})
    attributes.update({field: value for field, value in args.keywords.items() if field != "grads"})
    if args.open_keywords:
        attributes = {field: engine.unknown(field) for field in attributes}
    return [(engine.allocate(state, replaced(found, attributes=attributes)), state)]


CALLS = (
    Calls(_hand_on, HANDING_ON),
    Calls(_create_state, {f"{path}.create" for path in TRAIN_STATES}),
)
METHODS: dict[str, Method] = {"state": call_method}
