"""Runs a program of the user's own under the ledger, in the process that was made for it."""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.verifier import execute
from flake8_flax_rng.verifier.differential import is_needless
from flake8_flax_rng.verifier.elsewhere import Elsewhere, leave_copy, noticed
from flake8_flax_rng.verifier.jaxhooks import load
from flake8_flax_rng.verifier.judge import ended, raised
from flake8_flax_rng.verifier.ledger import Ledger
from flake8_flax_rng.verifier.lines import Trace, traced
from flake8_flax_rng.verifier.nnxhooks import MODES, modes_set
from flake8_flax_rng.verifier.optin import LEGACY, SHARED, Initialisation, initialisation, legacy_keys, shared
from flake8_flax_rng.verifier.output import kept_output
from flake8_flax_rng.verifier.places import Span, frames_from
from flake8_flax_rng.verifier.reuse import groups
from flake8_flax_rng.verifier.streams import LinenCall, StreamTrace
from flake8_flax_rng.verifier.weigh import Evidence, Outcome, weigh

NEEDLESS = frozenset({"RNG201", "RNG291"})
HEARTBEAT = 10.0
"""Seconds between two reports of how far a program is."""
STUCK = 2.0
"""Seconds after its time limit at which a program is judged that has not stopped."""


class TimeLimit(BaseException):
    """The program has used up its time; no `except Exception` of its own stops this."""


@dataclass(frozen=True)
class Progress:
    """How far a program is.

    Args:
        seconds: how long it has been running.
        line: the line that it is at, or None between two lines.
        uses: how many uses of keys were seen.
    """

    seconds: float
    line: int | None
    uses: int


@dataclass(frozen=True)
class Task:
    """What is to be run.

    Args:
        path: the program's file, absolute.
        source: its text.
        arguments: what follows its name on its command line.
        findings: what the linter says of it.
        limit: seconds until it is stopped.
        cache: a directory for compiled expressions.
        module: its dotted name, where it runs as a module of a package.
        printed: whether what it prints on standard output is kept.
    """

    path: Path
    source: str
    arguments: tuple[str, ...]
    findings: tuple[Finding, ...]
    limit: float
    cache: Path | None
    module: str = ""
    printed: bool = False


def run(task: Task, tell: Callable[[Progress | Outcome], None]) -> Outcome:
    """Run a program in this process, and weigh the linter's findings by what it did.

    Args:
        task: what is to be run.
        tell: is told from time to time how far the program is; and the outcome, where the program does not stop at
            its time limit.

    Returns:
        what was seen, also when the program failed or had to be stopped.

    Raises:
        FixtureError: when the file is no Python.
        UnsupportedVersion: when the ledger cannot listen to this version of JAX or Flax.
    """
    execute.configure(task.cache)
    watch = _Watch(task, Ledger(load(), str(task.path)))
    with _heartbeat(watch, tell), kept_output(task.printed) as printed:
        error = watch.run()
    return replace(watch.outcome(error), printed=tuple(printed))


