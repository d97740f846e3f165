"""How far long work is, on standard error, where somebody looks at it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """Show a bar that is gone at the end; none where standard error is no terminal, or rich is not installed.

    Args:
        what: what is counted.

    Yields:
        what takes how much is done, and of how much.
    """
    if not sys.stderr.isatty():
        yield lambda done, of: None
        return
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ImportError:
        yield lambda done, of: None
        return
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done, of: progress.update(task, completed=done, total=of)
