"""Room for a deep recursion, whatever thread the caller is in.

An expression that a program has written may nest as deep as Python's own parser allows, and LibCST's parser recurses
on the C stack: the 512 KB of a thread in an editor's server are not enough, and an overflow ends the whole process.

Python has one stack size for all threads that will start, and one recursion limit for all that run. The other threads
of the process may set them, too, at any time, and set them back.
"""

from __future__ import annotations

import _thread
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import chain, starmap
from typing import TypeVar

STACK = 256 * 1024 * 1024
"""Bytes of address space; memory is only taken for what is used."""

RECURSION = 20_000
"""Python calls in each other, far less than fit into the stack."""

_SLOTS = 1 << 17
"""Values of 8 bytes that one frame has room for: address space that Python takes at once."""

Result = TypeVar("Result")

TURN = threading.Lock()
"""Analyses take turns, and so may share what they keep for each other."""


def with_room(function: Callable[[], Result]) -> Result:
    """Return what a function returns, or raise what it raises; it runs in a thread with a large stack."""
    results: list[Result] = []
    errors: list[BaseException] = []
    done = threading.Event()

    def run() -> None:
        try:
            # What `threading.Thread` does: a debugger, or who measures what is executed, wants to see this thread, too.
            sys.settrace(threading.gettrace())
            sys.setprofile(threading.getprofile())
            with TURN, _high_limit():
                results.append(_in_one_piece(function))
        except BaseException as error:  # the caller's to judge
            errors.append(error)
        finally:
            done.set()

    if not _start(run):  # no threads here, or no address space: then with no more depth than the caller has
        with TURN:
            return function()
    done.wait()
    if errors:
        raise errors[0]
    return results[0]


def _in_one_piece(function: Callable[[], Result]) -> Result:
    return function()


# Python keeps the frames of a thread in pieces of 16 KB, and asks the system for each and gives it back: calls that
# come and go where one ends cost a twentieth of an analysis. A frame that is larger than a piece gets one of its own,
# twice as large as need be, and what is left of that is room for all that it calls. What nobody uses takes no memory.
_in_one_piece.__code__ = _in_one_piece.__code__.replace(co_stacksize=_SLOTS)


def _start(run: Callable[[], None]) -> bool:
    """Start a thread with a large stack, and tell whether that was possible."""
    before: list[int] = []
    steps = chain(
        map(before.append, map(threading.stack_size, [STACK])),
        starmap(_thread.start_new_thread, [(run, ())]),
        map(threading.stack_size, before),
    )
    try:
        # Threads are switched between instructions of Python, and this is one: no other thread finds the large stack
        # or sets another size before the old one is back. `Thread.start` would wait, and others would run meanwhile.
        deque(steps, maxlen=0)
    except (RuntimeError, ValueError, MemoryError):
        for size in before:
            threading.stack_size(size)
        return False
    return True


@contextmanager
def _high_limit() -> Iterator[None]:
    """Raise the limit of all threads, for one analysis at a time; if somebody changes it meanwhile, it stays so."""
    before = sys.getrecursionlimit()
    high = max(before, RECURSION)
    sys.setrecursionlimit(high)
    try:
        yield
    finally:
        if sys.getrecursionlimit() == high:
            sys.setrecursionlimit(before)
