"""Processes that run one program after another, each as long as no program leaves anything behind in it.

Most of the time of a short program goes into what JAX traces and compiles for nearly every program, and keeps. What
such a process says counts only where it agrees with the fixture: the others are left to a process of their own.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
import threading
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flake8_flax_rng.verifier import execute, worker
from flake8_flax_rng.verifier.channel import Channel
from flake8_flax_rng.verifier.judge import Verdict
from flake8_flax_rng.verifier.traces import Before
from flake8_flax_rng.verifier.worker import Failure

_PATIENCE = 30.0  # Seconds for a program that shares its process; nearly all need less than one.
_MOST = 100  # Programs for one process: what each has compiled is kept, some 5 MB.

_idle: list[_Host] = []
_lock = threading.Lock()


@dataclass(eq=False)
class _Host:
    """A process that runs programs.

    Args:
        process: the process.
        channel: takes a path and the modes, gives the verdicts or a failure, and whether it takes another.
        cache: the directory for compiled expressions that it uses.
        ready: whether it has said that it is ready.
    """

    process: Any
    channel: Channel
    cache: Path | None
    ready: bool = False

    def is_ready(self) -> bool:
        """Wait until it is, unless that takes too long."""
        if not self.ready:
            self.ready = bool(self.channel.receive(worker.START, self.process.sentinel))
        return self.ready

    def answer(self, seconds: float) -> tuple[list[Verdict] | Failure, bool]:
        """Wait for what it says, and whether it takes another program."""
        said: Any = self.channel.receive(seconds, self.process.sentinel)
        return said[0], bool(said[1])


def run(path: Path, modes: Sequence[str], cache: Path | None, timeout: float) -> list[Verdict] | Failure:
    """Run a program in a process that has run others before.

    Args:
        path: the program's file.
        modes: the ways to run it, one after the other.
        cache: a directory for compiled expressions.
        timeout: seconds until the process is killed.

    Returns:
        what each run says, or why they say nothing.
    """
    host = _idle_host(cache) or _Host(*worker.start(_serve, (cache,), daemon=True), cache)
    answer: list[Verdict] | Failure = Failure("the process does not answer")
    again = False
    try:
        if host.is_ready():
            host.channel.send((path, modes))
            answer, again = host.answer(min(timeout, _PATIENCE))
    except (EOFError, OSError):  # It has died, or hangs.
        pass
    finally:
        if again:
            with _lock:
                _idle.append(host)
        else:
            host.channel.close()
            worker.end(host.process)
    return answer


def _idle_host(cache: Path | None) -> _Host | None:
    with _lock:
        host = next((host for host in _idle if host.cache == cache), None)
        if host is not None:
            _idle.remove(host)
    return host


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_idle.clear)


def _serve(channel: Channel, cache: Path | None) -> None:
    """Run in the new process."""
    worker.lead()
    worker.detach()
    worker.redirect(os.devnull)
    _warm_up(cache)
    before = Before()
    _warm_up(cache)
    before.settle()
    gc.freeze()  # What is there stays: nobody need look through it.
    process = os.getpid()
    channel.send("ready")
    for left in reversed(range(_MOST)):
        try:
            told: Any = channel.receive()
        except EOFError:
            break
        path, modes = told
        answer = _attempt(path, modes, cache, before)
        again = left > 0 and not isinstance(answer, Failure)
        if os.getpid() != process:  # The program has made a copy of it.
            break
        channel.send((answer, again))
        if not again:
            break
    os._exit(0)


def _warm_up(cache: Path | None) -> None:
    with worker.scratch() as directory, _set_back(directory, Path(directory)):
        execute.warm_up(cache)


def _attempt(path: Path, modes: Sequence[str], cache: Path | None, before: Before) -> list[Verdict] | Failure:
    verdicts = []
    for mode in modes:
        try:
            with worker.scratch() as directory, _set_back(directory, path.parent):
                verdicts.append(execute.run(path, mode, cache))
        except BaseException as error:
            return Failure(f"the verifier failed: {type(error).__name__}")
    change = next(before.changes(path.parent), None)
    if change is not None:
        # Perhaps it was meant for a JAX that is not yet in use.
        return Failure(f"it changes {change}")
    return verdicts


@contextmanager
def _set_back(directory: str, folder: Path) -> Iterator[None]:
    """Let a program work in a directory, and undo what was done for it.

    The modules that it has imported from its folder are forgotten: another program may have others of their names.
    So are the filters of warnings, which some libraries add when they are imported.

    Yields:
        nothing.
    """
    numpy = importlib.import_module("numpy")
    place, main, arguments, state = os.getcwd(), sys.modules["__main__"], sys.argv, numpy.random.get_state()
    known = set(sys.modules)
    os.chdir(directory)
    try:
        with warnings.catch_warnings():
            yield
    finally:
        os.chdir(place)
        for name in [name for name in sys.modules if name not in known and _lies_in(folder, sys.modules[name])]:
            del sys.modules[name]
        sys.modules["__main__"], sys.argv = main, arguments
        numpy.random.set_state(state)
        sys.path[:] = [entry for entry in sys.path if not Path(entry).is_relative_to(folder)]


def _lies_in(folder: Path, module: object) -> bool:
    places = getattr(module, "__dict__", {})
    # A package without `__init__.py` has no file.
    return any(
        Path(place).is_relative_to(folder) for place in (places.get("__file__") or "", *places.get("__path__", ()))
    )
