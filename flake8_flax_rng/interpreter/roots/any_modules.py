"""Modules of NNX that stand for any of their class: what the constructor stores, in whatever mode and however far it
has counted.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.values import Class, Function, Key, Ref, Symbol, Value
from flake8_flax_rng.interpreter.domain.walk import CONTAINERS, reachable
from flake8_flax_rng.interpreter.nnx import graph, streams
from flake8_flax_rng.interpreter.python import lineage
from flake8_flax_rng.interpreter.python.decorators import undecorated
from flake8_flax_rng.interpreter.roots.templates import CONSTRUCTOR, Template, Templates
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.nnx import MODE_FLAGS, MODULES

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.paths.state import State

_ASSIGNED = re.compile(r"\bself\.(\w+)\s*(?::[^=\n]+)?=[^=]")


class AnyModules(Templates):
    """Makes modules that stand for any of their class."""

    def of(self, cls: Class, state: State) -> Ref | None:
        """Return any module of a class; None where the class is no module of NNX, or makes itself of itself."""
        if not lineage.derives(cls, MODULES):
            return None
        ref = self._template(cls, state)
        if ref is None:
            return None
        made = graph.Copying(self._engine, state, lambda _, found: self._stream(found)).of(ref)
        return made if isinstance(made, Ref) else None

    def _stream(self, found: Instance) -> Instance:
        """Return a stream that stands for another one: nothing is known of its root, and how far it has counted."""
        fresh = Key(self._engine.terms.fresh("root"))
        attributes = {streams.ROOT: fresh, streams.COUNT: self._engine.unknown("count")}
        return replaced(found, attributes={**found.attributes, **attributes})

    def _built(self, cls: Class, state: State) -> Template:
        """Follow the constructor of a class for any arguments, and keep the modules and streams that it stores."""
        engine = self._engine
        ref, found, state = self._constructed(Instance(cls, symbolic=True), state)
        others = _set_elsewhere(cls)
        kept = {
            name: value for name, value in found.attributes.items() if name not in others and _is_of_nnx(value, state)
        }
        state.heap[ref.address] = Instance(cls, kept, symbolic=True)
        for inner, module in list(graph.modules_of(ref, state)):
            for flag in MODE_FLAGS & module.attributes.keys():
                module = module.set(flag, engine.unknown(flag))
            state.heap[inner.address] = module
        addresses = [value.address for value in reachable(ref, state.heap) if isinstance(value, Ref)]
        return ref, {address: state.heap[address] for address in addresses if address in state.heap}


def _set_elsewhere(cls: Class) -> set[str]:
    """Return the attributes that other methods than the constructor set."""
    found: set[str] = set()
    for base in lineage.ancestors(cls):
        for name, value in base.members.items() if isinstance(base, Class) else ():
            method = undecorated(value)
            if name != CONSTRUCTOR and isinstance(method, Function):
                found.update(_assigned(method))
    return found


def _assigned(method: Function) -> set[str]:
    """Return the attributes of its first parameter that a method sets, as its text says."""
    text = method.code.chunk.code(method.code.node)
    return set(_ASSIGNED.findall(text))


def _is_of_nnx(value: Value, state: State) -> bool:
    """Return whether a value is a module or a stream, or a container of these."""
    found = state.heap.get(value.address) if isinstance(value, Ref) else None
    if found is None or isinstance(found, Instance):
        return found is not None and graph.is_object(value, state) and not _is_variable(found)
    return any(graph.is_object(inner, state) for inner in reachable(value, state.heap, CONTAINERS))


def _is_variable(found: Instance) -> bool:
    return isinstance(found.cls, Symbol) and "value" in found.attributes
