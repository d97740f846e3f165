"""Notebooks, which hold text that flake8 does not read as Python."""

from __future__ import annotations

from flake8_flax_rng.commands import Refused


def refuse(path: str, what: str) -> None:
    """Refuse a path that is a notebook.

    Args:
        path: the path.
        what: what cannot be done with a notebook, as a participle.

    Raises:
        Refused: if it is one; the text says what to do in its place.
    """
    if path.endswith(".ipynb"):
        raise Refused(f"{path}: notebooks cannot be {what}; `nbqa flake8 --select=RNG {path}` names cells and lines")
