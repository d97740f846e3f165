"""Assignment: binding a value to whatever stands on the left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.checks import key_contract
from flake8_flax_rng.interpreter.core import handed_out, unknown_code
from flake8_flax_rng.interpreter.core.context import attribute_frame, class_frame
from flake8_flax_rng.interpreter.domain.events import Misused
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.kinds import Binding, Misuse
from flake8_flax_rng.interpreter.domain.term_kinds import NAMED_ELSEWHERE, Kind
from flake8_flax_rng.interpreter.domain.values import (
    Class,
    Const,
    Descriptor,
    Key,
    Keys,
    Opaque,
    Ref,
    Stacked,
    Symbol,
    Value,
)
from flake8_flax_rng.interpreter.python import classes, subscripts
from flake8_flax_rng.interpreter.python.iteration import element, known_items
from flake8_flax_rng.interpreter.python.lineage import derives
from flake8_flax_rng.interpreter.python.names import dotted
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.nnx import MODULES, VARIABLES

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State

_IN_A_GRAPH = MODULES | VARIABLES


def assign(engine: Engine, target: cst.CSTNode, value: Value, state: State, walrus: bool = False) -> None:
    """Bind ``value`` to a target.

    Args:
        engine: the analysis.
        target: a name, tuple, list, starred element, attribute or subscript.
        value: the value.
        state: the path; it is changed.
        walrus: whether the target stands in an expression, where comprehensions bind outside of themselves.
    """
    if type(target) is cst.Name:
        _bind_name(engine, target, value, state, walrus)
    elif type(target) is cst.Tuple or type(target) is cst.List:
        _unpack(engine, target, value, state)
    elif type(target) is cst.Attribute:
        _assign_attribute(engine, target, value, state)
    elif type(target) is cst.StarredElement:
        assign(engine, target.value, value, state)
    elif type(target) is cst.Subscript:
        engine.book.read(value)
        engine.book.escapes.note(value)
        for (owner, index), _ in (
            ((row[0], row[1] if len(row) > 1 else None), after)
            for row, after in engine.eval_all([target.value, *subscripts.plain_index(target)], state)[:1]
        ):
            handed_out.to_holder(engine, owner, value, target, state)
            _set_item(engine, owner, index, value, state)


def _bind_name(engine: Engine, target: cst.Name, value: Value, state: State, walrus: bool) -> None:
    name, scope = target.value, engine.context.scope
    state.bind(scope.frame_of(name, walrus), name, value)
    if name in scope.redirected:
        engine.book.escapes.note(value)  # others read it, and need not stand in sight
    if isinstance(value, Opaque):
        if value.term.kind in NAMED_ELSEWHERE:
            engine.book.origins.bind(value.term, name, engine.owner(), engine.site(target))
    elif isinstance(value, Key):
        engine.book.origins.bind(value.term, name, engine.owner(), engine.site(target))
        engine.book.origins.name(value, name, engine.owner())
    elif isinstance(value, Keys):
        engine.book.origins.name_array(value, name)


def _assign_attribute(engine: Engine, target: cst.Attribute, value: Value, state: State) -> None:
    engine.book.read(value)
    if isinstance(value, Key):
        engine.book.origins.name(value, dotted(target), engine.owner())
    owners = engine.eval(target.value, state)[:1]
    if not any(_in_sight(owner, state) for owner, _ in owners):
        engine.book.escapes.note(value)
    for owner, _ in owners:
        if not _in_graph(owner, state):
            key_contract.check_leak(engine, target, owner, value, state)
        handed_out.to_holder(engine, owner, value, target, state)
        set_attribute(engine, owner, target.attr.value, value, state)


def _in_graph(owner: Value, state: State) -> bool:
    """Return whether an object is a module of NNX, whose attributes a transform hands on and back, or copies."""
    found = state.instance(owner)
    return found is not None and derives(found.cls, _IN_A_GRAPH)


def _in_sight(owner: Value, state: State) -> bool:
    """Return whether an object was made on this path, so that it shows what becomes of a key that is stored there."""
    found = state.instance(owner)
    return found is not None and not found.symbolic


def _unpack(engine: Engine, target: cst.Tuple | cst.List, value: Value, state: State) -> None:
    elements = list(target.elements)
    star = next((i for i, item in enumerate(elements) if type(item) is cst.StarredElement), None)
    items = known_items(value, state)
    count = len(elements)
    if isinstance(value, (Keys, Stacked)) and value.count is not None:
        least = count if star is None else count - 1
        if value.count < least or (star is None and value.count != count):
            made = engine.book.origins.site_of(value)
            engine.emit(Misused(Misuse.UNPACK, engine.site(target), str(count), str(value.count), other=made))
            state.ended = True
    if star is None:
        found = state.instance(value)
        if found is not None:
            engine.hooks.unpacked(found, count, state, engine.site(target))
        for index, item in enumerate(elements):
            assign(engine, item.value, element(engine, value, index, state), state)
        return
    after = count - star - 1
    for index in range(star):
        assign(engine, elements[index].value, element(engine, value, index, state), state)
    if items is not None and len(items) >= count - 1:
        rest: Value = engine.allocate(state, ListObject(tuple(items[star : len(items) - after])))
    elif isinstance(value, Keys) and (after == 0 or value.count is not None):
        left = None if value.count is None else max(0, value.count - star - after)
        rest = replaced(value, start=value.start + star, count=left)
    else:
        rest = engine.unknown("rest")
    assign(engine, elements[star].value, rest, state)
    total = len(items) if items is not None else value.count if isinstance(value, Keys) else None
    for offset in range(after):
        place = total - after + offset if total is not None else None
        last = element(engine, value, place, state) if place is not None else engine.unknown("last")
        assign(engine, elements[star + 1 + offset].value, last, state)


def set_attribute(engine: Engine, owner: Value, name: str, value: Value, state: State) -> None:
    """Set an attribute of a value."""
    if isinstance(owner, Ref):
        found = state.heap.get(owner.address)
        if isinstance(found, Instance) and _is_property(found, name, state):
            # What the setter does with it is not followed.
            for given in (value, owner):
                unknown_code.escape(engine, given, state)
        elif isinstance(found, Instance):
            engine.hooks.stored(owner, name, value, state)
            state.heap[owner.address] = found.set(name, value)
    elif isinstance(owner, Symbol) and engine.files.others is not None:
        engine.files.others.store(owner, name, value, state)
    elif isinstance(owner, Class):
        frame = class_frame(owner)
        if not state.has_frame(frame):
            state.open_frame(frame, {})
        state.bind(frame, name, value)
    elif isinstance(owner, Opaque):
        if owner.term.kind is Kind.VARIABLE and engine.context.stack:
            engine.hooks.written(value, state, engine.context.stack[-1].site)
        frame = attribute_frame(owner)
        if not state.has_frame(frame):
            state.open_frame(frame, {})
        state.bind(frame, name, value)


def _is_property(found: Instance, name: str, state: State) -> bool:
    member = classes.member(found.cls, name, state) if isinstance(found.cls, Class) else None
    return isinstance(member, Descriptor) and member.kind is Binding.PROPERTY


def _set_item(engine: Engine, owner: Value, index: Value | None, value: Value, state: State) -> None:
    if isinstance(owner, Opaque):
        state.versions[owner.term] = state.versions.get(owner.term, 0) + 1
    if not isinstance(owner, Ref):
        return
    found = state.heap.get(owner.address)
    held = subscripts.variable(owner, state)
    if held is not None:
        state.heap[owner.address] = held.set("value", value)
    elif isinstance(found, DictObject):
        if isinstance(index, Const):
            state.heap[owner.address] = found.set(index, value)
        else:
            present = found.present | ({engine.term(index, state)} if index is not None else set())
            state.heap[owner.address] = DictObject((), complete=False, present=present)
    elif isinstance(found, ListObject):
        place = index.value if isinstance(index, Const) else None
        if isinstance(place, int) and found.complete and -len(found.items) <= place < len(found.items):
            items = list(found.items)
            items[place] = value
            state.heap[owner.address] = ListObject(tuple(items))
        else:
            state.heap[owner.address] = ListObject((), complete=False)
