"""Checks a program of the user's own: what the linter says of it, and what one run of it shows."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
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
        """Whether the run came to its end, or to an exception that a finding foretells."""
        foretold = any(f.verdict == CONFIRMED and f.evidence.startswith("raises ") for f in self.outcome.findings)
        return not self.failure and (not self.outcome.ending or (foretold and not self.outcome.stopped))

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
        FixtureError: when only some of the paths are such programs.
    """
    own = [path for path in paths if path.is_file() and not has_claim(path)]
    if own and len(own) != len(paths):
        raise FixtureError(f"{own[0]} has no '# claim:' comment: verify fixtures and programs of your own apart")
    return own


def check(
    path: Path,
    lint: Callable[[str, str], Collection[Finding]],
    *,
    arguments: Sequence[str] = (),
    timeout: float = TIMEOUT,
    progress: Callable[[Progress], None] = lambda _: None,
) -> Checked:
    """Lint a program, run it under the ledger, and weigh the findings. This executes the program.

    Args:
        path: its file.
        lint: the linter.
        arguments: what follows the program's name on its command line.
        timeout: seconds until it is stopped; what it did until then is weighed.
        progress: is told every few seconds how far it is.

    Returns:
        what is known of it then.

    Raises:
        FixtureError: when the file is no Python.
        UnsupportedVersion: when JAX or Flax is missing, or the ledger cannot listen to the installed version.
    """
    cache = cache_directory()
    worker.require(cache)
    try:
        source = read_source(path)
        compile(source, str(path), "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as error:
        raise FixtureError(f"{path}: no Python program: {error}") from error
    findings = tuple(lint(source, str(path)))
    started = time.monotonic()
    answer = worker.run_program(Task(path.absolute(), source, tuple(arguments), findings, timeout, cache), progress)
    if isinstance(answer, Outcome):
        return Checked(str(path), answer)
    return Checked(str(path), Outcome.unknown(findings, time.monotonic() - started), answer.text)
