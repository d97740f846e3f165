"""What a run shows beside keys that are used again: errors, indices past the end, random numbers of the host."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import CodeType
from typing import Any

import jax
import numpy

from flake8_flax_rng.verifier.jaxhooks import replaced
from flake8_flax_rng.verifier.places import Span, caller, frames_from, stack_of, traceback_sites

RAISING = frozenset({"RNG110", "RNG111", "RNG112"})
"""The rules that speak of what raises."""

_KEY_ARRAY = importlib.import_module("jax._src.random.prng").PRNGKeyArray
_HOST = ("normal", "uniform", "randint", "rand")
_TRACING = "/jax/_src/lax/control_flow/"
_MAPPING = "vmap_f"


@dataclass
class Symptoms:
    """Where a run has shown something, by the lines of each of the program's frames.

    Args:
        raised: where an error left the program.
        error: the error, in a few words; empty when there was none.
        past: where an index was past the end of an array of keys.
        host: where the host drew random numbers below a function that JAX traces.
    """

    raised: list[Span] = field(default_factory=list)
    error: str = ""
    past: list[list[Span]] = field(default_factory=list)
    host: list[list[Span]] = field(default_factory=list)

    def note(self, error: Exception, filename: str) -> None:
        """Note an error that has left the program."""
        self.error = f"{type(error).__name__}: {error}".splitlines()[0][:100]
        self.raised = [site.span for site in traceback_sites(error.__traceback__, filename)]

    def shown(self, code: str, line: int) -> bool:
        """Tell whether the run has shown at a line what a rule speaks of."""
        seen = {"RNG113": self.host, "RNG110": self.past}.get(code, [])
        return any(line in span for spans in seen for span in spans)


@contextmanager
def watching(symptoms: Symptoms, filename: str) -> Iterator[None]:
    """Write down what a program does, for a while.

    Args:
        symptoms: what is added to.
        filename: the file name that the program was compiled with.

    Yields:
        nothing.
    """

    def indexed(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def index(keys: Any, place: Any) -> Any:
            number = place if isinstance(place, int) else None
            if number is not None and keys.ndim and not -keys.shape[0] <= number < keys.shape[0]:
                symptoms.past.append([site.span for site in stack_of(caller(), filename)])
            return original(keys, place)

        return index

    def drawn(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def draw(*arguments: Any, **settings: Any) -> Any:
            running = [frame.f_code for frame in frames_from(caller())]
            if any(_TRACING in code.co_filename or code.co_name == _MAPPING or code in compiled for code in running):
                symptoms.host.append([site.span for site in stack_of(caller(), filename)])
            return original(*arguments, **settings)

        return draw

    # Where nothing is compiled, JAX calls the function itself, and no frame shows that it would have been traced.
    compiled: set[CodeType] = set()

    def compiling(original: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(original)
        def jit(function: Any = None, /, **settings: Any) -> Any:
            compiled.update({function.__code__} if hasattr(function, "__code__") else ())
            return original(function, **settings)

        return jit

    with ExitStack() as stack:
        stack.enter_context(replaced(jax, "jit", compiling))
        stack.enter_context(replaced(_KEY_ARRAY, "__getitem__", indexed))
        for name in _HOST:
            stack.enter_context(replaced(numpy.random, name, drawn))
        yield
