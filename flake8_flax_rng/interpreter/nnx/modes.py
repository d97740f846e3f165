"""What becomes of the mode that ``eval`` has set: a call may override it, and a loop may never set it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.events import Stateful
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.interpreter.domain.values import FALSE, NONE, TRUE, Const
from flake8_flax_rng.interpreter.nnx import graph, streams

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.heap import Instance
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.values import Value


def note(engine: Engine, found: Instance, given: Value, flag: Value, site: Site) -> None:
    """Note a call of a layer that drops out, or would if its mode were another one.

    Args:
        engine: the analysis.
        found: the layer.
        given: the flag that the call is given, None of Python if there is none.
        flag: the flag that counts.
        site: the place of the call.
    """
    evaluated = _place(engine, found)
    if given == FALSE and evaluated is not None:
        name = graph.class_name(found)
        engine.emit(Stateful(StreamMistake.OVERRIDDEN, _beside(engine, found), name, other=evaluated))
    way = engine.way()
    made = found.attributes.get(streams.MADE)
    calls = made.value if isinstance(made, Const) else None, tuple(node for node, _ in way)
    stale = _place(engine, found, streams.STALE)
    if given == NONE and stale is not None and flag in (FALSE, TRUE):
        off = flag == TRUE
        if off == (streams.EVALUATED in found.attributes):
            engine.emit(Stateful(StreamMistake.STALE_MODE, stale, "train" if off else "eval", other=site))
    if flag == FALSE and given == NONE and isinstance(made, Const):
        _note_trained(engine, made.value, site)
    if flag == FALSE:
        engine.program.dropped[calls] = way
    elif flag == TRUE and given == NONE and evaluated is not None:
        before = engine.program.dropped.get(calls)
        if before is not None and before != way:
            engine.emit(Stateful(StreamMistake.NEVER_BACK, evaluated, other=engine.context.stack[-1].site))


def _note_trained(engine: Engine, layer: object, site: Site) -> None:
    """Note a layer that drops out where no gradient is taken, after it was trained and before any ``eval``."""
    trained, here = engine.program.trained, (engine.book.walks.number, layer)
    if engine.context.differentiated:
        trained.add(here)
    elif here in trained:
        first = next((step for step in engine.context.stack if step.turn is None), None)
        engine.emit(Stateful(StreamMistake.FORGOTTEN, first.site if first is not None else site, other=site))


def _beside(engine: Engine, found: Instance) -> Site:
    """Return the call that stands in the same function as that of ``eval``, else the outermost one."""
    number = found.attributes.get(streams.EVALUATED)
    owner = engine.program.owners.get(number.value) if isinstance(number, Const) else None
    stack = engine.context.stack
    return next((step for step in stack if step.owner == owner and step.turn is None), stack[0]).site


def _place(engine: Engine, found: Instance, name: str = streams.EVALUATED) -> Site | None:
    """Return where ``eval`` was called last, None where it was not."""
    number = found.attributes.get(name)
    known = number.value if isinstance(number, Const) else None
    return engine.program.sites.get(known) if isinstance(known, int) else None
