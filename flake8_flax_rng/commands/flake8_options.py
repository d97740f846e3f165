"""The arguments of flake8 that commands take too, and hand on to it as they are."""

from __future__ import annotations

import argparse

_TAKEN = {
    "select": ("CODES", "report these rules alone"),
    "extend-select": ("CODES", "report these rules too"),
    "ignore": ("CODES", "do not report these rules"),
    "extend-ignore": ("CODES", "do not report these rules either"),
    "exclude": ("PATTERNS", "do not read these files and directories"),
    "config": ("FILE", "read the settings of flake8 from this file"),
    "jobs": ("N", "how many files are read at a time (default: as many as there are processors)"),
}


def add(parser: argparse.ArgumentParser) -> None:
    """Declare them.

    Args:
        parser: the command's parser.
    """
    group = parser.add_argument_group("settings of flake8", "These are as for flake8, whose settings files apply too.")
    for name, (kind, text) in _TAKEN.items():
        group.add_argument(f"--{name}", metavar=kind, help=text)


def given(options: argparse.Namespace) -> list[str]:
    """Return those that were given, as arguments of flake8.

    Args:
        options: the arguments of the command.
    """
    values = {name: getattr(options, name.replace("-", "_")) for name in _TAKEN}
    return [f"--{name}={value}" for name, value in values.items() if value is not None]
