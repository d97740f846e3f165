"""What the callers of a function in other files supply, where a model runs in it that trains and is given no streams.

The files that mention the function are followed as if they were linted. What they supply is known if each of them that
does more than to hand the name on is seen to call it, with a model that is known, and nothing replaces it.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import UNFED_TRACED
from flake8_flax_rng.interpreter.domain.events import ModuleRun, Supplied, UnfedRun
from flake8_flax_rng.records import replaced
from flake8_flax_rng.syntax.names_in_text import functions_around
from flake8_flax_rng.syntax.walk import walk

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flake8_flax_rng.interpreter.domain.events import Event
    from flake8_flax_rng.syntax.project import Project, SourceFile

Follow = Callable[["SourceFile", "Project"], "Sequence[Event]"]
"""Follows another file as if it were linted."""


def with_callers(events: Sequence[Event], project: Project, follow: Follow) -> list[Event]:
    """Add to the runs without streams what the callers in other files supply.

    Args:
        events: what the analysis of the linted file has found.
        project: the project as that file sees it.
        follow: follows another file.
    """
    known = {event.call.node for event in events if isinstance(event, ModuleRun) and event.resolved}
    unknown = [
        event for event in events if isinstance(event, UnfedRun) and _is_open(event) and event.call.node not in known
    ]
    followed: dict[str, Sequence[Event]] = {}

    def events_of(source: SourceFile) -> Sequence[Event]:
        if source.path not in followed:
            followed[source.path] = follow(source, project.beside(source))
        return followed[source.path]

    supplied = {id(event): _supplied(event, project, events_of) for event in unknown[:UNFED_TRACED]}

    def told(event: Event) -> Event:
        found = supplied.get(id(event))
        return replaced(event, supplied=found) if isinstance(event, UnfedRun) and found is not None else event

    return [told(event) for event in events]


def _is_open(run: UnfedRun) -> bool:
    return run.key is None and run.fed is None and not run.call.chunk.file


def _supplied(
    run: UnfedRun, project: Project, events_of: Callable[[SourceFile], Sequence[Event]]
) -> tuple[Supplied, ...]:
    """Return the runs of the models that all callers supply; none where some may be missing."""
    place = run.call.chunk.position(run.call.node)
    around = functions_around(run.call.chunk, place[0])
    name = around[0].name if around else ""
    sources = project.mentioning(name) if name else None
    found: list[Supplied] = []
    for source in sources or ():
        said = _uses(source.tree, name)
        if said is None:
            return ()
        here = [event for event in events_of(source) if _stands(event, project.home, place)] if said else []
        if said and not here:
            return ()
        found += [Supplied(event, source.path) for event in here if isinstance(event, ModuleRun)]
    return tuple(found) if all(one.run.resolved for one in found) else ()


def _stands(event: Event, home: str, place: tuple[int, int]) -> bool:
    """Return whether an event is a run of a module at a place of the linted file."""
    if not isinstance(event, ModuleRun) or event.call.chunk.file != home:
        return False
    return event.call.chunk.position(event.call.node) == place


def _uses(tree: ast.Module, name: str) -> bool | None:
    """Return whether a text does more with a name than to import it; None where it replaces or renames it."""
    used = False
    for node in walk(tree):
        if isinstance(node, ast.alias) and node.name.rpartition(".")[2] == name and node.asname not in (None, name):
            return None
        if isinstance(node, ast.Constant) and node.value == name and not _listed(tree, node):
            return None  # `setattr(steps, "step", …)`, `getattr(steps, "step")`
        if _named(node) == name:
            if not isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
                return None
            used = True
    return used


def _named(node: ast.AST) -> str | None:
    """Return the name that a node reads, binds or defines."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return node.attr
    return None


def _listed(tree: ast.Module, constant: ast.Constant) -> bool:
    """Return whether a text stands in ``__all__``."""
    return any(constant in walk(statement.value) for statement in _all(tree))


def _all(tree: ast.Module) -> Iterator[ast.Assign]:
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "__all__" for target in statement.targets
        ):
            yield statement
