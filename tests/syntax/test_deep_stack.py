"""Room for a deep recursion, in a process whose other threads know nothing of a linter."""

from __future__ import annotations

import _thread
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from flake8_flax_rng.syntax import deep_stack
from flake8_flax_rng.syntax.deep_stack import RECURSION, with_room

SMALL = 512 * 1024


def stack_size() -> int:
    """Read the size: `threading.stack_size()` alone would also set it to 0."""
    size = threading.stack_size()
    threading.stack_size(size)
    return size


@contextmanager
def switching(steps: dict[int, Callable[[], object]]) -> Iterator[list[int]]:
    """Let another thread's steps happen at given moments, where the interpreter may switch threads.

    A moment is one before an instruction of `deep_stack.py`, counted from 0, in the thread that asks for room; the list
    that is yielded grows by one for each.
    """
    moments: list[int] = []

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename != deep_stack.__file__:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            steps.get(len(moments), int)()
            moments.append(frame.f_lineno)
        return trace

    previous = sys.gettrace()
    sys.settrace(trace)
    try:
        yield moments
    finally:
        sys.settrace(previous)


@pytest.fixture(autouse=True)
def sizes_as_before() -> Iterator[None]:
    size = stack_size()
    yield
    threading.stack_size(size)


def test_another_thread_sets_its_stack_size_meanwhile() -> None:
    """Whenever a thread of the host sets the size, and sets it back, the process has what it had before."""
    with switching({}) as moments:
        with_room(int)
    assert len(moments) > 20
    before, wrong = stack_size(), []
    for first in range(len(moments)):
        for second in range(first + 1, len(moments), 3):
            saved: list[int] = []
            set_size = {first: lambda saved=saved: saved.append(threading.stack_size(SMALL))}
            set_it_back = {second: lambda saved=saved: threading.stack_size(saved[0])}
            with switching(set_size | set_it_back):
                with_room(int)
            if threading.stack_size(before) != before:
                wrong.append((moments[first], moments[second]))
    assert not wrong


def test_another_thread_never_finds_the_large_stack() -> None:
    """A thread that it starts just then would take 256 MB of address space."""
    found: set[int] = set()
    with switching({moment: lambda: found.add(stack_size()) for moment in range(1000)}) as moments:
        with_room(int)
    assert moments
    assert found == {stack_size()}


def test_another_thread_changes_the_limit_meanwhile() -> None:
    """It gets what it asks for, and the next analysis has its room nevertheless."""
    before = sys.getrecursionlimit()
    try:
        with_room(lambda: sys.setrecursionlimit(before + 7))
        assert sys.getrecursionlimit() == before + 7
        assert with_room(sys.getrecursionlimit) == RECURSION
        assert sys.getrecursionlimit() == before + 7
    finally:
        sys.setrecursionlimit(before)


def test_many_at_once() -> None:
    """Threads that lint at the same time, as in a server, do not take the room from each other."""
    before = sys.getrecursionlimit(), stack_size()
    depths: list[int] = []

    def dive(depth: int) -> int:
        return depth if depth == 5_000 else dive(depth + 1)

    def work(number: int) -> None:
        for _ in range(20):
            time.sleep(0.001 * (number % 3))
            depths.append(with_room(lambda: dive(0)))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert depths == [5_000] * 120
    assert (sys.getrecursionlimit(), stack_size()) == before


def test_what_is_raised_is_handed_on() -> None:
    with pytest.raises(KeyError, match="why"):
        with_room(lambda: {}["why"])
    assert sys.getrecursionlimit() < RECURSION


def test_without_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some platforms have none."""

    def start(*_: object) -> int:
        raise RuntimeError("can't start new thread")

    before = stack_size()
    monkeypatch.setattr(_thread, "start_new_thread", start)
    assert with_room(threading.current_thread) is threading.current_thread()
    assert with_room(sys.getrecursionlimit) < RECURSION
    assert stack_size() == before


def test_who_traces_threads_sees_the_analysis() -> None:
    """As those do who measure which lines are executed."""
    seen: set[str] = set()

    def analysis() -> None:
        return None

    def trace(frame: FrameType, _event: str, _: Any) -> None:
        seen.add(frame.f_code.co_name)

    previous = threading.gettrace()
    threading.settrace(trace)
    try:
        with_room(analysis)
    finally:
        threading.settrace(previous)  # type: ignore[arg-type]
    assert "analysis" in seen


def test_calls_that_come_and_go_ask_the_system_for_nothing() -> None:
    resource = pytest.importorskip("resource")

    def leaf() -> None:
        """Take room in the thread's frames, and give it back."""

    def at_each_depth(depth: int) -> None:
        for _ in range(1000):
            leaf()
        if depth:
            at_each_depth(depth - 1)

    def faults() -> int:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
        at_each_depth(400)
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)

    with_room(lambda: at_each_depth(400))
    assert with_room(faults) < 300
