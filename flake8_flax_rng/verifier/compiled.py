"""The ledger of a run that is left as it is: compiled functions stay compiled.

What is traced once and run often, as a step under `jax.jit` that works on a copy of a module, is wrong only there:
`jax.disable_jit()` would hide it. So each public sampler hands the bits of its key to a callback, which is part of
what is traced, and which looks at the frames that run when it is called. Splits and folds are not written down: that
a key was folded twice, as by two layers whose parameters are constants, harms nobody.
"""

from __future__ import annotations

import functools
import importlib
import sys
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from types import FrameType
from typing import Any

from flake8_flax_rng.verifier.jaxhooks import load, replaced, sampler_module
from flake8_flax_rng.verifier.ledger import DRAW, Bits, Event, Ledger
from flake8_flax_rng.verifier.lines import Trace
from flake8_flax_rng.verifier.places import Stack, caller, frames_from, graft, stack_of

# What takes a key and draws nothing.
_NEUTRAL = frozenset({"fold_in", "key_data", "key_impl", "split", "wrap_key_data"})


@dataclass
class CompiledLedger:
    """The keys that samplers were given in one run, whether or not they were compiled.

    Args:
        filename: the file name that the program was compiled with.
        trace: follows the program's lines, which tells one pass of a loop from the next.
        ledger: what happened, as the reuse of keys is judged by.
        steps: for each event the number of lines that the program had executed then.
    """

    filename: str
    trace: Trace
    ledger: Ledger = field(init=False)
    steps: list[int] = field(default_factory=list)
    _open: bool = False
    _seen: set[Hashable] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.ledger = Ledger(load(), self.filename)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Write down which keys samplers are given, for a while.

        Yields:
            nothing.
        """
        jax: Any = importlib.import_module("jax")
        self._open = True
        try:
            with replaced(sampler_module(), "_check_prng_key", self._wrap), replaced(jax.random, "clone", self._cloned):
                yield
                jax.effects_barrier()
        finally:
            self._open = False  # What was traced meanwhile may be run again, by another program.

    def _wrap(self, original: Any) -> Any:
        @functools.wraps(original)
        def check(name: str, key: Any, **options: Any) -> Any:
            result = original(name, key, **options)
            frame = caller()
            if name not in _NEUTRAL and self._open and not self._inside_a_sampler(frame):
                self._listen(result[0], functools.partial(self._note, stack_of(frame, self.filename)))
            return result

        return check

    def _cloned(self, original: Any) -> Any:
        @functools.wraps(original)
        def clone(key: Any) -> Any:
            if self._open:
                self._listen(key, lambda bits: self.ledger.clones.update([bits]))
            return original(key)

        return clone

    def _inside_a_sampler(self, frame: FrameType) -> bool:
        """Tell whether a sampler has called this one: what happens inside of one call is its own affair."""
        own = frame.f_code.co_filename
        for current in frames_from(frame.f_back):
            if current.f_code.co_filename == own:
                return True
            if current.f_code.co_filename == self.filename:
                return False
        return False

    def _listen(self, key: Any, tell: Callable[[Bits], None]) -> None:
        """Tell the bits of a key whenever they are known, which is each time that what is traced now is run."""
        jax: Any = importlib.import_module("jax")

        def heard(words: Any) -> None:
            if self._open:
                tell(("", words.tobytes()))

        jax.debug.callback(heard, jax.random.key_data(key))

    def _note(self, written: Stack, bits: Bits) -> None:
        frame = sys._current_frames().get(threading.main_thread().ident or 0)
        if any(self.ledger.replays(current.f_code) for current in frames_from(frame)):
            return
        running = stack_of(frame, self.filename)
        # The lanes of a `vmap`, and the compiled backward pass of a checkpoint, report one draw again.
        once = (bits, id(written), self.trace.steps, tuple((id(site.frame), site.instruction) for site in running))
        if once in self._seen:
            return
        self._seen.add(once)
        execution = object()
        inner = graft(running, written)[len(running) :]
        stack = running + tuple(replace(site, execution=execution) for site in inner)
        self.ledger.events.append(Event(DRAW, bits, (), execution, stack))
        self.steps.append(self.trace.steps)
