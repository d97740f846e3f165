"""The other process of a claim about two: runs a program and prints the digest of an expression."""

from __future__ import annotations

import sys
from pathlib import Path

from flake8_flax_rng.verifier.execute import configure, execute
from flake8_flax_rng.verifier.processes import digest


def main(path: Path, expression: str) -> None:
    """Run a program, and print the digest of what is computed from its names.

    Args:
        path: its file.
        expression: what is computed.

    Raises:
        BaseException: what left the program.
    """
    configure(None)
    error, namespace = execute(path, path.read_text(encoding="utf-8"))
    if error is not None:
        raise error
    print(digest(eval(expression, namespace)))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
