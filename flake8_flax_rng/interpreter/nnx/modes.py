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
    from flake8_flax_rng.interpreter.domain.values import Ref, Value


def note(engine: Engine, owner: Ref, found: Instance, given: Value, flag: Value, site: Site) -> None:
    """Note a call of a layer that drops out, or would if its mode were another one.

    Args:
        engine: the analysis.
        owner: the layer.
        found: the same.
        given: the flag that the call is given, None of Python if there is none.
        flag: the flag that counts.
        site: the place of the call.
    """
    evaluated = _place(engine, found)
    if given == FALSE and evaluated is not None:
        name = graph.class_name(found)
        engine.emit(Stateful(StreamMistake.OVERRIDDEN, _beside(engine, found), name, other=evaluated))
    way = engine.way()
    calls = owner.address, tuple(node for node, _ in way)
    stale = _place(engine, found, streams.STALE)
    if flag == FALSE and given == NONE and stale is not None:
        engine.emit(Stateful(StreamMistake.STALE_MODE, stale, "eval", other=site))
    if flag == FALSE:
        engine.program.dropped[calls] = way
    elif flag == TRUE and given == NONE and evaluated is not None:
        before = engine.program.dropped.get(calls)
        if before is not None and before != way:
            engine.emit(Stateful(StreamMistake.NEVER_BACK, evaluated, other=engine.context.stack[-1].site))


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
