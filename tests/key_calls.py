"""How many of the calls that are given a key have a known effect, and why the others have none, by cause."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import libcst as cst

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.context import Outcomes
from flake8_flax_rng.interpreter.core.engine import Engine
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term
from flake8_flax_rng.interpreter.domain.values import (
    Args,
    Bound,
    Class,
    Function,
    Key,
    Keys,
    Native,
    Opaque,
    Partial,
    Ref,
    Symbol,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.domain.walk import CONTAINERS, reachable
from flake8_flax_rng.interpreter.paths.state import State
from flake8_flax_rng.interpreter.roots.analysis import Analysis
from flake8_flax_rng.interpreter.roots.other_files import ProjectFiles
from flake8_flax_rng.semantics.interest import interest
from flake8_flax_rng.semantics.libraries import KEEPING_METHODS, NO_LIBRARIES
from flake8_flax_rng.syntax.index import build
from flake8_flax_rng.syntax.project import Project
from flake8_flax_rng.syntax.source import chunks

_FOLLOWED = (Function, Bound, Partial, Wrapped, Class)


@dataclass(frozen=True)
class KeyCall:
    """A call that is given a key.

    Args:
        path: the file.
        line: where the call begins.
        text: the call's first line.
        cause: why its effect is not known, empty if it is.
    """

    path: str
    line: int
    text: str
    cause: str


class _Watched(Analysis):
    """An analysis that also notes which calls are given keys, and what these lead to."""

    def watch(self) -> None:
        """Begin to note."""
        self.terms: dict[Site, set[Term]] = {}
        self.keyed: set[Site] = set()
        self.causes: dict[Site, set[str]] = {}
        call, unknown_call = self._engine._call, unknown_code.unknown_call

        def watched(engine: Engine, function: Value, args: Args, state: State, site: Site) -> Outcomes:
            if isinstance(site.node, cst.Call) and not site.chunk.file:
                self._note(args, state, site)
            return call(engine, function, args, state, site)

        def unknown(engine: Engine, function: Value, args: Args, state: State) -> Outcomes:
            site = engine.context.stack[-1].site if engine.context.stack else None
            if site is not None and isinstance(site.node, cst.Call) and not site.chunk.file:
                self._note(args, state, site)
                if _keeps(function, args):
                    return unknown_call(engine, function, args, state)
                self.causes.setdefault(site, set()).add(cause(engine, function))
            return unknown_call(engine, function, args, state)

        self._engine._call = watched
        unknown_code.unknown_call = unknown
        try:
            self.run()
        finally:
            unknown_code.unknown_call = unknown_call

    def _note(self, args: Args, state: State, site: Site) -> None:
        for value in args.values():
            for inner in reachable(value, state.heap, CONTAINERS):
                if isinstance(inner, Key | Keys):
                    self.keyed.add(site)
                elif isinstance(inner, Opaque):
                    self.terms.setdefault(site, set()).add(inner.term)

    def found(self) -> Iterator[tuple[Site, str]]:
        """Go through the calls that are given keys, each with the cause for which its effect is not known."""
        uses = self._engine.book.uses
        for site in {**self.terms, **dict.fromkeys(self.keyed)}:
            if site in self.keyed or any(uses.drawn_from(term) for term in self.terms[site]):
                yield site, min(self.causes.get(site) or {""})


def _keeps(function: Value, args: Args) -> bool:
    """Return whether a method of something unknown is known to put what it is given by name into a new object."""
    term = function.term if isinstance(function, Opaque) and function.term.kind is Kind.ATTRIBUTE else None
    return term is not None and term.name in KEEPING_METHODS and not args.positional


def cause(engine: Engine, function: Value) -> str:
    """Return why nothing is known of what a call does, in a few words."""
    if isinstance(function, _FOLLOWED):
        return "followed not so far"
    if isinstance(function, Native):
        return f"{function.name.partition('.')[0]} of unknown"
    if isinstance(function, Symbol):
        return (
            "import of the project" if _in_project(engine, function) else f"package {function.path.partition('.')[0]}"
        )
    if isinstance(function, Ref):
        return "object without __call__"
    if not isinstance(function, Opaque):
        return type(function).__name__
    return _of_term(function.term)


def _of_term(term: Term) -> str:
    path: list[str] = []
    while term.kind is Kind.ATTRIBUTE and term.owner is not None:
        path.append(str(term.name))
        term = term.owner
    what = "method" if path else "value"
    of = term.kind.value if term.kind is not Kind.OBJECT else "self"
    if term.kind is Kind.SYMBOL:
        return f"{what} of package {str(term.path).partition('.')[0]}"
    if len(path) > 1:
        return f"{what} of an attribute of {of}: {path[0]}"
    return f"{what} of {of}" + (f": {path[0]}" if path else "")


def _in_project(engine: Engine, symbol: Symbol) -> bool:
    others = engine.files.others
    if others is None or not symbol.home:
        return False
    first = symbol.path.partition(".")[0]
    return isinstance(others, ProjectFiles) and (not first or others.project.find(first, symbol.home) is not None)


def key_calls(path: Path, shown: str) -> list[KeyCall]:
    """Return the calls of a file that are given a key; none in one that cannot be read.

    Args:
        path: the file.
        shown: how it is named.
    """
    text = path.read_text(errors="replace").removeprefix("\ufeff")
    if "jax" not in text:
        return []
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return []
    project = Project(str(path))
    project.open(text)
    index = build(tree, interest(NO_LIBRARIES, project, project.home))
    analysis = _Watched(chunks(text, tree), index, NO_LIBRARIES, project)
    analysis.watch()
    lines = text.splitlines()
    found: dict[tuple[int, int], str] = {}
    for site, why in analysis.found():
        place = site.chunk.position(site.node)
        found[place] = found.get(place) or why
    return [KeyCall(shown, line, lines[line - 1].strip(), why) for (line, _), why in sorted(found.items())]


def table(calls: list[KeyCall], rows: int = 30) -> str:
    """Return how many calls have a known effect, and the causes for which the others have none."""
    unknown = Counter(call.cause for call in calls if call.cause)
    known = len(calls) - unknown.total()
    lines = [f"{len(calls)} calls are given a key; of {known} ({known / max(1, len(calls)):.0%}) the effect is known"]
    groups = Counter(call.cause.partition(":")[0] for call in calls if call.cause)
    lines += [f"{count:6}  {why}" for why, count in groups.most_common()]
    lines += ["", "in detail:", *(f"{count:6}  {why}" for why, count in unknown.most_common(rows))]
    return "\n".join(lines)
