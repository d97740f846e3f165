"""The command line: a table of the commands, each of which has a file in `commands/`."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from flake8_flax_rng import __version__
from flake8_flax_rng.commands import USAGE, Refused, explain, fix, show, verify

COMMANDS = (explain, fix, show, verify)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        arguments: the arguments after the command's name; those of the process when not given.

    Returns:
        the exit status: 0, 1 when the command has found something that is wrong, 2 when it could not be carried out,
        or not to its end.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    cut = given.index("--") if "--" in given else len(given)
    options = _parser().parse_args(given[:cut])
    options.program_arguments = given[cut + 1 :]
    try:
        status: int = options.run(options)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads the output has seen enough, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return USAGE
    except (Refused, OSError) as error:
        print(f"flake8-flax-rng: {error}", file=sys.stderr)
        return USAGE
    return status


_ABOUT = "Tools beside the flake8 plugin, which lints by itself in every run of flake8: `flake8 --select=RNG src`."


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="flake8-flax-rng", description=_ABOUT)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for command in COMMANDS:
        command.add(commands)
    return parser
