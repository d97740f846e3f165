"""Modules of Equinox that stand for any of their class: the layers that the constructor stores, in whatever mode."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.heap import HeapObject, Instance
from flake8_flax_rng.interpreter.domain.values import Class, Function, Ref, Symbol, Value
from flake8_flax_rng.interpreter.domain.walk import OBJECTS, reachable
from flake8_flax_rng.interpreter.libraries import equinox
from flake8_flax_rng.interpreter.paths.join import merge
from flake8_flax_rng.interpreter.python import classes, declared_types, lineage
from flake8_flax_rng.semantics.libraries import PART_MODULES

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State

Follow = Callable[[Function, "State", Value], "list[State]"]
"""Follows a method of an object for any arguments; one state for each path on which it returns."""

_CONSTRUCTOR = "__init__"


class AnyEquinoxModules:
    """Makes modules that stand for any of their class.

    Args:
        engine: the analysis.
        follow: follows a method.
    """

    def __init__(self, engine: Engine, follow: Follow):
        self._engine = engine
        self._follow = follow
        self._known: dict[int, tuple[Ref, dict[int, HeapObject]] | None] = {}

    def of(self, cls: Class, state: State) -> Ref | None:
        """Return any module of a class; None where the class is none of Equinox, or makes itself of itself."""
        if not lineage.derives(cls, PART_MODULES):
            return None
        if cls.serial not in self._known:
            self._known[cls.serial] = None  # for a class whose constructor asks for one of its own
            with self._engine.work.aside():
                self._known[cls.serial] = self._built(cls, state.fork())
        known = self._known[cls.serial]
        if known is None:
            return None
        ref, heap = known
        state.heap.update(heap)
        return ref

    def declared(self, cls: Class, state: State) -> Ref | None:
        """Return any module of the class that a parameter is said to be, unless another class derives from it."""
        others = (other for other in self._engine.program.classes if other is not cls)
        return None if any(cls in lineage.ancestors(other) for other in others) else self.of(cls, state)

    def _built(self, cls: Class, state: State) -> tuple[Ref, dict[int, HeapObject]]:
        """Follow the constructor of a class for any arguments, and keep the layers that it stores.

        That of a class of another file is not followed: its fields say what it holds.
        """
        engine = self._engine
        ref = engine.allocate(state, Instance(cls, frozen=True, symbolic=True))
        constructor = classes.member(cls, _CONSTRUCTOR)
        if isinstance(constructor, Function) and not constructor.code.chunk.file:
            ends = [end for end in self._follow(constructor, state, ref) if end.instance(ref) is not None]
            state = merge(ends, engine.unknown, kept=1)[0] if ends else state
        found = state.instance(ref)
        assert found is not None
        kept = {name: value for name, value in found.attributes.items() if equinox.holds_modules(value, state)}
        kept.update(self._said(cls, set(found.attributes), state))
        state.heap[ref.address] = Instance(cls, kept, frozen=True, symbolic=True)
        any_mode = equinox.with_flag(engine, ref, None, state)
        assert isinstance(any_mode, Ref)
        addresses = [value.address for value in reachable(any_mode, state.heap, OBJECTS) if isinstance(value, Ref)]
        return any_mode, {address: state.heap[address] for address in addresses if address in state.heap}

    def _said(self, cls: Class, but: set[str], state: State) -> dict[str, Value]:
        """Return the layers and modules that the fields of a class are said to hold."""
        found: dict[str, Value] = {}
        for base in lineage.ancestors(cls):
            for name, said in base.annotations.items() if isinstance(base, Class) else ():
                if name not in but and name not in found and isinstance(base, Class):
                    held = self._held(said, base.frames, state)
                    found.update({name: held} if held is not None else {})
        return found

    def _held(self, said: cst.BaseExpression, frames: tuple[int, ...], state: State) -> Ref | None:
        named = declared_types.meant(self._engine, said, frames, state)
        if isinstance(named, Symbol) and named.path in equinox.INSTANCES:
            return self._engine.allocate(state, equinox.any_layer(self._engine, named.path))
        return self.declared(named, state) if isinstance(named, Class) else None
