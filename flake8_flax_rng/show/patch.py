"""A fix as a diff."""

from __future__ import annotations

import difflib

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import applied
from flake8_flax_rng.show.places import lines_of

_AROUND = 1


def diff(path: str, text: str, fix: Fix) -> list[str]:
    """Return a fix as the lines of a unified diff, without ends.

    Args:
        path: the file's name.
        text: its text.
        fix: the fix.
    """
    before, after = lines_of(text), lines_of(applied(text, fix.edits))
    return list(difflib.unified_diff(before, after, path, path, n=_AROUND, lineterm=""))
