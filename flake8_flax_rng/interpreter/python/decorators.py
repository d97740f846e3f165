"""Decorators: what a ``def`` or ``class`` is bound to in the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.kinds import Binding
from flake8_flax_rng.interpreter.domain.values import (
    Args,
    Descriptor,
    Function,
    Native,
    Opaque,
    Partial,
    Symbol,
    Value,
    Wrapped,
)
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.libraries import TABLES
from flake8_flax_rng.semantics.transforms import LIFTS

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State

_DESCRIPTORS = {
    "builtins.property": Binding.PROPERTY,
    "functools.cached_property": Binding.CACHED,
    "builtins.classmethod": Binding.CLASSMETHOD,
    "builtins.staticmethod": Binding.STATICMETHOD,
}


GETTER = "property.getter"


def decorate(engine: Engine, node: cst.FunctionDef, value: Value, state: State) -> Outcomes:
    """Apply the decorators of a function, the innermost first.

    Returns:
        one outcome for each path; an unknown decorator gives an unknown value.
    """
    rows: Outcomes = [(value, state)]
    for decorator in reversed(node.decorators):
        made = [(current, made) for current, at in rows for made in engine.eval(decorator.decorator, at)]
        for _, (function, _) in made:
            _note_table(engine, node, decorator.decorator, function)
        rows = [
            outcome
            for current, (function, after) in made
            for outcome in _applied(engine, decorator, function, current, after)
        ]
        for decorated, _ in rows:
            inner = undecorated(decorated)
            if isinstance(inner, Function):
                engine.program.functions[inner.code] = inner
    return rows


def lift_class(engine: Engine, decorators: list[cst.Decorator], cls: Value, state: State) -> Outcomes:
    """Apply the lifted transforms of Linen among the decorators of a class; any other returns the class itself."""
    rows: Outcomes = [(cls, state)]
    for decorator in reversed(decorators):
        function, state = engine.eval_one(decorator.decorator, state)
        transform = function.function if isinstance(function, Partial) else function
        if isinstance(transform, Symbol) and transform.path in LIFTS:
            site = engine.site(decorator)
            rows = [row for current, at in rows for row in engine.call(function, Args([current]), at, site)]
    return rows


def _note_table(engine: Engine, node: cst.FunctionDef, decorator: cst.BaseExpression, function: Value) -> None:
    """Note a decorator that runs its function once for each row of a table."""
    term = function.term if isinstance(function, Opaque) and isinstance(decorator, cst.Call) else None
    callee = term.callee if term is not None else None
    path = callee.path if callee is not None else term.function if term is not None else None
    if isinstance(decorator, cst.Call) and path in TABLES:
        engine.book.signs.tables.note(decorator, node)


def undecorated(value: Value) -> Value:
    """Return the function inside of transforms and descriptors."""
    while isinstance(value, (Wrapped, Descriptor)):
        value = value.function
    return value


def _applied(engine: Engine, decorator: cst.Decorator, function: Value, value: Value, state: State) -> Outcomes:
    if isinstance(function, Symbol):
        kind = _DESCRIPTORS.get(function.path)
        if kind is not None:
            return [(Descriptor(kind, value), state)]
        if function.path == "flax.linen.compact":
            return [(compacted(value), state)]
        if function.path.startswith(("builtins.", "typing.", "abc.")):
            return [(value, state)]
    if isinstance(function, Native) and isinstance(function.receiver, Descriptor):
        return [(replaced(function.receiver, function=value) if function.name == GETTER else function.receiver, state)]
    return engine.call(function, Args([value]), state, engine.site(decorator))


def compacted(value: Value) -> Value:
    """Return a method under ``flax.linen.compact``."""
    if isinstance(value, Function):
        return replaced(value, compact=True)
    if isinstance(value, Wrapped):
        return replaced(value, function=compacted(value.function))
    return value
