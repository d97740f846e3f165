"""Random streams that are the default of a parameter: built once, and shared by the calls that give no other."""

from __future__ import annotations

import gc
import importlib
import inspect
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import CodeType, FrameType, FunctionType
from typing import Any

from flake8_flax_rng.verifier.places import Span, Stack, stack_of


@dataclass
class Defaults:
    """The functions of a program that have such a default, and the calls that took one.

    Args:
        filename: the file name that the program was compiled with.
        takers: for each default, by its identity, the program's frames at each call that took it.
    """

    filename: str
    takers: dict[int, list[Stack]] = field(default_factory=dict)
    _functions: dict[CodeType, FunctionType] = field(default_factory=dict)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Write down which calls take such a default, for a while; what else follows the program goes on.

        Yields:
            nothing.
        """
        previous: Any = sys.gettrace()

        def entered(frame: FrameType, event: str, argument: Any) -> Any:
            if event == "call" and frame.f_code.co_filename == self.filename:
                self._note(frame)
            return previous(frame, event, argument) if previous is not None else None

        sys.settrace(entered)
        try:
            yield
        finally:
            sys.settrace(previous)

    def declared(self) -> Iterator[Span]:
        """Find the functions that have such a default.

        Yields:
            the lines of each one's head.
        """
        for function in self._all():
            if _streams(function):
                code = function.__code__
                lines = [line for _, _, line in code.co_lines() if line is not None and line > code.co_firstlineno]
                yield Span(code.co_firstlineno, max(code.co_firstlineno, min(lines, default=0) - 1))

    def taken_again(self) -> Iterator[Stack]:
        """Find the calls that took a default which another call had taken.

        Yields:
            the program's frames at each.
        """
        for stacks in self.takers.values():
            yield from stacks[1:]

    def _note(self, frame: FrameType) -> None:
        code = frame.f_code
        if code not in self._functions:
            self._functions.update({function.__code__: function for function in self._all()})
        function = self._functions.get(code)
        for name, default in _streams(function).items() if function is not None else ():
            if frame.f_locals.get(name) is default:
                self.takers.setdefault(id(default), []).append(stack_of(frame.f_back, self.filename))

    def _all(self) -> list[FunctionType]:
        return [item for item in gc.get_objects() if _is_of(item, self.filename)]


def _is_of(item: object, filename: str) -> bool:
    return type(item) is FunctionType and item.__code__.co_filename == filename


def _streams(function: FunctionType) -> dict[str, object]:
    """Name the parameters of a function whose default holds random streams."""
    nnx: Any = importlib.import_module("flax.nnx")
    parameters = inspect.signature(function, follow_wrapped=False).parameters.values()
    return {p.name: p.default for p in parameters if isinstance(p.default, (nnx.Rngs, nnx.RngStream))}