@dataclass
class _Watch:
    """One run, and what was seen of it."""

    task: Task
    ledger: Ledger
    initialisations: list[Initialisation] = field(default_factory=list)
    drawn: set[tuple[str, tuple[Span, ...]]] = field(default_factory=set)
    idle: set[tuple[str, tuple[Span, ...]]] = field(default_factory=set)
    needless: dict[tuple[str, int], list[bool]] = field(default_factory=dict)
    lines: Trace = field(default_factory=Trace)
    legacy: list[Span] = field(default_factory=list)
    modes: list[Span] = field(default_factory=list)
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    started: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.linen = StreamTrace(str(self.task.path), self._observe)

    def run(self) -> BaseException | None:
        jax: Any = importlib.import_module("jax")
        filename = str(self.task.path)
        with ExitStack() as stack:
            stack.enter_context(self.ledger.listening())
            stack.enter_context(self.linen.listening())
            self.elsewhere = stack.enter_context(noticed(filename, self.ledger.hooks.sampler_files))
            if self._asked(LEGACY):
                self.legacy = stack.enter_context(legacy_keys(filename))
            if self._asked(MODES):
                self.modes = stack.enter_context(modes_set(filename))
            stack.enter_context(jax.disable_jit())
            self.lines = stack.enter_context(traced(filename))
            return self._execute(jax)

    @property
    def seconds(self) -> float:
        """How long it has been running."""
        return time.monotonic() - self.started

    def outcome(self, error: BaseException | None) -> Outcome:
        """Weigh the findings by what was seen until now, also while the program is still running.

        Args:
            error: what has left it.
        """
        for call in list(self.linen.calls):
            self._note_streams(call)
        ledger = replace(self.ledger, events=list(self.ledger.events), clones=self.ledger.clones.copy())
        evidence = Evidence(
            ending="" if ended(error) else _ending(error, str(self.task.path), self.task.limit),
            stopped=isinstance(error, TimeLimit),
            groups=groups(ledger),
            events=ledger.events,
            lines=self.lines.copy(),
            idle=self.idle.copy(),
            drawn=self.drawn.copy(),
            needless=self.needless.copy(),
            legacy=list(self.legacy),
            modes=list(self.modes),
            shared=list(shared(ledger, list(self.initialisations))) if self._asked(SHARED) else [],
            elsewhere=self.elsewhere,
        )
        return weigh(self.task.findings, self.task.source, evidence, self.seconds)

    def _execute(self, jax: Any) -> BaseException | None:
        process, task = os.getpid(), self.task
        try:
            with _limited(task.limit):
                error, _ = execute.execute(task.path, task.source, task.arguments, task.module)
                if os.getpid() != process:
                    leave_copy(error)
                jax.effects_barrier()
        except TimeLimit as limit:  # It came between two of the program's lines.
            return limit
        return error

    def _asked(self, code: str) -> bool:
        return any(finding.code == code for finding in self.task.findings)

    def _observe(self, call: LinenCall) -> None:
        with self.ledger.muted():
            for finding in self.task.findings if call.initialises else ():
                if finding.code in NEEDLESS and any(finding.line in site.span for site in call.stack):
                    for stream in sorted(set(call.given) - {"params"}):
                        is_needless(call, stream, self.needless.setdefault((stream, finding.line), []).append)
            if call.makes_variables and self._asked(SHARED):
                self.initialisations.append(initialisation(call, self.ledger))
        self._note_streams(call)
        # What is over need not be kept: a program may make many calls.
        if self.linen.calls and self.linen.calls[-1] is call:
            self.linen.calls.pop()

    def _note_streams(self, call: LinenCall) -> None:
        spans = tuple(site.span for site in call.stack)
        if not call.initialises:
            self.idle.update((stream, spans) for stream in call.idle)
        self.drawn.update((stream, spans) for stream in call.drawn)


def _ending(error: BaseException | None, filename: str, limit: float) -> str:
    if isinstance(error, TimeLimit):
        return f"stopped at the time limit of {limit:g} s"
    hint = ""
    if isinstance(error, ImportError) and "relative import" in str(error):
        hint = "; a module of a package runs with -m: flake8-flax-rng verify -m package.module"
    return f"ended early: {raised(error, filename)}{hint}"


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """Raise `TimeLimit` in the main thread when the time is over, and again each second if that is caught."""
    if not hasattr(signal, "setitimer"):  # Then only the process that waits for this one ends it.
        yield
        return

    def over(_number: int, _frame: object) -> None:
        raise TimeLimit

    unraisable = sys.unraisablehook

    def ignored(what: sys.UnraisableHookArgs) -> None:
        if what.exc_type is not TimeLimit:  # It came in a finalizer, and comes again.
            unraisable(what)

    sys.unraisablehook = ignored
    previous = signal.signal(signal.SIGALRM, over)
    signal.setitimer(signal.ITIMER_REAL, seconds, 1.0)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, previous)
        sys.unraisablehook = unraisable


@contextmanager
def _heartbeat(watch: _Watch, tell: Callable[[Progress | Outcome], None]) -> Iterator[None]:
    """Tell how far the program is, and judge it while it runs where it does not stop at its time limit.

    A recursion in a `finally` may go on for ever after the exception that should stop it.
    """
    done = threading.Event()
    filename, thread = str(watch.task.path), threading.main_thread().ident

    def beat() -> None:
        last = watch.task.limit + STUCK
        while not done.wait(max(min(HEARTBEAT, last - watch.seconds), 0)):
            if watch.seconds >= last:
                with contextlib.suppress(OSError):
                    tell(watch.outcome(TimeLimit()))
                return
            frame = sys._current_frames().get(thread or 0)
            line = next((f.f_lineno for f in frames_from(frame) if f.f_code.co_filename == filename), None)
            with contextlib.suppress(OSError):  # Nobody listens any more.
                tell(Progress(watch.seconds, line, len(watch.ledger.events)))

    beating = threading.Thread(target=beat, daemon=True)
    beating.start()
    try:
        yield
    finally:
        done.set()
        beating.join()
