"""Lints pinned packages and compares what is said with the judged record in `record.tsv`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .comparison import MARK, Comparison, compare, diff, precision, summary
from .findings import Linted, linted
from .packages import Package, pinned, unpacked
from .record import UNREAD, Judgement, read, written

_HERE = Path(__file__).parent
OK, CHANGED, USAGE = 0, 1, 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Returns:
        0 when the linter says what is recorded, and the record is as precise as it has to be; 1 when not;
        2 when the command could not be carried out.
    """
    options = _parser().parse_args(arguments)
    try:
        record = read(options.record.read_text(encoding="utf-8"))
        packages = _chosen(pinned(options.packages.read_text(encoding="utf-8")), options.only)
        roots = {package: unpacked(package, options.cache.resolve()) for package in packages}
    except (OSError, ValueError) as error:
        print(f"tests.ecosystem: {error}", file=sys.stderr)
        return USAGE
    comparison = compare(record, _run(roots, options.jobs), [package.name for package in packages])
    print(diff(comparison), end="")
    if options.update:
        kept = {place: judgement for place, judgement in record.items() if place not in comparison.vanished}
        unread = {place: Judgement(UNREAD, text) for place, text in comparison.new.items()}
        options.record.write_text(written((kept | unread).items()), encoding="utf-8")
    print(_report(comparison))
    return OK if comparison.unchanged and precision(comparison.record) >= MARK else CHANGED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.ecosystem", description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path("build/ecosystem"), help="where the packages are kept")
    parser.add_argument("--jobs", "-j", type=int, default=2, metavar="N", help="processes")
    parser.add_argument("--only", action="extend", nargs="+", default=[], metavar="NAME", help="only these packages")
    parser.add_argument("--record", type=Path, default=_HERE / "record.tsv", help="the judged findings")
    parser.add_argument("--packages", type=Path, default=_HERE / "packages.txt", help="the pinned packages")
    parser.add_argument(
        "--update",
        action="store_true",
        help=f"take vanished findings from the record, and add the new ones with the verdict {UNREAD!r}, which has to "
        "be replaced by one that somebody gave",
    )
    return parser


def _chosen(packages: list[Package], names: list[str]) -> list[Package]:
    unknown = set(names) - {package.name for package in packages}
    if unknown:
        raise ValueError(f"no such package: {', '.join(sorted(unknown))}")
    return [package for package in packages if not names or package.name in names]


def _run(roots: dict[Package, Path], jobs: int) -> Linted:
    total = Linted()
    for done, some in enumerate(linted(roots, jobs), 1):
        total.add(some)
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{done} pieces, {len(total.messages)} findings ")
            sys.stderr.flush()
    return total


def _report(comparison: Comparison) -> str:
    return f"{len(comparison.new)} new, {len(comparison.vanished)} vanished\n\n{summary(comparison.present)}"


if __name__ == "__main__":
    sys.exit(main())
