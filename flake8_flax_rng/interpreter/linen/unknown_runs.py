"""Calls that may run a Linen module of which nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.events import ModuleRun
from flake8_flax_rng.interpreter.domain.kinds import RunKind
from flake8_flax_rng.interpreter.linen import training_runs
from flake8_flax_rng.interpreter.linen.runs import OPTIONS, signature
from flake8_flax_rng.semantics.linen import INITIALISING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Args
    from flake8_flax_rng.interpreter.paths.state import State

_RUNNING = frozenset({*INITIALISING, RunKind.APPLY, RunKind.APPLY_FN})


def note(engine: Engine, method: Term, args: Args, state: State) -> None:
    """Note a call of a method that may run a module.

    Args:
        engine: the analysis.
        method: the attribute of something unknown that is called.
        args: the arguments.
        state: the path.
    """
    name = str(method.name)
    if name not in _RUNNING:
        return
    if name not in INITIALISING:
        training_runs.note(engine, method, args, state)
    rest = args.shift(1)
    for option in OPTIONS:
        rest.keywords.pop(option, None)
    site, kind = engine.context.stack[-1].site, RunKind(name)
    engine.emit(ModuleRun(site, kind, name, None, False, (), False, signature(rest), context=engine.way()))
