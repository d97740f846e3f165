"""What unknown code can do: it may change what it is given, and draw from the keys among it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.context import attribute_frame, class_frame
from flake8_flax_rng.interpreter.domain.budget import ITEMS_ESCAPED, NESTING_ESCAPED
from flake8_flax_rng.interpreter.domain.events import Use
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.values import (
    Args,
    Bound,
    Class,
    Key,
    Native,
    Opaque,
    Partial,
    Ref,
    Rows,
    Tuple,
    Value,
)
from flake8_flax_rng.interpreter.paths.state import UNRESOLVED, LedgerKey
from flake8_flax_rng.semantics.libraries import VOLATILE
from flake8_flax_rng.semantics.transforms import SELECTING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State


def escape(engine: Engine, value: Value, state: State, depth: int = 0) -> None:
    """Forget what unknown code could change through a value."""
    if depth > NESTING_ESCAPED:
        return
    engine.book.read(value)
    engine.book.escapes.note(value)
    if isinstance(value, Opaque):
        state.versions[value.term] = state.versions.get(value.term, 0) + 1
        state.close_frame(attribute_frame(value))
    elif isinstance(value, Tuple | Rows):
        for item in value.items:
            escape(engine, item, state, depth + 1)
    elif isinstance(value, Bound | Native):
        escape(engine, value.receiver, state, depth + 1)
    elif isinstance(value, Partial):
        for item in value.args:
            escape(engine, item, state, depth + 1)
    elif isinstance(value, Ref):
        _escape_object(engine, value, state, depth)
    elif isinstance(value, Class):
        state.close_frame(class_frame(value))


def _escape_object(engine: Engine, value: Ref, state: State, depth: int) -> None:
    found = state.heap.get(value.address)
    if isinstance(found, ListObject):
        state.heap[value.address] = replace(found, complete=False, items=())
        for item in found.items[:ITEMS_ESCAPED]:
            escape(engine, item, state, depth + 1)
    elif isinstance(found, DictObject):
        state.heap[value.address] = replace(found, complete=False, entries=())
        for _, item in found.entries[:ITEMS_ESCAPED]:
            escape(engine, item, state, depth + 1)
    elif isinstance(found, Instance) and not found.frozen:
        for item in found.attributes.values():
            engine.book.escapes.note(item)
        fixed = {name: item for name, item in found.attributes.items() if name in found.fixed_names}
        state.heap[value.address] = replace(found, attributes=fixed, version=found.version + 1, symbolic=True)


def unknown_call(engine: Engine, function: Value, args: Args, state: State) -> Outcomes:
    """Call something of which nothing is known: its arguments escape."""
    parts = [engine.term(value, state) for value in args.values()]
    for value in args.values():
        _unresolved(engine, value, state)
        escape(engine, value, state)
    callee = engine.term(function, state)
    return [(Opaque(engine.terms.make("call", callee, *parts, engine.terms.fresh("call"))), state)]


def _unresolved(engine: Engine, value: Value, state: State) -> None:
    """Note that a key is given to something of which nothing is known."""
    if not isinstance(value, Key | Opaque) or not engine.context.stack:
        return
    first = state.ledger.get(LedgerKey(value.term))
    if first is None and isinstance(value, Opaque):
        return
    origin = value.origin if isinstance(value, Key) else 0
    use = Use(tuple(engine.context.stack), "unknown", engine.context.stack[-1].label, value.term, origin)
    if first is not None:
        engine.book.uses.suspect(first, use)
    if isinstance(value, Key):
        engine.book.uses.consume(LedgerKey(value.term, UNRESOLVED), use, state)


def pure_call(engine: Engine, name: str, args: Args, state: State) -> Outcomes:
    """Call a function that only computes a value from its arguments."""
    parts = [engine.term(value, state) for value in args.values()]
    names = [engine.terms.const(keyword) for keyword in args.keywords]
    for value in args.values():
        engine.book.read(value)
        if name not in SELECTING:
            engine.book.escapes.note(value)  # what only chooses between keys does nothing with them
    if not args.complete() or name.startswith(VOLATILE):
        parts.append(engine.terms.fresh("rest"))
    return [(Opaque(engine.terms.make("pure", name, *parts, *names)), state)]
