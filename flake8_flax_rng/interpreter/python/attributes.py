"""Attributes: ``x.name`` for every kind of value."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import libcst as cst

from flake8_flax_rng.interpreter.checks import key_contract
from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.context import attribute_frame
from flake8_flax_rng.interpreter.domain.budget import SYMBOLS_REMEMBERED
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance
from flake8_flax_rng.interpreter.domain.kinds import Binding
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    Class,
    Const,
    Descriptor,
    Function,
    Key,
    Keys,
    Native,
    Opaque,
    Partial,
    Ref,
    Rows,
    Stacked,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.python import classes, lineage
from flake8_flax_rng.interpreter.python.array_shapes import SHAPING
from flake8_flax_rng.semantics.linen import TRAIN_STATES
from flake8_flax_rng.semantics.names import canonical

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State

_OF_CONTAINERS = frozenset(name for kind in (list, dict, set, deque) for name in dir(kind))
_OF_A_VARIABLE = ("value", "raw_value", "get_value")
"""What a variable that holds a key calls the key; a key has no such attributes."""

_STAGES = ("lower", "trace", "eval_shape")


def evaluate(engine: Engine, node: cst.Attribute, state: State) -> Outcomes:
    """Evaluate ``x.name``."""
    spine: list[cst.Attribute] = []
    inner: cst.BaseExpression = node
    while type(inner) is cst.Attribute:
        spine.append(inner)
        inner = inner.value
    rows = engine.eval(inner, state)
    for part in reversed(spine):
        name, before = part.attr.value, rows
        if len(rows) == 1:
            rows = attribute(engine, part, rows[0][0], name, rows[0][1])
        else:
            rows = [outcome for value, at in rows for outcome in attribute(engine, part, value, name, at)]
        if before and rows:
            owner = before[0][0]
            if type(owner) is Ref:
                _note_held(engine, part, owner, rows[0])
    return rows


def _note_held(engine: Engine, node: cst.Attribute, owner: Ref, row: tuple[Value, State]) -> None:
    """Note a key that an object holds."""
    value = row[0]
    if not isinstance(value, (Key, Opaque)):
        return
    _note_holder(engine, node, owner, row)
    if engine.context.traces and isinstance(value, Key):
        key_contract.check_kept(engine, node, owner, value)


def _note_holder(engine: Engine, node: cst.Attribute, owner: Ref, row: tuple[Value, State]) -> None:
    """Note how an object can be given another key."""
    found = row[1].heap.get(owner.address)
    if not isinstance(found, Instance):
        return
    holders = engine.book.holders
    if engine.context.traces:
        # What is assigned while JAX traces is a tracer, and is not assigned again in later calls.
        holders[node] = None
    elif node not in holders:
        holders[node] = classes.holder(found, node.attr.value)


def attribute(engine: Engine, node: cst.CSTNode, value: Value, name: str, state: State) -> Outcomes:
    """Return attribute ``name`` of a value, as read at ``node``."""
    if name == "__dict__" and not isinstance(value, Symbol):
        unknown_code.escape(engine, value, state)
        return [(engine.unknown(name), state)]
    return _BY_TYPE.get(type(value), _of_any)(engine, node, value, name, state)


def _of_any(engine: Engine, node: cst.CSTNode, value: Value, name: str, state: State) -> Outcomes:
    return [(engine.unknown(name), state)]


def _of_constant(engine: Engine, node: cst.CSTNode, value: Value, name: str, state: State) -> Outcomes:
    return [(Opaque(engine.terms.make(Kind.ATTRIBUTE, engine.term(value, state), name)), state)]


def _of_symbol(engine: Engine, node: cst.CSTNode, value: Symbol, name: str, state: State) -> Outcomes:
    inner = _member(value.path, name, value.home)
    others = engine.files.others if inner.home else None
    return [(inner if others is None else others.resolve(inner, state), state)]


@lru_cache(maxsize=SYMBOLS_REMEMBERED)
def _member(path: str, name: str, home: str) -> Symbol:
    return Symbol(canonical(f"{path}.{name}"), home)


def _of_object(engine: Engine, node: cst.CSTNode, value: Ref, name: str, state: State) -> Outcomes:
    found = state.heap.get(value.address)
    if isinstance(found, Instance):
        held = found.attributes.get(name)
        if held is not None:
            return [(held, state)]
        return classes.attribute(engine, value, found, name, state, engine.site(node))
    if name not in _OF_CONTAINERS:
        return _of_constant(engine, node, value, name, state)
    kind = "dict" if isinstance(found, DictObject) else "list"
    return [(Native(f"{kind}.{name}", value), state)]


def _of_partial(engine: Engine, node: cst.CSTNode, value: Partial, name: str, state: State) -> Outcomes:
    if value.function == Symbol("builtins.super"):
        owner, receiver = value.args
        assert isinstance(owner, Class)
        return classes.super_attribute(engine, owner, receiver, name, state, engine.site(node))
    return [(value.function if name == "func" else engine.unknown(name), state)]


def _of_function(engine: Engine, node: cst.CSTNode, value: Function, name: str, state: State) -> Outcomes:
    return [(Const(value.code.name) if name == "__name__" else engine.unknown(name), state)]


def _of_descriptor(engine: Engine, node: cst.CSTNode, value: Descriptor, name: str, state: State) -> Outcomes:
    if value.kind is Binding.PROPERTY and name in ("getter", "setter", "deleter"):
        return [(Native(f"property.{name}", value), state)]
    return _of_any(engine, node, value, name, state)


def _of_wrapped(engine: Engine, node: cst.CSTNode, value: Wrapped, name: str, state: State) -> Outcomes:
    return [(Native("abstract", value) if name in _STAGES else engine.unknown(name), state)]


def _of_class(engine: Engine, node: cst.CSTNode, cls: Class, name: str, state: State) -> Outcomes:
    value = classes.member(cls, name, state)
    if value is not None:
        if isinstance(value, Descriptor) and value.kind is not Binding.PROPERTY:
            return classes.bind(engine, value, cls, cls, state, engine.site(node))
        if isinstance(value, Const) and _is_enum(cls):
            return [(Opaque(engine.terms.make(Kind.MEMBER, cls.name, cls.serial, name)), state)]
        return [(value, state)]
    if name == "create" and lineage.derives(cls, TRAIN_STATES):
        return [(Native("state.create", cls), state)]
    term = engine.terms.make(Kind.ATTRIBUTE, engine.terms.make(Kind.CLASS, cls.name, cls.serial), name)
    return [(Opaque(term), state)]


def _is_enum(cls: Class) -> bool:
    return any(isinstance(base, Symbol) and base.path.startswith("enum.") for base in lineage.ancestors(cls))


def _of_rows(engine: Engine, node: cst.CSTNode, value: Rows, name: str, state: State) -> Outcomes:
    return (_of_keys if name in SHAPING else _of_any)(engine, node, value, name, state)


def _of_keys(
    engine: Engine, node: cst.CSTNode, value: Key | Keys | Rows | Stacked, name: str, state: State
) -> Outcomes:
    if name == "at" and isinstance(value, Key):
        return [(Opaque(engine.terms.make(Kind.WORDS, value.term)), state)]
    if name in _OF_A_VARIABLE:
        return [(value, state) if name != "get_value" else (Native("variable.get_value", value), state)]
    if name in SHAPING or name in ("T", "squeeze", "astype", "copy", "at"):
        return [(Native(f"key.{name}", value), state)]
    if name == "shape" and isinstance(value, Keys) and value.count is not None and not value.inner:
        legacy = engine.book.origins.legacy(value.origin)
        if legacy is not None:
            return [(Tuple((Const(value.count), *([Const(2)] if legacy else []))), state)]
    term = engine.terms.make(Kind.ATTRIBUTE, engine.term(value, state), name)
    return [(Opaque(term), state)]


def _of_unknown(engine: Engine, node: cst.CSTNode, value: Opaque, name: str, state: State) -> Outcomes:
    stored = state.lookup(attribute_frame(value), name)
    if stored is not None:
        return [(stored, state)]
    version = state.versions.get(value.term, 0)
    parts = (name, version) if version else (name,)
    return [(Opaque(engine.terms.make(Kind.ATTRIBUTE, value.term, *parts)), state)]


_BY_TYPE: dict[type[Value], Callable[[Engine, Any, Any, str, State], Outcomes]] = {
    Symbol: _of_symbol,
    Ref: _of_object,
    Class: _of_class,
    Partial: _of_partial,
    Key: _of_keys,
    Keys: _of_keys,
    Stacked: _of_keys,
    Rows: _of_rows,
    Opaque: _of_unknown,
    Wrapped: _of_wrapped,
    Function: _of_function,
    Descriptor: _of_descriptor,
    Const: _of_constant,
    Tuple: _of_constant,
}
