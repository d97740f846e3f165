"""The ledger of concrete keys: which key bits were consumed, where, and by which call.

JAX evaluates every primitive through its `impl`, with concrete arrays, when nothing is compiled; the program
therefore runs under `jax.disable_jit()`, and the ledger listens there. It only writes down; `reuse.py` says
what is wrong with it.
"""

from __future__ import annotations

import functools
import importlib
import inspect
import itertools
import math
import sys
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from types import CodeType, FrameType
from typing import Any

from flake8_flax_rng.verifier.jaxhooks import Hooks, replaced
from flake8_flax_rng.verifier.nnxhooks import mapped_functions
from flake8_flax_rng.verifier.places import Span, Stack, caller, frames_from, graft, stack_of, traceback_sites

DRAW, SPLIT, FOLD, MADE = "draw", "split", "fold", "made"

# Libraries that write `vmap` for themselves. A lifted `nn.vmap` says in `split_rngs` what its lanes share.
_OWN_VMAPS = ("/flax/core/lift.py", "/jax/_src/numpy/", "/jax/_src/random/", "/jax/_src/lax/", "/optax/")

_MANY = 4096  # Frames after which it is time to see which have ended: what they hold fills the memory.

Bits = tuple[str, bytes]
"""A key's implementation and its raw bits: equal for a typed and a legacy key of one seed."""


@dataclass(frozen=True, eq=False)
class Event:
    """One thing that happened to one key.

    Args:
        kind: DRAW, SPLIT, FOLD or MADE (built from a seed, or wrapped by the program).
        key: the key that it happened to; for MADE the key that was built.
        children: the keys that came of it.
        call: what tells one call of a public sampler from another.
        stack: the program's own frames.
        lanes: how many lanes of a `vmap` shared this key.
        vmapped: index of the frame that called the outermost `vmap` that the program wrote.
    """

    kind: str
    key: Bits
    children: tuple[Bits, ...]
    call: Hashable
    stack: Stack
    lanes: int = 1
    vmapped: int | None = None


@dataclass
class _Context:
    """What the running frames tell about an event."""

    call: Hashable
    function: str
    stack: Stack
    vmapped: int | None


