"""What a program does where its keys are not watched: in threads, and in processes of its own."""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import threading
import traceback
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType
from typing import Any

from flake8_flax_rng.verifier.jaxhooks import replaced
from flake8_flax_rng.verifier.places import frames_from

THREAD, COPY = "in a thread", "in a copy of the process"


@dataclass
class Elsewhere:
    """What is known of that.

    Args:
        lines: where else each line of the program was executed: THREAD or COPY.
        drawn: whether a thread used keys.
        processes: whether there were processes of which not even the lines are known.
    """

    lines: dict[int, str] = field(default_factory=dict)
    drawn: bool = False
    processes: bool = False


_after_fork: list[Callable[[], None]] = []


def _in_copy() -> None:
    for change in _after_fork:
        change()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_copy)


@contextmanager
def noticed(filename: str, samplers: Collection[str]) -> Iterator[Elsewhere]:
    """Notice, for a while, what is done elsewhere.

    Args:
        filename: the file name that the program was compiled with.
        samplers: the files of JAX that draw.

    Yields:
        what is complete at the end.
    """
    elsewhere = Elsewhere()

    def in_thread(frame: FrameType, _event: str, _argument: Any) -> Any:
        elsewhere.lines.setdefault(frame.f_lineno, THREAD)
        return in_thread

    def entered(frame: FrameType, _event: str, _argument: Any) -> Any:
        name = frame.f_code.co_filename
        elsewhere.drawn = elsewhere.drawn or name in samplers
        return in_thread if name == filename else None

    def wrap(original: Any) -> Any:
        def start(process: BaseProcess) -> None:
            method = getattr(process, "_start_method", None) or multiprocessing.get_start_method()
            elsewhere.processes = elsewhere.processes or method != "fork"
            original(process)

        return start

    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        stack.enter_context(replaced(BaseProcess, "start", wrap))
        _after_fork.append(lambda: _follow_copy(filename, folder / "lines"))
        stack.callback(_after_fork.clear)
        threading.settrace(entered)
        try:
            yield elsewhere
        finally:
            threading.settrace(None)
        with suppress(OSError):
            for line in (folder / "lines").read_text().split():
                elsewhere.lines.setdefault(int(line), COPY)


def leave_copy(error: BaseException | None) -> None:
    """End a copy of the process, which the program has made, as Python ends a program.

    Args:
        error: what has left the program in it.
    """
    if error is not None and not isinstance(error, SystemExit):
        traceback.print_exception(error)
    code = error.code if isinstance(error, SystemExit) else int(error is not None)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))


def _follow_copy(filename: str, told: Path) -> None:
    """Let a copy of the process tell which lines it executes: what it knows ends with it."""
    lines: set[int] = set()

    def inside(frame: FrameType, _event: str, _argument: Any) -> Any:
        if frame.f_lineno not in lines:
            lines.add(frame.f_lineno)
            # A program may close all descriptors that it finds: none is held.
            with suppress(OSError), told.open("a") as file:
                file.write(f"{frame.f_lineno}\n")
        return inside

    def entered(frame: FrameType, _event: str, _argument: Any) -> Any:
        return inside if frame.f_code.co_filename == filename else None

    for frame in frames_from(sys._getframe(1)):
        if frame.f_code.co_filename == filename:
            frame.f_trace = inside
    sys.settrace(entered)
    threading.settrace(entered)
