"""Writes random programs about keys, lints and runs them, and prints where the linter and JAX disagree."""

from __future__ import annotations

import argparse
import functools
import sys
import time

from .trial import KINDS, Tally, check, chunks, minimal, pool, report


def main() -> int:
    """Run the command.

    Returns:
        0 when the linter and JAX agree about each program.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--programs", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--shown", type=int, default=20, help="how many disagreements to make small and print")
    parser.add_argument("--about", choices=list(KINDS), default="keys", help="what the programs are about")
    options = parser.parse_args()
    total = Tally()
    start = time.monotonic()
    with pool(options.jobs) as spread:
        for tally in spread(functools.partial(check, kind=options.about), chunks(options.programs, options.seed)):
            total.add(tally)
            done = total.counts["programs"]
            pace = done / (time.monotonic() - start)
            sys.stderr.write(
                f"\r{done}/{options.programs} programs, {pace:.0f}/s, {len(total.disagreements)} disagree "
            )
            sys.stderr.flush()
        sys.stderr.write("\n")
        for source, what in spread(
            functools.partial(minimal, about=options.about), total.disagreements[: options.shown]
        ):
            print("\n".join(["=" * 70, *(f"{item.kind} line {item.line}: {item.text}" for item in what), source]))
    print(report(total))
    return 1 if total.disagreements else 0


if __name__ == "__main__":
    sys.exit(main())
