"""Keys that a function hands out of sight: to whoever holds an object that it was given, or takes what it yields.

Whoever gets the key is to draw from it; a function that splits it afterwards makes its own next keys from the same one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.events import Step, Use
from flake8_flax_rng.interpreter.domain.kinds import UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import NAMED_ELSEWHERE, Kind
from flake8_flax_rng.interpreter.domain.values import Key, Opaque, Value
from flake8_flax_rng.interpreter.domain.walk import CONTAINERS, reachable
from flake8_flax_rng.interpreter.paths.state import HANDED_OUT, LedgerKey

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State


def to_holder(engine: Engine, owner: Value, value: Value, node: cst.CSTNode, state: State) -> None:
    """Note the keys in a value that is stored in an object.

    Args:
        engine: the analysis.
        owner: the object; only one that the function was given counts.
        value: the value.
        node: the place in the object.
        state: the path.
    """
    if isinstance(owner, Opaque) and _given(owner.term):
        to_anybody(engine, value, node, state)


def to_anybody(engine: Engine, value: Value, node: cst.CSTNode, state: State) -> None:
    """Note the keys in a value that goes out of sight of a function which is followed for any arguments.

    Args:
        engine: the analysis.
        value: the value.
        node: where that happens.
        state: the path.
    """
    if any(step.turn is None for step in engine.context.stack):
        return
    for inner in reachable(value, state.heap, CONTAINERS):
        if isinstance(inner, Key) or (isinstance(inner, Opaque) and inner.term.kind in NAMED_ELSEWHERE):
            step = Step(engine.site(node), owner=engine.owner())
            origin = inner.origin if isinstance(inner, Key) else 0
            use = Use((*engine.context.stack, step), UseKind.UNKNOWN, "", inner.term, origin)
            state.ledger.setdefault(LedgerKey(inner.term, HANDED_OUT), use)


def _given(term: Term | None) -> bool:
    """Return whether a value is a parameter, or stands in one."""
    while term is not None and term.kind in NAMED_ELSEWHERE and term.kind is not Kind.PARAMETER:
        term = term.part(0)
    return term is not None and term.kind is Kind.PARAMETER
