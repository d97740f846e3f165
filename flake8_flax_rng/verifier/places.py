"""Where in the program something happened: the program's own frames, and the line that a report should name.

A line of the program is known by the span of the instruction that its frame was executing, so a call that is
written over several lines is one place.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import CodeType, FrameType, TracebackType

# Functions of JAX that call the program's function more than once. What such a function repeats is written in
# the body that it calls, not where it is called.
_REPEATERS = frozenset(
    {
        *("scan", "fori_loop", "while_loop", "map", "associative_scan", "vmap_f", "pmap_f", "f_pmapped"),
        *("tree_map", "tree_map_with_path", "vectorize"),
    }
)
_LIBRARIES = ("/jax/", "/flax/")


@dataclass(frozen=True)
class Span:
    """A range of lines.

    Args:
        first: its first line, counted from 1.
        last: its last line.
    """

    first: int
    last: int

    def __contains__(self, line: int) -> bool:
        return self.first <= line <= self.last

    def __str__(self) -> str:
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"


@dataclass(frozen=True, eq=False)
class Site:
    """One frame of the program at one moment.

    Args:
        frame: the frame, kept alive so that another execution of the same function is another object.
        instruction: offset of the instruction that the frame was executing.
        span: the lines of that instruction.
        repeated: whether a loop or a map of JAX called this frame.
        execution: tells the executions of a frame that was traced once apart; None for a frame that runs itself.
    """

    frame: FrameType
    instruction: int
    span: Span
    repeated: bool = False
    execution: object = None

    @property
    def code(self) -> CodeType:
        """The code that the frame executes."""
        return self.frame.f_code


Stack = tuple[Site, ...]
"""The program's own frames, outermost first."""


@functools.cache
def span_of(code: CodeType, instruction: int, line: int | None) -> Span:
    """Find the lines of one instruction.

    Args:
        code: the code.
        instruction: the instruction's offset in it.
        line: the line to fall back upon.

    Returns:
        the lines that the instruction's source text covers.
    """
    positions = list(code.co_positions())
    index = instruction // 2
    first, last = positions[index][:2] if 0 <= index < len(positions) else (None, None)
    start = first or line or code.co_firstlineno
    return Span(start, max(start, last or start))


def site_of(frame: FrameType, instruction: int, line: int | None, repeated: bool = False) -> Site:
    """Note where a frame is now.

    Args:
        frame: the frame.
        instruction: offset of its current instruction.
        line: its current line.
        repeated: whether a loop or a map of JAX called it.

    Returns:
        the site.
    """
    return Site(frame, instruction, span_of(frame.f_code, instruction, line), repeated)


def frames_from(frame: FrameType | None) -> Iterator[FrameType]:
    """Walk outwards over the frames that are running.

    Args:
        frame: the innermost frame.

    Yields:
        the frame, its caller, and so on.
    """
    while frame is not None:
        yield frame
        frame = frame.f_back


def stack_of(frame: FrameType | None, filename: str) -> Stack:
    """Collect the program's own frames.

    Args:
        frame: the innermost frame to look at.
        filename: the file name that the program was compiled with.

    Returns:
        its frames, outermost first.
    """
    sites: list[Site] = []
    inner: FrameType | None = None
    called_by_repeater = False
    for current in frames_from(frame):
        if current.f_code.co_filename == filename:
            if inner is not None:
                sites.append(site_of(inner, inner.f_lasti, inner.f_lineno, called_by_repeater))
            inner, called_by_repeater = current, False
        elif _is_repeater(current.f_code):
            called_by_repeater = True
    if inner is not None:
        sites.append(site_of(inner, inner.f_lasti, inner.f_lineno, called_by_repeater))
    return tuple(reversed(sites))


def current_stack(filename: str) -> Stack:
    """Collect the program's own frames, from the caller outwards.

    Args:
        filename: the file name that the program was compiled with.

    Returns:
        its frames, outermost first.
    """
    return stack_of(sys._getframe(1), filename)


def caller() -> FrameType:
    """Find who called the function that asks.

    Returns:
        the frame.
    """
    return sys._getframe(2)


def traceback_sites(traceback: TracebackType | None, filename: str) -> Stack:
    """Collect the program's own frames of a traceback.

    Args:
        traceback: the traceback.
        filename: the file name that the program was compiled with.

    Returns:
        its frames, outermost first.
    """
    sites: list[Site] = []
    while traceback is not None:
        frame = traceback.tb_frame
        if frame.f_code.co_filename == filename:
            sites.append(site_of(frame, traceback.tb_lasti, traceback.tb_lineno))
        traceback = traceback.tb_next
    return tuple(sites)


def graft(running: Stack, traced: Stack) -> Stack:
    """Join the frames that run now with those that wrote the traced expression that is now evaluated.

    Args:
        running: the frames that run; they led to the call of the traced function.
        traced: the frames at the time of tracing.

    Returns:
        the running frames, followed by the traced ones that lie further in.
    """
    if not running:
        return traced
    last = running[-1].code
    depths = [depth for depth, site in enumerate(traced) if site.code is last]
    return running + traced[depths[-1] + 1 if depths else 0 :]


def parting(first: Stack, second: Stack) -> int | None:
    """Find the frame in which the second of two uses can be told from the first.

    It is the innermost frame that both uses share. Where a loop of JAX calls a body again and again, the uses
    share only the frame of the loop's call, and what is wrong is written in the body: search on inwards.

    Args:
        first: the first use.
        second: the second use.

    Returns:
        an index into the second stack, or None when either is empty.
    """
    if not first or not second:
        return None
    depth = 0
    while depth < min(len(first), len(second)) and _same_run(first[depth], second[depth]):
        depth += 1
    depth = max(depth - 1, 0)
    while _same_body(first, second, depth):
        depth += 1
    return depth


def _same_run(first: Site, second: Site) -> bool:
    return first.frame is second.frame and first.execution is second.execution


def _same_body(first: Sequence[Site], second: Sequence[Site], depth: int) -> bool:
    inner = depth + 1
    return (
        inner < min(len(first), len(second))
        and first[depth].instruction == second[depth].instruction
        and second[inner].repeated
        and first[inner].code is second[inner].code
    )


def _is_repeater(code: CodeType) -> bool:
    return code.co_name in _REPEATERS and any(part in code.co_filename for part in _LIBRARIES)
