"""Plants faults in real code, and says how many of them the linter finds: `python -m tests.mutants DIR...`.

Each directory is a source of its own. The table on standard output has a row for each kind: how many places there
are, how many faults were planted, and how many were found. The same directories, seed and count give the same faults.
"""

from __future__ import annotations

import argparse
import difflib
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path

from flake8_flax_rng.rules import RULES
from tests.workers import spread

from .choice import Place, chosen, in_file
from .edits import edited
from .judge import Verdict, judged
from .kinds import KINDS
from .sources import files

LIMIT = 120.0
"""Seconds for one file or fault."""

COLUMNS = ("id", "kind", "source", "path", "line", "outcome", "code", "message")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command."""
    options = _options(arguments)
    places = _places(options.roots, options.kinds, options.tests, options.jobs)
    planted = chosen(places, options.count, options.seed)
    if options.show:
        print("\n".join(_shown(planted, options.show)), end="")
        return 0
    verdicts = _judged(planted, frozenset(options.opt_in), options.jobs)
    if options.out is not None:
        options.out.write_text(_rows(verdicts), encoding="utf-8")
    print(_table(Counter(place.mutation.kind for place in places), verdicts))
    return 0


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("roots", nargs="+", type=Path, metavar="DIR", help="a source: a repository or a package")
    parser.add_argument("--count", type=int, default=100, metavar="N", help="how many faults are planted")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", type=_some(KINDS), default=list(KINDS), metavar="KIND,...", help=", ".join(KINDS))
    opt_in = [rule.code for rule in RULES if not rule.default]
    parser.add_argument("--opt-in", type=_some(opt_in), default=[], metavar="CODE,...", help="opt-in rules to ask too")
    parser.add_argument("--tests", action="store_true", help="plant in tests too")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write a row for each fault, separated by tabs")
    parser.add_argument("--show", type=_some(None), default=[], metavar="ID,...", help="print these faults, lint none")
    parser.add_argument("--jobs", type=int, default=2, metavar="N", help="processes")
    options = parser.parse_args(arguments)
    names = Counter(root.resolve().name for root in options.roots)
    for root in options.roots:
        if not root.is_dir():
            parser.error(f"{root} is no directory")
        if names[root.resolve().name] > 1:
            parser.error(f"two sources are called {root.resolve().name}")
    options.roots = [root.resolve() for root in options.roots]
    return options


class _some:
    """Reads a list with commas, of words that are known."""

    def __init__(self, known: Iterable[str] | None) -> None:
        self._known = None if known is None else set(known)

    def __call__(self, text: str) -> list[str]:
        words = [word for word in text.split(",") if word]
        for word in words:
            if self._known is not None and word not in self._known:
                raise argparse.ArgumentTypeError(f"{word} is none of {', '.join(sorted(self._known))}")
        return words


def _places(roots: Sequence[Path], kinds: Sequence[str], tests: bool, jobs: int) -> list[Place]:
    found: list[Place] = []
    for file, places in spread(partial(in_file, kinds=kinds), files(roots, tests), LIMIT, jobs):
        if isinstance(places, str):
            print(f"{places}: {file.place}", file=sys.stderr)
        else:
            found += places
    return found


def _judged(planted: Sequence[Place], requested: frozenset[str], jobs: int) -> dict[Place, Verdict]:
    done = dict(spread(partial(judged, requested=requested), planted, LIMIT, jobs))
    return {place: Verdict(found) if isinstance(found := done[place], str) else found for place in planted}


def _shown(planted: Sequence[Place], ids: Sequence[str]) -> Iterable[str]:
    for number, place in enumerate(planted, 1):
        if str(number) in ids:
            text = place.file.read()
            new = edited(text, place.mutation.edits) or ""
            name = f"{place.file.source}/{place.file.path}"
            yield f"# {number}: {place.mutation.kind}"
            yield from difflib.unified_diff(text.split("\n"), new.split("\n"), name, name, lineterm="")


def _rows(verdicts: dict[Place, Verdict]) -> str:
    rows = [COLUMNS]
    for number, (place, verdict) in enumerate(verdicts.items(), 1):
        file, mutation = place.file, place.mutation
        where = file.source, file.path, str(mutation.line)
        rows.append((str(number), mutation.kind, *where, verdict.outcome, verdict.code, verdict.message))
    return "".join("\t".join(row) + "\n" for row in rows)


def _table(places: Counter[str], verdicts: dict[Place, Verdict]) -> str:
    counts = Counter((place.mutation.kind, verdict.outcome) for place, verdict in verdicts.items())
    counts.update(("all", verdict.outcome) for verdict in verdicts.values())
    places = places + Counter({"all": places.total()})
    lines = [f"{'kind':18} {'places':>7} {'planted':>7} {'found':>6} {'share':>6}"]
    for kind in [*(kind for kind in KINDS if places[kind]), "all"]:
        found, broken = counts[kind, "found"], counts[kind, "crashed"] + counts[kind, "hung"]
        planted = found + counts[kind, "missed"]
        share = f"{found / planted:.0%}" if planted else "-"
        note = f"  ({broken} crashed or hung)" if broken else ""
        lines.append(f"{kind:18} {places[kind]:7} {planted:7} {found:6} {share:>6}{note}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
