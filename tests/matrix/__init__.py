"""The linter and JAX's own checker of key reuse, side by side on the same programs.

What the programs cover is what JAX tests its checker for, and the ways around that checker. The truth is
neither the marks nor the checkers: the verifier's ledger sees which key bits are consumed twice.
"""

from __future__ import annotations

import contextlib
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jax

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.verifier.fixture import Claim, Fixture
from flake8_flax_rng.verifier.jaxhooks import load
from flake8_flax_rng.verifier.judge import Verdict, conclude, judge_no_reuse, judge_reuse
from flake8_flax_rng.verifier.ledger import Ledger
from flake8_flax_rng.verifier.reuse import groups

from . import bad, good

HEAD = "import jax\nimport jax.numpy as jnp\nfrom jax import lax, random\n\n\n"

EAGER, JIT, LEGACY = "JAX, typed eager", "JAX, typed jit", "JAX, legacy"
LINTER, LINTER_LEGACY = "linter", "linter, legacy"
COLUMNS = (LINTER, LINTER_LEGACY, EAGER, JIT, LEGACY)

ANSWERS = FOUND, MISSED, WRONG, SILENT = "found", "missed", "WRONG", "silent"
NONE = "-"
"""The program is no function, so there is nothing to compile."""

Lint = Callable[[str], Iterable[Finding]]

_MARK = re.compile(r"# expect: (RNG\d{3}(?:, RNG\d{3})*)$")
_INTENDED = re.compile(r"# intended: (.+)$")
_CALL = re.compile(r"^program\(", re.MULTILINE)


@dataclass(frozen=True)
class Program:
    """One program, written with typed keys.

    Args:
        title: what it shows.
        typed: its text.
    """

    title: str
    typed: str

    @property
    def legacy(self) -> str:
        """The same program with keys that are plain arrays, line by line."""
        return self.typed.replace("random.key(", "random.PRNGKey(")

    @property
    def compiled(self) -> str | None:
        """The same program, compiled as a whole; None when it is no function."""
        text, count = _CALL.subn("jax.jit(program)(", self.typed)
        return text if count else None

    @property
    def variants(self) -> dict[str, str | None]:
        """What JAX's checker is tried on, by column."""
        return {EAGER: self.typed, JIT: self.compiled, LEGACY: self.legacy}

    @property
    def expected(self) -> frozenset[tuple[int, str]]:
        """Line and code of each mark; which code it is matters to the ledger only."""
        lines = enumerate(self.typed.splitlines(), 1)
        return frozenset(
            (number, code) for number, line in lines if (match := _MARK.search(line)) for code in match[1].split(", ")
        )

    @property
    def marked(self) -> set[int]:
        """The lines that are wrong."""
        return {line for line, _ in self.expected}

    @property
    def intended(self) -> dict[int, str]:
        """The lines that use a key again on purpose."""
        lines = enumerate(self.typed.splitlines(), 1)
        return {number: match[1] for number, line in lines if (match := _INTENDED.search(line))}

    @property
    def bad(self) -> bool:
        """Whether it uses a key twice where it should not."""
        return bool(self.expected)


def _programs(text: str) -> list[Program]:
    cases = re.split(r"^== ", text, flags=re.MULTILINE)[1:]
    titles_and_bodies = [case.partition("\n") for case in cases]
    return [Program(title, HEAD + body.strip("\n") + "\n") for title, _, body in titles_and_bodies]


BAD, GOOD = _programs(bad.TEXT), _programs(good.TEXT)
PROGRAMS = BAD + GOOD


@contextlib.contextmanager
def compiled_in_haste() -> Iterator[None]:
    """Let JAX compile without optimising, for a while: these programs take longer to compile than to run.

    Yields:
        nothing.
    """
    name = "jax_disable_most_optimizations"
    before = jax.config.read(name)
    jax.config.update(name, True)
    try:
        yield
    finally:
        jax.config.update(name, before)


def truth(program: Program) -> Verdict:
    """Run the program under the ledger, and compare what that saw with the marks."""
    name = f"<{program.title}>"
    ledger = Ledger(load(), name)
    with ledger.listening(), jax.disable_jit():
        _execute(program.typed, name)
    claim = Claim("key-reused" if program.bad else "clean")
    fixture = Fixture(Path(name), program.typed, "", (claim,), program.expected, program.intended)
    verdict = Verdict()
    (judge_reuse if program.bad else judge_no_reuse)(verdict, fixture, groups(ledger))
    return conclude(fixture, [verdict])


def jax_answer(program: Program, text: str | None) -> str:
    """Run a text of the program under JAX's own checker.

    A bad program counts as found wherever the checker raises: it cannot say more than the first place.
    """
    if text is None:
        return NONE
    try:
        with jax.debug_key_reuse(True):
            _execute(text, f"<{program.title}>")
    except jax.errors.KeyReuseError:
        return FOUND if program.bad else WRONG
    return MISSED if program.bad else SILENT


def lint_default(text: str) -> list[Finding]:
    """Lint with the rules that are on by default: `PRNGKey` is a matter of taste, and no wrong use of a key."""
    off = {rule.code for rule in RULES if not rule.default}
    return [finding for finding in lint(text) if finding.code not in off]


def linter_answer(program: Program, text: str, linter: Lint = lint_default) -> str:
    """Lint a text of the program: each marked line must be reported, and no other line."""
    lines = {finding.line for finding in linter(text)}
    answers = [
        f"{word} (line {', '.join(map(str, sorted(those)))})"
        for word, those in ((MISSED, program.marked - lines), (WRONG, lines - program.marked))
        if those
    ]
    return ", ".join(answers) or (FOUND if program.bad else SILENT)


def row(program: Program) -> dict[str, str]:
    """What each checker says of a program, by column."""
    return {
        LINTER: linter_answer(program, program.typed),
        LINTER_LEGACY: linter_answer(program, program.legacy),
        **{head: jax_answer(program, text) for head, text in program.variants.items()},
    }


def table(rows: dict[str, dict[str, str]], heads: tuple[str, ...] = COLUMNS) -> str:
    """Write rows as a table, with lines below that count."""
    columns = [("program", *rows), *((head, *(cells[head] for cells in rows.values())) for head in heads)]
    widths = [max(map(len, column)) for column in columns]
    lines = [("program", *heads), *((title, *(cells[head] for head in heads)) for title, cells in rows.items())]
    text = [" | ".join(map(str.ljust, line, widths)).rstrip() for line in lines]
    text.insert(1, "-|-".join("-" * width for width in widths))
    return "\n".join([*text, "", *(_summary(head, rows.values()) for head in heads)])


def _summary(head: str, rows: Iterable[dict[str, str]]) -> str:
    answers = [cells[head] for cells in rows if cells[head] != NONE]
    counts = {word: sum(word in answer for answer in answers) for word in ANSWERS}
    return (
        f"{head}: finds {counts[FOUND]}, misses {counts[MISSED]}, flags {counts[WRONG]} wrongly, "
        f"of {len(answers)} programs"
    )


def _execute(text: str, name: str) -> None:
    code: Any = compile(text, name, "exec", dont_inherit=True)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(code, {"__name__": "__main__"})
