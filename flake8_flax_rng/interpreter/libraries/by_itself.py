"""What the program's own body runs, so that no caller can make it right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.core.context import MODULE_FRAME
from flake8_flax_rng.interpreter.domain.events import Misapplied
from flake8_flax_rng.interpreter.domain.values import Symbol
from flake8_flax_rng.syntax.cst_children import ancestors

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.kinds import LibraryMistake
    from flake8_flax_rng.interpreter.paths.state import State


def is_run(engine: Engine) -> bool:
    """Return whether the file's own body leads here, rather than any caller of the function that is followed."""
    first = next(step for step in engine.context.stack if step.turn is None)
    chunk = first.site.chunk
    if first.owner != -1 or chunk.file:
        return False
    root = engine.context.functions[0] if engine.context.functions else None
    inside = root is not None and root.chunk is chunk and chunk.contains(root.node, chunk.position(first.site.node)[0])
    return not inside


def note(engine: Engine, what: LibraryMistake) -> None:
    """Tell the rules that a call raises, at the call of the function in which it stands."""
    calls = [step for step in engine.context.stack if step.turn is None]
    step = calls[-2] if len(calls) > 1 else calls[-1]
    engine.emit(Misapplied(what, step.site, step.label, calls[-1].site))


def below_unknown_managers(engine: Engine, library: str | None, state: State) -> bool:
    """Return whether any call on the way stands in a ``with`` of something that is not a library's own.

    Args:
        engine: the analysis.
        library: the package whose managers are known; None where none are.
        state: the path.
    """
    for step in engine.context.stack:
        for node in ancestors(step.site.chunk.module, step.site.node):
            if isinstance(node, cst.With) and not all(_is_of(item.item, library, state) for item in node.items):
                return True
    return False


def _is_of(manager: cst.BaseExpression, library: str | None, state: State) -> bool:
    inner = manager
    while isinstance(inner, (cst.Call, cst.Attribute)):
        inner = inner.func if isinstance(inner, cst.Call) else inner.value
    found = state.lookup(MODULE_FRAME, inner.value) if isinstance(inner, cst.Name) else None
    return isinstance(found, Symbol) and found.path.partition(".")[0] == library
