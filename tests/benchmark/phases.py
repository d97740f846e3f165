"""Where the time of an analysis goes, measured in this process by timers around the parts."""

from __future__ import annotations

import ast
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import libcst

from flake8_flax_rng import lint, rules
from flake8_flax_rng.interpreter.roots.analysis import Analysis
from flake8_flax_rng.syntax.project import Project

PHASES = ("gate and index", "parse", "interpretation", "rules")


class _Clock:
    """Gives the time that passes to the innermost phase."""

    def __init__(self) -> None:
        self.spent: Counter[str] = Counter()
        self._phases: list[str] = []
        self._since = 0.0

    def _stop(self) -> None:
        now = time.process_time()
        if self._phases:
            self.spent[self._phases[-1]] += now - self._since
        self._since = now

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        self._stop()
        self._phases.append(name)
        try:
            yield
        finally:
            self._stop()
            self._phases.pop()

    def timed(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def call(*args: Any, **keywords: Any) -> Any:
            with self.phase(name):
                return function(*args, **keywords)

        return call


def phases(files: Sequence[Path]) -> dict[str, float]:
    """Return milliseconds of CPU for 1,000 lines, by phase; flake8's own parsing is left out."""
    clock = _Clock()
    lines = 0
    with ExitStack() as stack:
        for name, owner, attribute in (
            ("parse", libcst, "parse_module"),
            ("interpretation", Analysis, "run"),
            ("rules", rules, "findings"),
        ):
            stack.enter_context(patch.object(owner, attribute, _method(clock, name, getattr(owner, attribute))))
        for file in files:
            text = file.read_text(encoding="utf-8")
            tree = ast.parse(text)
            lines += text.count("\n")
            with clock.phase("gate and index"):
                lint.lint(text, tree, str(file), project=Project(str(file)), off=lambda: _OPT_IN)
    return {name: 1_000_000 * clock.spent[name] / lines for name in PHASES}


_OPT_IN = frozenset(rule.code for rule in rules.RULES if not rule.default)


def _method(clock: _Clock, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    timed = clock.timed(name, function)
    return lambda *args, **keywords: timed(*args, **keywords)
