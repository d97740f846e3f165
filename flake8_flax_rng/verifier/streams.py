"""Which random streams each Linen call was given, and which of them the model read."""

from __future__ import annotations

import importlib
import itertools
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from flake8_flax_rng.verifier.jaxhooks import UnsupportedVersion, replaced
from flake8_flax_rng.verifier.places import Stack, frames_from, stack_of

# Functions of Flax that hand back the variables and throw the output away.
_VARIABLES_ONLY = frozenset({"init", "lazy_init", "init_wrapper", "tabulate", "module_paths"})
_VARIABLES = _VARIABLES_ONLY | {"init_with_output"}


Repeat = Callable[[Any, Mapping[str, Any]], Any]


@dataclass(eq=False)
class LinenCall:
    """One top-level call of a Linen model.

    Args:
        stack: the program's own frames at the call.
        given: the streams that it was given.
        initialises: whether only the variables of its result are used.
        makes_variables: whether it makes the model's variables.
        asked: the streams that the model asked for, or whose presence it tested.
        drawn: the streams whose key it read.
        keywords: its other keyword arguments.
        repeat: calls the model once more, with other streams and other keyword arguments; None for `bind`,
            which only prepares a call.
        result: what the call returned.
    """

    stack: Stack
    given: Mapping[str, Any]
    initialises: bool
    makes_variables: bool = False
    asked: set[str] = field(default_factory=set)
    drawn: set[str] = field(default_factory=set)
    keywords: Mapping[str, Any] = field(default_factory=dict)
    repeat: Repeat | None = None
    result: Any = None

    @property
    def idle(self) -> list[str]:
        """The streams that it was given and that nothing asked for."""
        return sorted(set(self.given) - self.asked - self.drawn)


Observer = Callable[[LinenCall], None]


@dataclass
class StreamTrace:
    """All Linen calls of one run.

    Args:
        filename: the file name that the program was compiled with.
        observer: is told each call when it is over, while its values can still be used.
        calls: the calls, in order.
    """

    filename: str
    observer: Observer | None = None
    calls: list[LinenCall] = field(default_factory=list)
    _running: list[LinenCall] = field(default_factory=list)
    _bound: dict[int, tuple[Any, LinenCall]] = field(default_factory=dict)
    _inside_make_rng: int = 0
    _muted: int = 0

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Write down what Linen models are given and read, for a while.

        Yields:
            nothing.
        """
        scope = importlib.import_module("flax.core.scope")
        core = importlib.import_module("flax.core")
        if not all(hasattr(scope, name) for name in ("apply", "bind", "Scope")):
            raise UnsupportedVersion("the verifier cannot listen to this version of flax: flax.core.scope has changed")
        with ExitStack() as stack:
            for owner in (scope, core):
                stack.enter_context(replaced(owner, "apply", self._wrap_apply))
            stack.enter_context(replaced(core, "bind", self._wrap_bind))
            stack.enter_context(replaced(scope.Scope, "make_rng", self._wrap_make_rng))
            stack.enter_context(replaced(scope.Scope, "has_rng", self._wrap_has_rng))
            yield

    def _wrap_apply(self, original: Any) -> Any:
        def apply(fn: Any, *settings: Any, **options: Any) -> Any:
            inner = original(fn, *settings, **options)

            def wrapper(variables: Any, *arguments: Any, rngs: Any = None, **keywords: Any) -> Any:
                def repeat(streams: Any, others: Mapping[str, Any]) -> Any:
                    return inner(variables, *arguments, rngs=streams, **others)

                frame = sys._getframe(1)
                if self._muted or self._called_by_bridge(frame):
                    return repeat(rngs, keywords)
                only, makes = (self._called_through(frame, names) for names in (_VARIABLES_ONLY, _VARIABLES))
                call = LinenCall(stack_of(frame, self.filename), _streams(rngs), only, makes)
                call.keywords, call.repeat = keywords, repeat
                return self._run(call, rngs)

            return wrapper

        return apply

    def _run(self, call: LinenCall, rngs: Any) -> Any:
        assert call.repeat is not None
        self.calls.append(call)
        self._running.append(call)
        try:
            call.result = call.repeat(rngs, call.keywords)
        finally:
            self._running.pop()
        if self.observer is not None:
            self._muted += 1
            try:
                self.observer(call)
            finally:
                self._muted -= 1
        result, call.result, call.repeat = call.result, None, None
        return result

    def _wrap_bind(self, original: Any) -> Any:
        def bind(variables: Any, rngs: Any = None, *settings: Any, **options: Any) -> Any:
            scope = original(variables, rngs, *settings, **options)
            call = LinenCall(stack_of(sys._getframe(1), self.filename), _streams(rngs), False)
            self.calls.append(call)
            self._bound[id(scope.root)] = (scope.root, call)
            return scope

        return bind

    def _wrap_make_rng(self, original: Any) -> Any:
        def make_rng(scope: Any, name: str = "params") -> Any:
            read = name if name in scope.rngs else "params"
            self._inside_make_rng += 1
            try:
                key = original(scope, name)
            finally:
                self._inside_make_rng -= 1
            call = self._call_of(scope)
            if call is not None:
                call.asked.add(name)
                call.drawn.add(read)
            return key

        return make_rng

    def _wrap_has_rng(self, original: Any) -> Any:
        def has_rng(scope: Any, name: str) -> Any:
            call = self._call_of(scope)
            if call is not None and not self._inside_make_rng:
                call.asked.add(name)
            return original(scope, name)

        return has_rng

    def _call_of(self, scope: Any) -> LinenCall | None:
        if self._muted:
            return None
        bound = self._bound.get(id(scope.root))
        if bound is not None:
            return bound[1]
        return self._running[-1] if self._running else None

    def _called_by_bridge(self, frame: FrameType) -> bool:
        # Which streams NNX hands to a Linen model that it wraps is not for the program to decide.
        names = (current.f_code.co_filename for current in frames_from(frame))
        between = itertools.takewhile(lambda name: name != self.filename, names)
        return any("/flax/nnx/" in name for name in between)

    def _called_through(self, frame: FrameType, names: Collection[str]) -> bool:
        for current in frames_from(frame):
            code = current.f_code
            if code.co_filename == self.filename:
                return False
            if code.co_name in names and code.co_filename.endswith("linen/module.py"):
                return True
        return False


def _streams(rngs: Any) -> Mapping[str, Any]:
    """Name the streams that were given: a bare key is the stream 'params'."""
    if rngs is None:
        return {}
    return dict(rngs) if isinstance(rngs, Mapping) else {"params": rngs}
