"""Writes, lints and runs many programs, and adds up what came of them."""

from __future__ import annotations

import functools
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

from flake8_flax_rng.lint import lint

from .compare import FEATURES, PLAIN, Disagreement, World, compare
from .nnx.strategy import programs as programs_about_streams
from .nnx.world import NNX
from .oracle import configure
from .reduce import reduced, unread_names
from .strategy import Program, programs

CHUNK = 100

KINDS: dict[str, tuple[Callable[[], SearchStrategy[Program]], World]] = {
    "keys": (functools.partial(programs, FEATURES), PLAIN),
    "nnx": (programs_about_streams, NNX),
}
"""What programs can be about: what writes them, and what is compared."""

Map = Callable[..., Iterator[Any]]


@dataclass
class Tally:
    """What came of some programs.

    Args:
        counts: of programs, runs, and so on.
        silent: of programs in which the analysis says nothing of something by design, by reason.
        codes: of programs in which each rule speaks.
        disagreements: programs, and what the linter and JAX say of them.
    """

    counts: Counter[str] = field(default_factory=Counter)
    silent: Counter[str] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    disagreements: list[tuple[Program, list[Disagreement]]] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Add what came of other programs."""
        self.counts += other.counts
        self.silent += other.silent
        self.codes += other.codes
        self.disagreements += other.disagreements


def chunks(count: int, number: int) -> list[tuple[int, int]]:
    """Cut programs into pieces: each has a seed of its own, so that the number of jobs changes nothing.

    Args:
        count: how many programs.
        number: the seed of all.

    Returns:
        the size and the seed of each piece.
    """
    return [(min(CHUNK, count - start), number * 1_000_003 + start) for start in range(0, count, CHUNK)]


def check(chunk: tuple[int, int], kind: str = "keys") -> Tally:
    """Write, lint and run the programs of one piece.

    Args:
        chunk: its size and its seed.
        kind: what the programs are about.

    Returns:
        what came of them.
    """
    count, number = chunk
    tally = Tally()

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(KINDS[kind][0]())
    def each(program: Program) -> None:
        check_one(program, tally, kind)

    each()
    return tally


def check_one(program: Program, tally: Tally, kind: str = "keys") -> None:
    """Lint and run one program, and add what came of it."""
    tally.counts["programs"] += 1
    tally.silent.update(program.silent)
    tally.counts["silent"] += bool(program.silent)
    try:
        result = compare(program.source, bool(program.silent), world=KINDS[kind][1])
    except Exception as error:
        text = f"{type(error).__name__}: {error}".splitlines()[0]
        tally.disagreements.append((program, [Disagreement("broken", 0, text)]))
        return
    tally.counts["runs"] += result.runs
    tally.counts["reused"] += result.reused
    tally.counts["raised"] += bool(result.errors)
    tally.counts["faulty"] += bool(result.reused or result.errors)
    tally.counts["findings"] += len(result.findings)
    tally.codes.update({finding.code for finding in result.findings})
    tally.silent.update(["a bound of the analysis, as it says itself"] if result.bounded else [])
    tally.counts["silent"] += result.bounded and not program.silent
    tally.counts["waiting"] += result.waiting
    if result.disagreements:
        tally.disagreements.append((program, result.disagreements))


def minimal(case: tuple[Program, list[Disagreement]], about: str = "keys") -> tuple[str, list[Disagreement]]:
    """Make a program smaller that shows a disagreement of the same kind.

    Args:
        case: the program, and the lines about which the linter and JAX disagree.
        about: what the program is about.

    Returns:
        a smaller program, and what is said of it.
    """
    program, disagreements = case
    world = KINDS[about][1]
    kind, what = disagreements[0].kind, disagreements[0].text.split(" ")[0]
    last = disagreements
    errors = compare(program.source, bool(program.silent), world=world).errors if kind != "broken" else frozenset()
    unread = unread_names(program.source)

    def holds(source: str) -> bool:
        nonlocal last
        if unread_names(source) - unread:
            return False  # What is wrong about keys that nothing uses is another question.
        if kind == "false" and not any(finding.code == what for finding in lint(source)):
            return False
        try:
            result = compare(source, bool(program.silent), inputs=disagreements[0].inputs or None, world=world)
        except Exception:
            return False
        found = result.disagreements
        if not any(other.kind == kind and other.text.split(" ")[0] == what for other in found):
            return False
        if result.errors - errors:
            return False  # What is torn apart shows nothing.
        last = found
        return True

    source = program.source if kind == "broken" else reduced(program.source, holds)
    return source, last


@contextmanager
def pool(jobs: int) -> Iterator[Map]:
    """Start processes.

    Args:
        jobs: how many.

    Yields:
        a `map` that uses them.
    """
    if jobs == 1:
        configure()
        yield map
        return
    # JAX has threads, so that only a process that starts anew is safe.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=configure) as executor:
        yield executor.map


def report(total: Tally) -> str:
    """Say in a few lines what came of all programs."""
    counts = total.counts
    programs = counts["programs"] or 1
    lines = [
        f"{counts['programs']} programs, {counts['runs']} runs; "
        f"{100 * counts['reused'] / programs:.0f} % use a key again, {100 * counts['raised'] / programs:.0f} % raise",
        f"{counts['faulty']} are faulty, {counts['programs'] - counts['faulty']} right; rules that speak, by programs: "
        + ", ".join(f"{code} {count}" for code, count in sorted(total.codes.items())),
        f"{counts['programs'] - len(total.disagreements)} agree, {len(total.disagreements)} disagree",
        f"{100 * counts['silent'] / programs:.1f} % hold something of which the linter says nothing, by design:",
        *(f"    {reason}: {count}" for reason, count in total.silent.most_common()),
    ]
    if counts["waiting"]:
        lines.append(f"{counts['waiting']} use a key again in a way for which there is no rule yet")
    return "\n".join(lines)
