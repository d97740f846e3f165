"""Checks fixtures three ways: what the linter says, what the file says, and what JAX does."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.verifier import pool, worker
from flake8_flax_rng.verifier.execute import modes
from flake8_flax_rng.verifier.fixture import Fixture, FixtureError, find, read, rule_of
from flake8_flax_rng.verifier.judge import Verdict, conclude
from flake8_flax_rng.verifier.neighbours import why_not

Lint = Callable[[str, str], Iterable[Finding]]
"""Takes a program's text and file name, returns the linter's findings."""

TIMEOUT = 120.0


@dataclass(frozen=True)
class Row:
    """What is known of one fixture.

    Args:
        rule: the rule that it belongs to.
        program: its file.
        claim: what it says about itself.
        linter: what the linter said.
        jax: what JAX did.
        linter_ok: whether the linter reports exactly the marked lines.
        jax_ok: whether JAX confirms the claims.
        seconds: how long the program's runs took.
        skipped: why JAX was not asked: a library is missing that the program imports.
    """

    rule: str
    program: str
    claim: str
    linter: str
    jax: str
    linter_ok: bool
    jax_ok: bool
    seconds: float
    skipped: str = ""

    @property
    def ok(self) -> bool:
        """Whether the linter, the file and JAX agree; of a program that was not run, linter and file."""
        return self.linter_ok and self.jax_ok

    @property
    def verdict(self) -> str:
        """Who disagrees with the file."""
        if self.ok:
            return "skipped" if self.skipped else "ok"
        who = [name for name, fine in (("linter", self.linter_ok), ("JAX", self.jax_ok)) if not fine]
        return f"{' and '.join(who)} disagree{'s' if len(who) == 1 else ''}"

    def as_dict(self) -> dict[str, object]:
        """Return the row as JSON can hold it."""
        return {**asdict(self), "ok": self.ok, "verdict": self.verdict}


def select(paths: Iterable[Path], rules: Collection[str] = ()) -> list[Path]:
    """List the fixtures to verify.

    Args:
        paths: files and directories.
        rules: codes; when given, only fixtures that stand in a directory of that name, or expect that code.

    Returns:
        the programs' files.

    Raises:
        FixtureError: when a path does not exist.
    """
    return [path for path in find(paths) if not rules or _belongs(path, rules)]


def verify(
    programs: Sequence[Path],
    lint: Lint,
    *,
    jobs: int | None = None,
    timeout: float = TIMEOUT,
    progress: Callable[[Row], None] | None = None,
    shared: bool = True,
) -> list[Row]:
    """Check fixtures three ways. This executes the programs.

    Args:
        programs: their files.
        lint: the linter.
        jobs: how many run at a time; as many as there are processors when not given.
        timeout: seconds until a program's run is killed.
        progress: is told each row as soon as it is known.
        shared: whether programs may share a process where none leaves anything behind; what disagrees with its file
            in such a process runs again, in one of its own.

    Returns:
        a row for each program, in the order of the programs.

    Raises:
        UnsupportedVersion: when JAX or Flax is missing, or the ledger cannot listen to the installed version.
    """
    cache = cache_directory()
    worker.require(cache)
    rows: dict[Path, Row] = {}
    threads = ThreadPoolExecutor(jobs or os.cpu_count() or 1)
    try:
        futures = {threads.submit(_row, path, lint, cache, timeout, shared): path for path in programs}
        for future in as_completed(futures):
            row = rows[futures[future]] = future.result()
            if progress is not None:
                progress(row)
    finally:
        threads.shutdown(cancel_futures=True)  # After an interrupt no further program starts.
    return [rows[path] for path in programs]


def _belongs(path: Path, rules: Collection[str]) -> bool:
    if rule_of(path) in rules:
        return True
    try:
        return any(code in rules for _, code in read(path).expected)
    except FixtureError:
        return False


def _row(path: Path, lint: Lint, cache: Path | None, timeout: float, shared: bool) -> Row:
    started = time.monotonic()
    rule, program = rule_of(path), path.name
    try:
        fixture = read(path.absolute())
    except FixtureError as error:
        return Row(rule, program, "", "", f"not a fixture: {error}", False, False, 0.0)
    linter, linter_ok = _lint(fixture, lint)
    skipped = why_not(fixture.source)
    verdict = Verdict(seen=[skipped]) if skipped else _run(fixture, cache, timeout, shared)
    return Row(
        rule=rule or ", ".join(sorted({code for _, code in fixture.expected})),
        program=program,
        claim=", ".join(str(claim) for claim in fixture.claims),
        linter=linter,
        jax=_evidence(verdict),
        linter_ok=linter_ok,
        jax_ok=not verdict.problems,
        seconds=time.monotonic() - started,
        skipped=skipped,
    )


def _lint(fixture: Fixture, lint: Lint) -> tuple[str, bool]:
    try:
        found = {(finding.line, finding.code) for finding in lint(fixture.source, str(fixture.path))}
    except Exception as error:
        return f"crashed: {type(error).__name__}: {error}", False
    missed, extra = sorted(fixture.expected - found), sorted(found - fixture.expected)
    if not missed and not extra:
        return _places(sorted(found)) or "silent", True
    parts = [f"missed {_places(missed)}" if missed else "", f"unexpected {_places(extra)}" if extra else ""]
    return "; ".join(part for part in parts if part), False


def _places(findings: Iterable[tuple[int, str]]) -> str:
    return ", ".join(f"{code} at line {line}" for line, code in findings)


def _evidence(verdict: Verdict) -> str:
    """Say what is wrong, then what was seen besides."""
    rest = [text for text in verdict.seen if not any(text in problem for problem in verdict.problems)]
    return "; ".join([*verdict.problems, *rest]) or "clean"


def _run(fixture: Fixture, cache: Path | None, timeout: float, shared: bool) -> Verdict:
    ways = modes(fixture.claims)
    if shared:
        answers = pool.run(fixture.path, ways, cache, timeout)
        if not isinstance(answers, worker.Failure):
            verdict = conclude(fixture, answers)
            if not verdict.problems:
                return verdict
    verdicts: list[Verdict] = []
    for mode in ways:
        answer = worker.run_in_process(fixture.path, mode, cache, timeout)
        if isinstance(answer, worker.Failure):
            return Verdict(problems=[answer.text])
        verdicts.append(answer)
        if answer.problems:
            break
    return conclude(fixture, verdicts)


def cache_directory() -> Path | None:
    """Find the directory for compiled expressions.

    Returns:
        the directory, or None where none can be made.
    """
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    directory = root / "flake8-flax-rng" / "compiled"
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return directory
