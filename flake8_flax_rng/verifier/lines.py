"""Which lines of the program were executed, and which of them raised."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

from flake8_flax_rng.verifier.places import Span, site_of

_MOST_RAISED = 1000


@dataclass(frozen=True)
class Raised:
    """An exception that passed through a line of the program, whether or not it was caught.

    Args:
        names: its class and the classes that this comes of.
        text: the first line of what it says.
        span: the lines.
    """

    names: tuple[str, ...]
    text: str
    span: Span


@dataclass
class Trace:
    """What the lines of a program did.

    Args:
        lines: the lines that were executed.
        raised: what was raised at them, each once.
        steps: how often a line was entered.
        reached: for each line the step at which it was first entered.
    """

    lines: set[int] = field(default_factory=set)
    raised: dict[Raised, None] = field(default_factory=dict)
    steps: int = 0
    reached: dict[int, int] = field(default_factory=dict)

    def enter(self, line: int) -> None:
        """Write down that a line is entered.

        Args:
            line: the line.
        """
        self.lines.add(line)
        self.steps += 1
        self.reached.setdefault(line, self.steps)

    def copy(self) -> Trace:
        """Return what is known now, while the lines may go on."""
        return Trace(self.lines.copy(), self.raised.copy(), self.steps, self.reached.copy())

    def note(self, frame: FrameType, error: type[BaseException], value: object) -> None:
        """Write down an exception, unless there are too many already.

        Args:
            frame: the frame that it passes through.
            error: its class.
            value: the exception.
        """
        if len(self.raised) < _MOST_RAISED:
            names = tuple(base.__name__ for base in error.__mro__)
            text = next(iter(str(value).strip().splitlines()), "")
            self.raised[Raised(names, text, site_of(frame, frame.f_lasti, frame.f_lineno).span)] = None


@contextmanager
def traced(filename: str) -> Iterator[Trace]:
    """Follow the program's lines, for a while.

    Args:
        filename: the file name that the program was compiled with.

    Yields:
        what fills with them.
    """
    trace = Trace()

    def inside(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            trace.enter(frame.f_lineno)
        elif event == "exception":
            trace.note(frame, *argument[:2])
        return inside

    def entered(frame: FrameType, _event: str, _: Any) -> Any:
        return inside if frame.f_code.co_filename == filename else None

    previous = sys.gettrace()
    sys.settrace(entered)
    try:
        yield trace
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
