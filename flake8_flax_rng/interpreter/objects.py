"""Objects whose methods are followed by themselves, with the modules that their classes are certain to give them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter import classes, lasting
from flake8_flax_rng.interpreter.decorators import undecorated
from flake8_flax_rng.interpreter.engine import HEIR, KNOWN
from flake8_flax_rng.interpreter.heap import Instance
from flake8_flax_rng.interpreter.values import NONE, Class, Function, FunctionCode, Ref, Symbol
from flake8_flax_rng.semantics.linen import INITIALISING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.engine import Engine
    from flake8_flax_rng.interpreter.state import State
    from flake8_flax_rng.syntax.source import Chunk

Follow = Callable[[Function, "State", Ref], "list[State]"]
"""Follows a method of an object for any arguments; one state for each path on which it returns."""

_CONSTRUCTOR = "__init__"
_RUNNING = re.compile(rf"\.(?:{'|'.join((*INITIALISING, 'apply', 'apply_fn', 'bind'))})\b")
"""What a class says that runs a model; to any other it does not matter which model it holds."""

_SETTERS = 2
"""Other methods of a class that are followed for what they store."""


class Objects:
    """Objects that stand for any of their classes.

    Args:
        engine: the analysis.
        chunks: the linted file's text in pieces.
        follow: follows a method.
    """

    def __init__(self, engine: Engine, chunks: list[Chunk], follow: Follow):
        self._engine = engine
        self._chunks = chunks
        self._follow = follow
        self._known: dict[int, lasting.Lasting] = {}
        self._complete: set[int] = set()
        self._stores: lasting.Stores | None = None

    def is_constructor(self, owner: Class, function: Function) -> bool:
        """Return whether a function is the constructor of a class."""
        return function.code.name == _CONSTRUCTOR and classes.member(owner, _CONSTRUCTOR) == function

    def any_with(self, owner: Class, function: Function, state: State) -> Ref:
        """Return any object that has a method, with the modules that its class has made for it.

        Where a class leaves something to the classes that derive from it, it is an object of the first of these.
        """
        engine = self._engine
        if _RUNNING.search(function.code.chunk.text) is None:
            return self._object(owner, lasting.Lasting(), state)
        cls = self.heir(function) or owner
        with engine.without_runs():
            known = self._known.get(cls.serial) or self.constructed(cls, state.fork())
            if cls.serial not in self._complete:
                self._complete.add(cls.serial)
                self._set_later(cls, known, state.fork())
        known.give(state)
        engine.example = max(known.example, HEIR if cls is not owner else KNOWN)
        return self._object(cls, known, state)

    def heir(self, function: Function) -> Class | None:
        """Return a class that inherits a method, and gives its class members that are missing there."""
        owner = function.owner
        if owner is None or classes.is_linen(owner):
            return None
        wanted = [name for name, value in owner.members.items() if value == NONE]
        for heir in self._engine.classes if wanted else ():
            lineage = list(classes.ancestors(heir)) if heir is not owner else []
            if owner not in lineage or None in lineage:
                continue
            inherited = classes.member(heir, function.code.name) == classes.member(owner, function.code.name)
            if inherited and any(name in heir.members for name in wanted):
                return heir
        return None

    def constructed(self, owner: Class, state: State) -> lasting.Lasting:
        """Follow the constructor of a class for any arguments, and keep the modules that it stores for good."""
        self._known[owner.serial] = known = lasting.Lasting()
        constructor = classes.member(owner, _CONSTRUCTOR)
        if isinstance(constructor, Function):
            ref = self._object(owner, known, state)
            known = self._left(owner, ref, _CONSTRUCTOR, self._follow(constructor, state, ref))
        self._known[owner.serial] = known
        self._complete.discard(owner.serial)
        return known

    def _object(self, cls: Class, known: lasting.Lasting, state: State) -> Ref:
        found = Instance(cls, dict(known.names), symbolic=True, lasting=frozenset(known.names))
        return self._engine.allocate(state, found)

    def _set_later(self, owner: Class, known: lasting.Lasting, state: State) -> None:
        """Add what the one method stores that sets an attribute, if the constructor does not."""
        setters = self._read(owner).setters(_names(owner), _CONSTRUCTOR)
        for name in list(setters)[:_SETTERS]:
            method = classes.member(owner, name)
            if not isinstance(method, Function):
                continue
            path = state.fork()
            known.give(path)
            ref = self._object(owner, known, path)
            left = self._left(owner, ref, name, self._follow(method, path, ref))
            known.add(left, setters[name])

    def _left(self, owner: Class, ref: Ref, method: str, ends: list[State]) -> lasting.Lasting:
        """Return what a method has left in the attributes that no other code in sight sets."""
        found = [(known.attributes, end) for end in ends if (known := end.instance(ref)) is not None]
        left = lasting.common(self._engine, found)
        for name in list(left.names):
            if not self._read(owner).only_in(name, method, _names(owner), lasting.is_state(left.names[name], left)):
                del left.names[name]
        return left

    def _read(self, owner: Class) -> lasting.Stores:
        """Return where attributes are set in the file, and in the classes that a class derives from."""
        self._stores = self._stores or lasting.Stores(self._chunks)
        self._stores.include(code.chunk for cls in classes.ancestors(owner) for code in _methods(cls))
        return self._stores


def _names(owner: Class) -> set[str]:
    return {cls.name for cls in classes.ancestors(owner) if isinstance(cls, Class)}


def _methods(cls: Class | Symbol | None) -> Iterator[FunctionCode]:
    for value in cls.members.values() if isinstance(cls, Class) else ():
        method = undecorated(value)
        if isinstance(method, Function):
            yield method.code
