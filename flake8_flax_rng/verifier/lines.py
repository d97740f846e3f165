"""Which lines of the program were executed."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from flake8_flax_rng.verifier.places import Span


@contextmanager
def executed_lines(filename: str) -> Iterator[set[int]]:
    """Collect the lines that are executed, for a while.

    Args:
        filename: the file name that the program was compiled with.

    Yields:
        the set that fills with lines.
    """
    lines: set[int] = set()

    def inside(frame: FrameType, event: str, _: Any) -> Any:
        if event == "line":
            lines.add(frame.f_lineno)
        return inside

    def entered(frame: FrameType, _event: str, _: Any) -> Any:
        return inside if frame.f_code.co_filename == filename else None

    previous = sys.gettrace()
    sys.settrace(entered)
    try:
        yield lines
    finally:
        sys.settrace(previous)


def statement_span(source: str, line: int) -> Span:
    """Find the lines that stand or fall with a line.

    Args:
        source: the program's text.
        line: a line of it.

    Returns:
        the lines of the innermost statement around it; of a compound statement its head only.
    """
    best = Span(line, line)
    size = None
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.stmt):
            continue
        span = Span(node.lineno, _last_line(node))
        if line in span and (size is None or span.last - span.first <= size):
            best, size = span, span.last - span.first
    return best


def _last_line(node: ast.stmt) -> int:
    body = getattr(node, "body", None)
    if isinstance(body, list) and body and isinstance(body[0], ast.stmt):
        return max(node.lineno, body[0].lineno - 1)
    return node.end_lineno or node.lineno
