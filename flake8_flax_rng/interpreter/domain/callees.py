"""What each call of the text has called, and which functions were entered from it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from flake8_flax_rng.interpreter.domain.values import (
    Bound,
    Class,
    Function,
    Native,
    Opaque,
    Ref,
    Symbol,
    Value,
    Wrapped,
)

if TYPE_CHECKING:
    from collections.abc import Collection

    import libcst as cst

    from flake8_flax_rng.interpreter.domain.events import Step
    from flake8_flax_rng.interpreter.domain.values import FunctionCode


class Way(Enum):
    """How a call comes to what it calls."""

    DIRECT = auto()
    """It is a function or a method of the program, called as it is, or once for each lane."""

    TRANSFORM = auto()
    """It is a function under another transform of JAX."""

    NAMED = auto()
    """It is known by its dotted path."""

    NATIVE = auto()
    """It is a method that the semantics know."""

    OBJECT = auto()
    """It is an object, such as a layer."""

    OTHER = auto()
    """It is a class, or nothing is known of it."""

    __hash__ = object.__hash__  # that of `Enum` is written in Python


class Callee(NamedTuple):
    """What a call has called on one path.

    Args:
        way: how it comes to it.
        label: what that is called.
        bound: whether it is a method, which is given its object too.
    """

    way: Way
    label: str
    bound: bool = False


_AS_IT_IS = frozenset({"jit", "same", "vmap", "pmap"})
"""Transforms whose result has the parts of what the function returns."""


class Callees:
    """The calls of the text, and the functions that were followed from each.

    Attributes:
        looked_at: the number of expressions that were looked at to tell what becomes of draws.
    """

    def __init__(self) -> None:
        self.looked_at = 0
        self._called: dict[cst.CSTNode, set[Callee]] = {}
        self._entered: dict[cst.CSTNode, dict[cst.CSTNode, FunctionCode]] = {}

    def note(self, call: cst.CSTNode, function: Value, label: str) -> None:
        """Note what is called on one path.

        Args:
            call: the call.
            function: what is called.
            label: what a reader calls it.
        """
        self._called.setdefault(call, set()).add(_callee(function, label))

    def enter(self, code: FunctionCode, calls: Iterable[Step], owner: int) -> None:
        """Note that a function is entered.

        Args:
            code: the function.
            calls: the calls and loops that lead there, the outermost first.
            owner: number of the function from which it is entered; what Python calls by itself, as a property,
                has no call there.
        """
        step = next((step for step in reversed([*calls]) if step.turn is None), None)
        if step is not None and step.owner == owner:
            self._entered.setdefault(step.site.node, {})[code.node] = code

    def of(self, call: cst.CSTNode) -> Collection[Callee]:
        """Return what a call has called."""
        return self._called.get(call, ())

    def entered(self, call: cst.CSTNode) -> dict[cst.CSTNode, FunctionCode]:
        """Return the functions that were entered from a call, by their syntax."""
        return self._entered.get(call, {})


def _callee(function: Value, label: str) -> Callee:
    bound = type(function) is Bound
    inner = function.function if isinstance(function, Bound) else function
    way = _WAYS.get(type(inner))
    if way is not None:
        return Callee(way, label, bound and type(inner) is Function)
    if isinstance(inner, Wrapped):
        as_it_is = inner.lift is None and inner.transform in _AS_IT_IS and isinstance(inner.function, Function)
        return Callee(Way.DIRECT if as_it_is else Way.TRANSFORM, label, bound)
    return Callee(Way.NATIVE, inner.name) if isinstance(inner, Native) else Callee(Way.OTHER, label)


_WAYS = {Function: Way.DIRECT, Symbol: Way.NAMED, Ref: Way.OBJECT, Opaque: Way.OTHER, Class: Way.OTHER}
