"""Objects that stand for any of their class: the constructor is followed once for each class, for any arguments."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.values import Class, Function, Ref, Value
from flake8_flax_rng.interpreter.paths.join import merge
from flake8_flax_rng.interpreter.python import classes

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.heap import HeapObject, Instance
    from flake8_flax_rng.interpreter.paths.state import State

Follow = Callable[[Function, "State", Value], "list[State]"]
"""Follows a method of an object for any arguments; one state for each path on which it returns."""

Template = tuple[Ref, "dict[int, HeapObject]"]
"""An object, and what belongs to it in the heap."""

CONSTRUCTOR = "__init__"


class Templates(ABC):
    """Makes objects that stand for any of their class.

    Args:
        engine: the analysis.
        follow: follows a method.
    """

    def __init__(self, engine: Engine, follow: Follow):
        self._engine = engine
        self._follow = follow
        self._known: dict[int, Template | None] = {}

    def _template(self, cls: Class, state: State) -> Ref | None:
        """Put the object of a class into a path; None where it is asked for while it is built."""
        if cls.serial not in self._known:
            self._known[cls.serial] = None  # for a class whose constructor asks for one of its own
            self._known[cls.serial] = self._built(cls, state.fork())
        known = self._known[cls.serial]
        if known is None:
            return None
        ref, heap = known
        state.heap.update(heap)
        return ref

    @abstractmethod
    def _built(self, cls: Class, state: State) -> Template:
        """Build the object of a class on a path of its own."""

    def _constructed(self, found: Instance, state: State, abroad: bool = True) -> tuple[Ref, Instance, State]:
        """Follow the constructor of an object.

        Args:
            found: the object as it is before.
            state: the path.
            abroad: whether a constructor of another file is followed too.

        Returns:
            the object, what it is afterwards, and the path.
        """
        ref = self._engine.allocate(state, found)
        constructor = classes.member(found.cls, CONSTRUCTOR) if isinstance(found.cls, Class) else None
        if isinstance(constructor, Function) and (abroad or not constructor.code.chunk.file):
            ends = [end for end in self._follow(constructor, state, ref) if end.instance(ref) is not None]
            state = merge(ends, self._engine.unknown, kept=1)[0] if ends else state
        made = state.instance(ref)
        assert made is not None
        return ref, made, state
