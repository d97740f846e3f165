"""What the writer of programs about NNX knows of the names that it has bound."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Shape:
    """A class of modules.

    Args:
        name: its name.
        needs: the streams that its constructor draws from.
        draws: the streams that a call draws from in training.
        always: whether a call draws in evaluation too.
        drops: whether it holds a layer that drops out.
        flag: whether a call takes ``deterministic``.
        holds: whether it holds streams, and not only a key.
        keeps: whether it keeps a key; NNX does not map such an array with a module.
        shares: whether it keeps the ``Rngs`` that it is given, which is then not copied for lanes.
    """

    name: str
    needs: frozenset[str]
    draws: frozenset[str]
    always: bool = False
    drops: bool = False
    flag: bool = False
    holds: bool = False
    keeps: bool = False
    shares: bool = False


@dataclass
class Streams:
    """An ``Rngs``.

    Args:
        names: its streams.
    """

    names: tuple[str, ...]

    def has(self, name: str) -> bool:
        """Tell whether it serves for a stream."""
        return name in self.names or "default" in self.names


@dataclass
class Module:
    """A module.

    Args:
        shape: its class.
        streams: the names of the streams that it was made with.
        on: whether it is in training.
    """

    shape: Shape
    streams: tuple[str, ...]
    on: bool = True

    @property
    def draws(self) -> bool:
        """Whether a call draws."""
        return self.shape.always or (self.on and bool(self.shape.draws))


@dataclass
class Place:
    """What can be named at one place of the program.

    Args:
        streams: each ``Rngs``.
        modules: each module.
        keys: keys that are still unused.
        tests: conditions that an input decides.
        loop: whether the place is in a loop.
        traced: whether it is in a function that JAX traces.
    """

    streams: dict[str, Streams] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)
    keys: list[str] = field(default_factory=list)
    tests: tuple[str, ...] = ()
    loop: bool = False
    traced: bool = False

    def inner(self, **changes: Any) -> Place:
        """Return a copy for a block inside of this one."""
        values = {**self.__dict__, "streams": dict(self.streams), "modules": dict(self.modules), **changes}
        return Place(**{**values, "keys": list(values["keys"])})
