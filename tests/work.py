"""Counts what an analysis does: the calls of functions, which say how work grows on any machine."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable

CALLS = ("call", "c_call")


def calls(do: Callable[[], object]) -> int:
    """Return how many functions are called, those of Python and of C, also in the threads that start meanwhile."""
    count = 0

    def note(_: object, event: str, __: object) -> None:
        nonlocal count
        count += event in CALLS

    before = threading.getprofile()
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        do()
    finally:
        sys.setprofile(None)
        threading.setprofile(before)
    return count