@dataclass
class Ledger:
    """Everything that happened to keys in one run.

    Args:
        hooks: the private parts of JAX.
        filename: the file name that the program was compiled with.
        events: what happened, in order.
        clones: how often each key was cloned.
        mapped: where functions were mapped by NNX, by their code.
    """

    hooks: Hooks
    filename: str
    events: list[Event] = field(default_factory=list)
    clones: Counter[Bits] = field(default_factory=Counter)
    mapped: dict[CodeType, Span] = field(default_factory=dict)
    _frames: list[FrameType] = field(default_factory=list)
    _finished: list[FrameType] = field(default_factory=list)
    _many: int = _MANY
    _calls: set[Hashable] = field(default_factory=set)
    _shared: list[int] = field(default_factory=list)
    _traced: dict[Hashable, FrameType] = field(default_factory=dict)
    _muted: int = 0

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Write down what happens to keys, for a while.

        Yields:
            nothing.
        """
        hooks = self.hooks
        with ExitStack() as stack:
            for primitive in (hooks.bits, hooks.gamma, hooks.split, hooks.fold, hooks.seed, hooks.clone):
                stack.enter_context(replaced(primitive, "impl", self._listener(primitive)))
            stack.enter_context(replaced(hooks.batch_trace, "process_primitive", self._lane_listener))
            # Not the primitive: JAX wraps a legacy key wherever it is used.
            stack.enter_context(replaced(importlib.import_module("jax").random, "wrap_key_data", self._wrap_listener))
            self.mapped = stack.enter_context(mapped_functions(self.filename))
            yield

    @contextmanager
    def muted(self) -> Iterator[None]:
        """Write nothing down, for a while.

        Yields:
            nothing.
        """
        self._muted += 1
        try:
            yield
        finally:
            self._muted -= 1

    def _release(self) -> None:
        """Let go of the values in frames that have ended; the frames are kept, so that none is taken for another."""
        unique = {id(frame): frame for frame in self._frames}
        self._frames = [frame for frame in unique.values() if not _cleared(frame)]
        running = {id(frame) for frame in self._frames}
        self._finished.extend(frame for number, frame in unique.items() if number not in running)

    def _listener(self, primitive: Any) -> Any:
        import jax

        def wrap(original: Any) -> Any:
            def impl(*arguments: Any, **parameters: Any) -> Any:
                # The bits are computed as one compiled program: only what leads here must stay uncompiled.
                with self.muted(), jax.disable_jit(False):
                    result = original(*arguments, **parameters)
                if not self._muted:
                    self._note(primitive, arguments[0], result, sys._getframe(1))
                return result

            return impl

        return wrap

    def _wrap_listener(self, original: Any) -> Any:
        @functools.wraps(original)
        def wrap_key_data(*arguments: Any, **settings: Any) -> Any:
            result = original(*arguments, **settings)
            frame = caller()
            if frame.f_code.co_filename == self.filename and not self._muted:
                stack, call = stack_of(frame, self.filename), object()
                self._frames.extend(site.frame for site in stack)
                self.events.extend(Event(MADE, bits, (), call, stack) for bits in bits_of(result))
            return result

        return wrap_key_data

    def _lane_listener(self, original: Any) -> Any:
        keyed = (self.hooks.bits, self.hooks.gamma, self.hooks.split)

        def process_primitive(trace: Any, primitive: Any, tracers: Any, params: Any, /) -> Any:
            shared = primitive in keyed and trace.to_batch_info(tracers[0])[1] is None
            if not shared:
                return original(trace, primitive, tracers, params)
            self._shared.append(int(trace.axis_data.size))
            try:
                return original(trace, primitive, tracers, params)
            finally:
                self._shared.pop()

        return process_primitive

    def _note(self, primitive: Any, key: Any, result: Any, frame: FrameType) -> None:
        hooks = self.hooks
        if primitive is hooks.clone:
            self.clones.update(bits_of(key))
            return
        context = self._context(frame)
        if context is None:
            return
        if primitive is hooks.seed:
            self._add(MADE, _bits(result), [()] * math.prod(result.shape), context)
        elif primitive is hooks.fold:
            keys = _bits(key, result.shape)
            self._add(FOLD, keys, [(child,) for child in _bits(result)], context)
        elif primitive is hooks.split:
            keys, children = _bits(key), _bits(result)
            each = len(children) // max(len(keys), 1)
            groups = [tuple(children[start : start + each]) for start in range(0, len(children), each or 1)]
            kind = SPLIT if context.function in ("split", "_split", "") else DRAW
            self._add(kind, keys, groups, context)
        else:
            keys = _bits(key)
            self._add(DRAW, keys, [()] * len(keys), context)

    def _add(
        self,
        kind: str,
        keys: list[Bits],
        children: Sequence[tuple[Bits, ...]],
        context: _Context,
    ) -> None:
        # A sampler may hand its own key to several lanes of its own; only the key that it was given counts.
        if len(self._frames) > self._many:
            self._release()
            self._many = len(self._frames) + _MANY
        first = context.call not in self._calls
        self._calls.add(context.call)
        lanes = math.prod(self._shared) if first and context.vmapped is not None else 1
        counts = Counter(keys) if first and context.vmapped is not None else Counter(set(keys))
        seen: set[tuple[Bits, tuple[Bits, ...]]] = set()
        for key, derived in zip(keys, children, strict=True):
            if (key, derived) not in seen:
                seen.add((key, derived))
                count = counts[key] * lanes if kind in (DRAW, SPLIT) else 1
                self.events.append(Event(kind, key, derived, context.call, context.stack, count, context.vmapped))

    def _context(self, frame: FrameType) -> _Context | None:
        """Read the running frames; None when they only repeat what has been written down already."""
        running: list[FrameType] = []
        for current in frames_from(frame):
            if current.f_code.co_filename == self.filename:
                break
            running.append(current)
        evaluators = [current for current in running if current.f_code is self.hooks.eval_jaxpr]
        if any(self.replays(current.f_code) for current in running) and evaluators:
            return None
        stack = stack_of(frame, self.filename)
        self._frames.extend(site.frame for site in stack)
        vmapped = self._vmapped(frame, len(stack))
        if evaluators:
            return self._traced_context(stack, evaluators[0], evaluators[-1], vmapped)
        public = [current for current in running if current.f_code.co_filename in self.hooks.sampler_files]
        outermost = public[-1] if public else frame
        self._frames.append(outermost)
        return _Context(id(outermost), outermost.f_code.co_name if public else "", stack, vmapped)

    def replays(self, code: CodeType) -> bool:
        """Tell whether what a function of JAX runs is only a repetition.

        Args:
            code: the function's code.

        Returns:
            whether what it draws has been written down already, or is not taken.
        """
        # The backward pass of a checkpoint draws again what its forward pass drew. A batched `cond` evaluates
        # both branches, though each lane takes one.
        backward = code.co_filename == self.hooks.ad_file and code.co_name.startswith("backward_pass")
        return backward or code is self.hooks.batching_rule

    def _traced_context(
        self, running: Stack, evaluator: FrameType, outermost: FrameType, vmapped: int | None
    ) -> _Context:
        """Read the frames of a traced expression, which JAX remembers; those that run are not its own."""
        traceback = self.hooks.source_info.current().traceback
        python_traceback = traceback.as_python_traceback() if traceback is not None else None
        stack = graft(running, self._same_frames(outermost, traceback_sites(python_traceback, self.filename)))
        self._frames += (evaluator, outermost)
        function, where = "", []
        while python_traceback is not None:
            code = python_traceback.tb_frame.f_code
            where.append((code, python_traceback.tb_lasti))
            if code.co_filename == self.filename:
                function = ""
            elif not function and code.co_filename in self.hooks.sampler_files:
                function = code.co_name
                break
            python_traceback = python_traceback.tb_next
        return _Context((id(evaluator), tuple(where)), function, stack, vmapped)

    def _same_frames(self, evaluator: FrameType, traced: Stack) -> Stack:
        """Give one frame to what was one frame when it was traced, as far as the way to it can tell.

        JAX remembers names and lines, and makes up new frames, and code for them, for each traced expression.
        """
        way: tuple[Hashable, ...] = (evaluator,)
        sites = []
        for site in traced:
            way = (*way, site.code.co_name)
            sites.append(replace(site, frame=self._traced.setdefault(way, site.frame)))
            way = (*way, site.span)
        return tuple(sites)

    def _vmapped(self, frame: FrameType, depth: int) -> int | None:
        """Find the frame that called the outermost `vmap` that the program itself wrote.

        A `vmap` that a library uses for itself, as `jacfwd` does, repeats nothing that anyone asked for.
        """
        found: int | None = None
        frames = list(frames_from(frame))
        for position, current in enumerate(frames):
            if current.f_code.co_filename == self.filename:
                depth -= 1
            elif current.f_code.co_name == "vmap_f" and not self._called_by_library(frames, position):
                found = depth - 1
        return found if found is not None and found >= 0 else None

    def _called_by_library(self, frames: list[FrameType], position: int) -> bool:
        callers = (frame.f_code for frame in frames[position + 1 :])
        between = itertools.takewhile(lambda code: code.co_filename != self.filename, callers)
        return any(code.co_name == "jacfun" or any(part in code.co_filename for part in _OWN_VMAPS) for code in between)


def _cleared(frame: FrameType) -> bool:
    # To clear a suspended generator would end it.
    if frame.f_code.co_flags & (inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR):
        return False
    try:
        frame.clear()
    except RuntimeError:  # It still runs.
        return False
    return True


def bits_of(keys: Any) -> list[Bits]:
    """Read the bits of keys, typed or not.

    Args:
        keys: a key or an array of keys.

    Returns:
        one item per key; none where keys have no values, as under a transformation of JAX.
    """
    import jax

    try:
        return _bits(keys if hasattr(keys, "_base_array") else jax.random.wrap_key_data(keys))
    except (AttributeError, TypeError, ValueError, jax.errors.JAXTypeError):
        return []


def _bits(keys: Any, shape: tuple[int, ...] | None = None) -> list[Bits]:
    """Read the bits of a key array, one item per key."""
    import numpy

    words = numpy.asarray(keys._base_array)
    if shape is not None:
        words = numpy.broadcast_to(words, (*shape, words.shape[-1]))
    name = str(keys._impl.name)
    return [(name, row.tobytes()) for row in words.reshape(-1, words.shape[-1])]
