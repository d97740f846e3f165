"""The commands of `flake8-flax-rng`, a file each, with `add`, which declares its arguments and what carries it out."""

from __future__ import annotations

import argparse

OK, DISAGREEMENT, USAGE = 0, 1, 2

Commands = argparse._SubParsersAction
"""What a command is added to."""


class Refused(Exception):
    """The command cannot be carried out; the text says why."""
