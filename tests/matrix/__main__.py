"""Prints the table: `python -m tests.matrix`."""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Print the table; 1 when the linter misses a program or flags one wrongly, or when a mark is not true."""
    os.environ.setdefault("JAX_PLATFORMS", "cpu")

    from . import BAD, FOUND, GOOD, LINTER, LINTER_LEGACY, PROGRAMS, SILENT, compiled_in_haste, row, table, truth

    with compiled_in_haste():
        untrue = {program.title: problems for program in PROGRAMS if (problems := truth(program).problems)}
        rows = {f"{'bad' if program.bad else 'good'}: {program.title}": row(program) for program in PROGRAMS}
    print(f"{len(BAD)} bad and {len(GOOD)} good programs\n")
    print(table(rows))
    for title, problems in untrue.items():
        print(f"not what the ledger sees: {title}: {'; '.join(problems)}")
    answers = {cells[head] for cells in rows.values() for head in (LINTER, LINTER_LEGACY)}
    return 0 if not untrue and answers <= {FOUND, SILENT} else 1


if __name__ == "__main__":
    sys.exit(main())
