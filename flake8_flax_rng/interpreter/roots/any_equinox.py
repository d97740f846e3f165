"""Modules of Equinox that stand for any of their class: the layers that the constructor stores, in whatever mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.values import Class, Ref, Symbol, Value
from flake8_flax_rng.interpreter.domain.walk import OBJECTS, reachable
from flake8_flax_rng.interpreter.libraries import equinox
from flake8_flax_rng.interpreter.python import declared_types, lineage
from flake8_flax_rng.interpreter.roots.templates import Template, Templates
from flake8_flax_rng.semantics.libraries import PART_MODULES

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.paths.state import State


class AnyEquinoxModules(Templates):
    """Makes modules that stand for any of their class."""

    def of(self, cls: Class, state: State) -> Ref | None:
        """Return any module of a class; None where the class is none of Equinox, or makes itself of itself."""
        return self._template(cls, state) if lineage.derives(cls, PART_MODULES) else None

    def declared(self, cls: Class, state: State) -> Ref | None:
        """Return any module of the class that a parameter is said to be, unless another class derives from it."""
        others = (other for other in self._engine.program.classes if other is not cls)
        return None if any(cls in lineage.ancestors(other) for other in others) else self.of(cls, state)

    def _built(self, cls: Class, state: State) -> Template:
        """Follow the constructor of a class for any arguments, and keep the layers that it stores.

        That of a class of another file is not followed: its fields say what it holds.
        """
        with self._engine.work.aside():
            return self._with_layers(cls, state)

    def _with_layers(self, cls: Class, state: State) -> Template:
        engine = self._engine
        ref, found, state = self._constructed(Instance(cls, frozen=True, symbolic=True), state, abroad=False)
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
