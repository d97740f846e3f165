"""Room for a deep recursion, whatever thread the caller is in.

An expression that a program has written may nest as deep as Python's own parser allows, and LibCST's parser recurses
on the C stack: the 512 KB of a thread in an editor's server are not enough, and an overflow ends the whole process.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

STACK = 256 * 1024 * 1024
"""Bytes of address space; memory is only taken for what is used."""

RECURSION = 20_000
"""Python calls in each other, far less than fit into the stack."""

Result = TypeVar("Result")

TURN = threading.Lock()
"""Analyses take turns, and so may share what they keep for each other."""

_LOCK = threading.Lock()
_users = 0
_limit_before = 0


def with_room(function: Callable[[], Result]) -> Result:
    """Return what a function returns, or raise what it raises; it runs in a thread with a large stack."""
    results: list[Result] = []
    errors: list[BaseException] = []

    def run() -> None:
        try:
            with TURN:
                results.append(function())
        except BaseException as error:  # the caller's to judge
            errors.append(error)

    _raise_limit()
    try:
        thread = _started(run)
        if thread is not None:
            thread.join()
    finally:
        _restore_limit()
    if thread is None:  # no threads here, or no address space: then with no more depth than the caller has
        with TURN:
            return function()
    if errors:
        raise errors[0]
    return results[0]


def _started(run: Callable[[], None]) -> threading.Thread | None:
    thread = threading.Thread(target=run, name="flake8-flax-rng", daemon=True)
    with _LOCK:
        before = threading.stack_size()
        try:
            threading.stack_size(STACK)
            thread.start()
        except (RuntimeError, ValueError, MemoryError):
            return None
        finally:
            threading.stack_size(before)
    return thread


def _raise_limit() -> None:
    """Raise the limit of the whole interpreter, which has one for all threads; the first one to come does."""
    global _users, _limit_before
    with _LOCK:
        if not _users:
            _limit_before = sys.getrecursionlimit()
            sys.setrecursionlimit(max(_limit_before, RECURSION))
        _users += 1


def _restore_limit() -> None:
    """Restore it, unless somebody else has changed it meanwhile; the last one to leave does."""
    global _users
    with _LOCK:
        _users -= 1
        if not _users and sys.getrecursionlimit() == max(_limit_before, RECURSION):
            sys.setrecursionlimit(_limit_before)
