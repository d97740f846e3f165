"""What a run of NNX shows beside its keys: where a function was mapped, and where a mode was set."""

from __future__ import annotations

import functools
import importlib
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from types import CodeType
from typing import Any

from flake8_flax_rng.verifier.jaxhooks import replaced
from flake8_flax_rng.verifier.places import Span, stack_of

_ITERATION = "flax.nnx.transforms.iteration"
_MAPPED = ("VmapFn", "PmapFn", "ScanFn", "SimpleVmapFn", "SimplePmapFn", "SimpleScanFn")
"""Classes of which ``nnx.vmap`` and its kin make one object for each function."""
_SETTERS = ("train", "eval")

MODES = "RNG310"
"""The rule about modes."""


@contextmanager
def mapped_functions(filename: str) -> Iterator[dict[CodeType, Span]]:
    """Write down where NNX maps functions, for a while.

    Args:
        filename: the file name that the program was compiled with.

    Yields:
        what fills with the lines, by the code of the function; nothing where NNX is not installed.
    """
    found: dict[CodeType, Span] = {}

    def wrap(original: Any) -> Any:
        @functools.wraps(original)
        def made(self: object, f: Any, *arguments: Any, **settings: Any) -> None:
            stack, code = stack_of(sys._getframe(1), filename), _code_of(f)
            if stack and code is not None:
                found[code] = stack[-1].span
            original(self, f, *arguments, **settings)

        return made

    try:
        iteration = importlib.import_module(_ITERATION)
    except ImportError:
        yield found
        return
    with ExitStack() as stack:
        for name in _MAPPED:
            if hasattr(iteration, name):
                stack.enter_context(replaced(getattr(iteration, name), "__init__", wrap))
        yield found


@contextmanager
def modes_set(filename: str) -> Iterator[list[Span]]:
    """Write down where the mode of a module of NNX is set, for a while.

    Args:
        filename: the file name that the program was compiled with.

    Yields:
        what fills with the lines of the calls; nothing where NNX is not installed.
    """
    found: list[Span] = []

    def wrap(original: Any) -> Any:
        @functools.wraps(original)
        def mode(*arguments: Any, **settings: Any) -> Any:
            stack = stack_of(sys._getframe(1), filename)
            found.extend(site.span for site in stack[-1:])
            return original(*arguments, **settings)

        return mode

    try:
        nnx = importlib.import_module("flax.nnx")
    except ImportError:
        yield found
        return
    with ExitStack() as stack:
        for name in _SETTERS:
            stack.enter_context(replaced(nnx.Module, name, wrap))
        yield found


def _code_of(function: Any) -> CodeType | None:
    """Return the code that runs when a function, a method, a partial or a class is called."""
    while isinstance(function, functools.partial):
        function = function.func
    if isinstance(function, type):
        function = vars(function).get("__init__")
    found = getattr(getattr(function, "__func__", function), "__code__", None)
    return found if isinstance(found, CodeType) else None
