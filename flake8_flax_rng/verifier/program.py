"""Checks a program of the user's own: what the linter says of it, and what one run of it shows."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.machinery import PathFinder
from pathlib import Path

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.verifier import worker
from flake8_flax_rng.verifier.fixture import FixtureError, has_claim, read_source
from flake8_flax_rng.verifier.runner import cache_directory
from flake8_flax_rng.verifier.watch import Progress, Task
from flake8_flax_rng.verifier.weigh import CONFIRMED, CONTRADICTED, NOT_REACHED, UNDECIDED, Outcome

TIMEOUT = 600.0

VERDICTS = (CONFIRMED, NOT_REACHED, CONTRADICTED, UNDECIDED)


@dataclass(frozen=True)
class Checked:
    """One program, and what is known of it.

    Args:
        program: its file, as it was named.
        outcome: what the run says.
        failure: why it says nothing, or "".
    """

    program: str
    outcome: Outcome
    failure: str = ""

    @property
    def disagrees(self) -> bool:
        """Whether the run contradicts a finding, or shows a reuse of which there is none."""
        findings = self.outcome.findings
        return any(finding.verdict == CONTRADICTED for finding in findings) or bool(self.outcome.unreported)

    @property
    def complete(self) -> bool:
        """Whether the run came to its end: an exception that a finding foretells hides what comes after it too."""
        return not self.failure and not self.outcome.ending

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON can hold it."""
        more = {"failure": self.failure, "disagrees": self.disagrees, "complete": self.complete}
        return {"program": self.program, **self.outcome.as_dict(), **more}


def own_programs(paths: Sequence[Path]) -> list[Path]:
    """Pick the programs of the user's own: files that are named, and that are no fixtures.

    Args:
        paths: files and directories.

    Returns:
        the files without a claim.

    Raises:
        FixtureError: when only some of the paths are such programs, or one is a notebook.
    """
    for path in paths:
        if path.suffix == ".ipynb":
            script = f"jupyter nbconvert --to script {path}"
            raise FixtureError(f"{path} is a notebook, which cannot be run: verify the script that `{script}` makes")
    own = [path for path in paths if path.is_file() and not has_claim(path)]
    if own and len(own) != len(paths):
        raise FixtureError(f"{own[0]} has no '# claim:' comment: verify fixtures and programs of your own apart")
    return own


def find_module(name: str) -> tuple[Path, str]:
    """Find a module as `python -m` does from the working directory, without importing anything.

    Args:
        name: its dotted name.

    Returns:
        its file, and the dotted name of what is run: of a package, its `__main__`.

    Raises:
        FixtureError: when there is none, or none in Python.
    """
    where: Sequence[str] | None = [os.getcwd(), *sys.path]
    spec = None
    parts = name.split(".")
    for number in range(len(parts)):
        spec = PathFinder.find_spec(".".join(parts[: number + 1]), where) if where is not None else None
        where = spec.submodule_search_locations if spec is not None else None
    if spec is not None and where is not None:
        name = f"{name}.__main__"
        spec = PathFinder.find_spec(name, where)
    if spec is None or spec.origin is None or not spec.origin.endswith(".py"):
        raise FixtureError(f"no module {name} that could be run, seen from {os.getcwd()}")
    path = Path(spec.origin)
    with suppress(ValueError):
        path = path.relative_to(Path.cwd())
    return path, name


@dataclass(frozen=True)
class Program:
    """A program of the user's own, and how it is run.

    Args:
        path: its file.
        arguments: what follows its name on its command line.
        timeout: seconds until it is stopped; what it did until then is weighed.
        module: its dotted name, where it runs as a module of a package.
        printed: whether what it prints on standard output is kept.
    """

    path: Path
    arguments: Sequence[str] = ()
    timeout: float = TIMEOUT
    module: str = ""
    printed: bool = False

    def source(self) -> str:
        """Read its text.

        Raises:
            FixtureError: when the file is no Python.
        """
        try:
            source = read_source(self.path)
            compile(source, str(self.path), "exec", dont_inherit=True)
        except (SyntaxError, ValueError) as error:
            raise FixtureError(f"{self.path}: no Python program: {error}") from error
        return source

    def run(
        self, source: str, findings: Sequence[Finding], progress: Callable[[Progress], None] = lambda _: None
    ) -> Checked:
        """Run a text as this program, and weigh findings by what it did. This executes it.

        Args:
            source: the text; that of the file, or another in its place.
            findings: the findings.
            progress: is told every few seconds how far it is.

        Raises:
            UnsupportedVersion: when JAX or Flax is missing, or the ledger cannot listen to the installed version.
        """
        cache = cache_directory()
        worker.require(cache)
        task = Task(
            self.path.absolute(),
            source,
            tuple(self.arguments),
            tuple(findings),
            self.timeout,
            cache,
            self.module,
            self.printed,
        )
        started = time.monotonic()
        answer = worker.run_program(task, progress)
        if isinstance(answer, Outcome):
            return Checked(str(self.path), answer)
        return Checked(str(self.path), Outcome.unknown(findings, time.monotonic() - started), answer.text)
