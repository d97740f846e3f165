"""What unknown code can do: it may change what it is given, and draw from the keys among it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core import closures
from flake8_flax_rng.interpreter.core.context import attribute_frame, class_frame
from flake8_flax_rng.interpreter.core.initialised import given_away
from flake8_flax_rng.interpreter.domain.events import Use
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.kinds import UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    Args,
    Bound,
    Class,
    Const,
    Function,
    Key,
    Native,
    Opaque,
    Partial,
    Ref,
    Rows,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.domain.walk import CONTAINERS, reachable
from flake8_flax_rng.interpreter.paths.state import UNRESOLVED, LedgerKey
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.libraries import KEEPING_METHODS, STOPWATCHES, VOLATILE
from flake8_flax_rng.semantics.transforms import SELECTING
from flake8_flax_rng.syntax.names_in_text import is_dropped

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State


_GIVEN_AWAY = frozenset({*CONTAINERS, Rows, Bound, Native, Partial, Wrapped})
"""What is looked into for what unknown code can change; of an object it is not known what it does with its parts."""


def escape(engine: Engine, value: Value, state: State) -> None:
    """Forget what unknown code could change through a value."""
    if type(value) is Opaque:  # what most values are
        _escape(engine, value, state)
        return
    for inner in list(reachable(value, state.heap, _GIVEN_AWAY)):
        _escape(engine, inner, state)


def _escape(engine: Engine, value: Value, state: State) -> None:
    if isinstance(value, Opaque):
        if value.term not in engine.program.unchanging:
            state.versions[value.term] = state.versions.get(value.term, 0) + 1
            state.close_frame(attribute_frame(value))
        return
    if isinstance(value, (Tuple, Rows)):
        return  # its items escape by themselves
    engine.book.read(value)
    engine.book.escapes.note(value)
    if isinstance(value, Ref):
        _escape_object(engine, value, state)
    elif isinstance(value, Class):
        state.close_frame(class_frame(value))
    elif isinstance(value, Function):
        for inner in closures.held(value, state):
            engine.book.escapes.note(inner)


def _escape_object(engine: Engine, value: Ref, state: State) -> None:
    found = state.heap.get(value.address)
    if isinstance(found, ListObject):
        state.heap[value.address] = replaced(found, complete=False, items=())
    elif isinstance(found, DictObject):
        state.heap[value.address] = replaced(found, complete=False, entries=())
    elif isinstance(found, Instance):
        for item in found.attributes.values():
            engine.book.escapes.note(item)
        if not found.frozen:
            fixed = {name: item for name, item in found.attributes.items() if name in found.fixed_names}
            state.heap[value.address] = replaced(found, attributes=fixed, version=found.version + 1, symbolic=True)


def unknown_call(engine: Engine, function: Value, args: Args, state: State) -> Outcomes:
    """Call something of which nothing is known: its arguments escape."""
    engine.hooks.unseen(function, state)
    given = args.values()
    parts = [engine.term(value, state) for value in given]
    term = function.term if isinstance(function, Opaque) else None
    keeps = term is not None and term.kind is Kind.ATTRIBUTE and term.name in KEEPING_METHODS and not args.positional
    if engine.context.stack:
        for value in (*given, *_streams(args, state)):
            if not keeps or _was_split(value, state):
                give_key(engine, value, state)
            if type(value) is Tuple:
                _unresolved_items(engine, value, state)
    for value in given:
        if type(value) is Opaque:
            _escape(engine, value, state)
        elif type(value) is not Const and type(value) is not Symbol:
            for inner in reachable(value, state.heap, _GIVEN_AWAY):
                given_away(engine, state, inner)
            escape(engine, value, state)
    callee = engine.term(function, state)
    return [(Opaque(engine.terms.make(Kind.CALL, callee, *parts, engine.terms.fresh("call"))), state)]


def _streams(args: Args, state: State) -> Iterator[Value]:
    """Go through the keys that a call gives to the streams of a model."""
    rngs = args.keywords.get("rngs")
    found = state.heap.get(rngs.address) if isinstance(rngs, Ref) else None
    for _, value in found.entries if isinstance(found, DictObject) else ():
        if isinstance(value, Key):
            yield value


def _was_split(value: Value, state: State) -> bool:
    """Return whether a key was split: whoever keeps it then keeps what is used up."""
    first = state.ledger.get(LedgerKey(value.term)) if isinstance(value, (Key, Opaque)) else None
    return first is not None and first.kind is UseKind.SPLIT


def give_key(engine: Engine, value: Value, state: State) -> None:
    """Note that a key is given to something of which nothing is known, on a way that is not empty."""
    if not isinstance(value, (Key, Opaque)):
        return
    first = state.ledger.get(LedgerKey(value.term))
    if first is None and isinstance(value, Opaque):
        return
    use = _unknown_use(engine, value)
    if first is not None:
        engine.book.uses.suspect(first, use)
    if isinstance(value, Key):
        engine.book.uses.consume(LedgerKey(value.term, UNRESOLVED), use, state)


def _unresolved_items(engine: Engine, given: Tuple, state: State) -> None:
    """Note that a key which was split is handed over within a tuple, where more is made of the call than a record."""
    for item in given.items:
        if not (isinstance(item, (Key, Opaque)) and _was_split(item, state)):
            continue
        site = engine.context.stack[-1].site
        if not is_dropped(site.chunk, site.node):
            engine.book.uses.suspect(state.ledger[LedgerKey(item.term)], _unknown_use(engine, item))


def _unknown_use(engine: Engine, value: Key | Opaque) -> Use:
    """Return the use that the call which is followed may make of a key."""
    origin = value.origin if isinstance(value, Key) else 0
    return Use(tuple(engine.context.stack), UseKind.UNKNOWN, engine.context.stack[-1].label, value.term, origin)


def pure_call(engine: Engine, name: str, args: Args, state: State) -> Outcomes:
    """Call a function that only computes a value from its arguments."""
    if name in STOPWATCHES:
        engine.book.signs.stopwatches.read([step for step in engine.context.stack if step.turn is None])
    given, chooses = args.values(), name in SELECTING
    parts = [engine.term(value, state) for value in given]
    names = [engine.terms.const(keyword) for keyword in args.keywords]
    for value in given:
        if type(value) is Opaque or type(value) is Const:
            continue  # what most values are, and no key
        engine.book.read(value)
        if not chooses:
            engine.book.escapes.note(value)  # what only chooses between keys does nothing with them
    if not args.complete() or name.startswith(VOLATILE):
        parts.append(engine.terms.fresh("rest"))
    return [(Opaque(engine.terms.make(Kind.PURE, name, *parts, *names)), state)]
