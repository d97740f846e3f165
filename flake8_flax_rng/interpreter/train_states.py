"""``TrainState`` and immutable dataclasses: making one, and making one with other fields."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.heap import Instance
from flake8_flax_rng.interpreter.values import Args, Class, Symbol, Value

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.engine import Engine, Outcomes
    from flake8_flax_rng.interpreter.state import State

_RENEWED = ("params", "opt_state", "step")


def create(engine: Engine, cls: Class | Symbol, args: Args, state: State) -> Outcomes:
    """Call ``TrainState.create(apply_fn=…, params=…, …)``."""
    for value in args.values():
        engine.ledger.touch(value)
    found = Instance(cls, dict(args.keywords), frozen=True, symbolic=True)
    return [(engine.allocate(state, found), state)]


def call_native(engine: Engine, name: str, receiver: Value, args: Args, state: State) -> Outcomes:
    """Call ``create``, ``replace`` or ``apply_gradients``."""
    if name == "create" and isinstance(receiver, Class):
        return create(engine, receiver, args, state)
    found = state.instance(receiver)
    if found is None:
        return engine.unknown_call(engine.unknown(name), args, state)
    for value in args.values():
        engine.ledger.touch(value)
    attributes = dict(found.attributes)
    if name == "apply_gradients":
        attributes.update({field: engine.unknown(field) for field in _RENEWED})
    attributes.update({field: value for field, value in args.keywords.items() if field != "grads"})
    if args.open_keywords:
        attributes = {field: engine.unknown(field) for field in attributes}
    return [(engine.allocate(state, replace(found, attributes=attributes)), state)]
