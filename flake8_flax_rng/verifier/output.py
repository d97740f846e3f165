"""What a program prints on standard output, kept to be compared."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_MOST = 1 << 20  # Bytes that are kept.


@contextmanager
def kept_output(wanted: bool) -> Iterator[list[str]]:
    """Keep, for a while, what is printed, also by code that is not Python; then it is printed where it would have been.

    Args:
        wanted: whether it is to be kept at all.

    Yields:
        what holds its lines at the end.
    """
    lines: list[str] = []
    if not wanted:
        yield lines
        return
    with tempfile.TemporaryFile() as file:
        sys.stdout.flush()
        there = os.dup(1)
        os.dup2(file.fileno(), 1)
        try:
            yield lines
        finally:
            sys.stdout.flush()
            os.dup2(there, 1)
            os.close(there)
            file.seek(0)
            data = file.read(_MOST)
            os.write(1, data)
            lines.extend(data.decode(errors="replace").splitlines())
