"""Calls without an effect: what was followed once, and did nothing that a rule asks for, is not followed again."""

from __future__ import annotations

from collections.abc import Hashable
from typing import TYPE_CHECKING, NamedTuple

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.program import Effectless
from flake8_flax_rng.interpreter.domain.budget import EFFORT_REMEMBERED, NESTING_REMEMBERED, PARTS_REMEMBERED
from flake8_flax_rng.interpreter.domain.heap import DictObject, HeapObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term, parts
from flake8_flax_rng.interpreter.domain.values import (
    Class,
    Const,
    Function,
    Native,
    Opaque,
    Partial,
    Ref,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.domain.walk import children
from flake8_flax_rng.interpreter.paths.history import before as before_call

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State

_VARYING = (Kind.FRESH, Kind.CALL)
_EFFECTS = 3
"""The first marks count what a call does; the others say how far it went."""


class _Marks(NamedTuple):
    """How far the analysis had come when a call began."""

    events: int
    consumptions: int
    hits: int
    steps: int
    terms: int


def _marks(engine: Engine) -> _Marks:
    return _Marks(len(engine.events), engine.book.uses.count, engine.bounds.hits, engine.work.steps, engine.terms.count)


def begin(engine: Engine, function: Function, names: dict[str, Value], state: State) -> Call | None:
    """Return what a call depends on; None if it may have an effect, or depend on more."""
    if not engine.context.functions or function.code.generator or len(function.frames) != 1:
        return None
    read = _Reader(state)
    shape = tuple([(name, read.shape(value)) for name, value in names.items()])
    if read.failed:
        return None
    active = engine.context.activations[-1] if engine.context.activations else None
    around = (
        engine.context.runs[-1].initialising if engine.context.runs else None,
        (active.compact, active.known, active.setup) if active is not None else None,
        (bool(engine.context.traces), bool(engine.context.lanes), bool(engine.context.lifts)),
        (engine.context.muted, engine.book.uses.shapes_only),
        engine.chosen,
        engine.context.follow_runs,
    )
    return Call(
        engine.program.effectless, (function.code, function.frames, shape, around), function, read.terms, engine, state
    )


class Call:
    """A call that may have no effect.

    Args:
        known: the calls that had none.
        identity: what the call depends on.
        function: what is called.
        terms: the unknown values that it is given.
        engine: the analysis.
        state: the path, before the call.
    """

    __slots__ = ("_draws", "_engine", "_function", "_identity", "_known", "_marks", "_start", "_terms", "_versions")

    def __init__(
        self,
        known: dict[Hashable, Effectless],
        identity: Hashable,
        function: Function,
        terms: list[Term],
        engine: Engine,
        state: State,
    ):
        self._known = known
        self._identity = identity
        self._function = function
        self._terms = terms
        self._engine = engine
        self._start = state.epoch
        self._versions: dict[Term, int] = {}
        self._draws: object = None
        self._marks = _marks(engine)
        if identity not in known:
            self._start, self._versions, self._draws = state.mark(), dict(state.versions), state.draws

    def result(self, state: State) -> Value | None:
        """Return the result of such a call, with its effect on the path; None if it has to be followed."""
        known = self._known.get(self._identity)
        if known is None:
            return None
        for place in known.escaped:
            unknown_code.escape(self._engine, Opaque(self._terms[place]), state)
        make, code = self._engine.terms.make, self._function.code
        fresh = [self._engine.terms.fresh("call")] if known.varies else []
        term = make(Kind.CALL, make(Kind.FUNCTION, code.name, code.serial), *self._terms, *fresh)
        if known.items < 0:
            return Opaque(term)
        return Tuple(tuple([Opaque(make(Kind.ITEM, term, None, index)) for index in range(known.items)]))

    def end(self, outcomes: Outcomes) -> None:
        """Remember the call if it had no effect, and an unknown result."""
        engine = self._engine
        before, now = self._marks, _marks(engine)
        if len(outcomes) != 1 or now.steps - before.steps < EFFORT_REMEMBERED:
            return
        # Where a bound was reached, not all was seen of what the call does.
        if now[:_EFFECTS] != before[:_EFFECTS]:
            return
        value, state = outcomes[0]
        items = value.items if isinstance(value, Tuple) else (value,)
        drawn = bool(engine.context.runs) and state.draws != self._draws
        if drawn or state.ended or not all(isinstance(item, Opaque) for item in items):
            return
        written = before_call(state.epoch, self._start)
        if any(found is not None and state.heap.get(address) is not found for address, found in written.items()):
            return
        escaped = self._escaped(state)
        if escaped is not None:
            varies = any(part.kind in _VARYING for item in items for part in parts(engine.term(item, state)))
            self._known[self._identity] = Effectless(len(items) if isinstance(value, Tuple) else -1, varies, escaped)

    def _escaped(self, state: State) -> tuple[int, ...] | None:
        """Return which of the unknown arguments may have been changed; None if others may have been."""
        versions = self._versions
        changed = {term for term, version in state.versions.items() if version != versions.get(term, 0)}
        places = tuple([place for place, term in enumerate(self._terms) if term in changed])
        others = changed.difference(self._terms)
        return None if any(term.number < self._marks.terms for term in others) else places


class _Reader:
    """Reads what a call depends on: of unknown values only that they are unknown.

    Attributes:
        terms: the unknown values.
        failed: whether a key, a function or an object is among it that others could change.
    """

    def __init__(self, state: State):
        self._state = state
        self._parts = 0
        self.terms: list[Term] = []
        self.failed = False

    def shape(self, value: Value, depth: int = 0) -> Hashable:
        """Return what a value is, but for unknown ones."""
        self._parts += 1
        if self.failed or depth > NESTING_REMEMBERED or self._parts > PARTS_REMEMBERED:
            self.failed = True
            return None
        if type(value) is Opaque:
            self.terms.append(value.term)
            return value.known, value.last
        if isinstance(value, (Const, Symbol, Class)):
            return value
        holder = self._state.heap.get(value.address) if isinstance(value, Ref) else value
        what = _what(holder)
        self.failed = self.failed or what is None
        return what, *[self.shape(part, depth + 1) for part in children(value, self._state.heap)]


def _what(holder: Value | HeapObject | None) -> Hashable:
    """Return what a value is, but for the values inside of it; None where others could change it."""
    if isinstance(holder, Tuple):
        return "tuple"
    if isinstance(holder, ListObject):
        return "list", holder.complete
    if isinstance(holder, DictObject):
        return "dict", holder.complete, holder.present, tuple([key for key, _ in holder.entries])
    if isinstance(holder, Instance) and holder.given is None:
        return holder.cls, holder.frozen, holder.bound, holder.symbolic, tuple(holder.attributes)
    if isinstance(holder, Function):
        known = len(holder.frames) == 1 and holder.owner is None
        return ("function", holder.code.serial) if known else None
    if isinstance(holder, Native):
        return "native", holder.name
    if isinstance(holder, Partial):
        return "partial", len(holder.args), *[name for name, _ in holder.keywords]
    if isinstance(holder, Wrapped) and holder.lift is None:
        return "wrapped", holder.transform, *[name for name, _ in holder.options]
    return None
