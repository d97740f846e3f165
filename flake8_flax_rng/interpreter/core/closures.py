"""What a function takes along of the scopes around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.values import Function, Value
from flake8_flax_rng.interpreter.domain.walk import ALL, reachable
from flake8_flax_rng.syntax.free_names import free_names

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flake8_flax_rng.interpreter.paths.state import State


def held(function: Function, state: State) -> Iterator[Value]:
    """Go through the values that a function reads of the functions around it, and all that stands inside of them.

    Of functions among them it is looked at what they read in turn. What a module binds is there for everybody, and no
    function takes it along.
    """
    waiting, seen = [function], {function.code}
    while waiting:
        current = waiting.pop()
        for value in _read(current, state):
            for inner in reachable(value, state.heap, ALL):
                if isinstance(inner, Function) and inner.code not in seen:
                    seen.add(inner.code)
                    waiting.append(inner)
                yield inner


def _read(function: Function, state: State) -> Iterator[Value]:
    for name in sorted(free_names(function.code.node)):
        value = state.find(function.frames[:-1], name)
        if value is not None:
            yield value
