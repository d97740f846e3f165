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

_FLAG = "flag"
"""What a call turns a layer on with."""


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
    if flag == FALSE and isinstance(made, Const):
        _note_trained(engine, made.value, site, by_call=given != NONE)
    if flag == FALSE:
        engine.program.dropped[calls] = way
    elif flag == TRUE and given == NONE and evaluated is not None:
        before = engine.program.dropped.get(calls)
        if before is not None and before != way:
            engine.emit(Stateful(StreamMistake.NEVER_BACK, evaluated, other=engine.context.stack[-1].site))


def _note_trained(engine: Engine, layer: object, site: Site, by_call: bool) -> None:
    """Note a layer that drops out where no gradient is taken, after it was trained and before any ``eval``.

    Where the call itself turns the layer on, it must be the function of which the gradient was taken that calls it so:
    an evaluation that writes the flag means it.
    """
    trained, walk, stack = engine.program.trained, engine.book.walks.number, engine.context.stack
    nodes = tuple(step.site.node for step in stack)
    if engine.context.differentiated:
        trained.add((walk, layer, nodes[engine.context.entered :] if by_call else ()))
        return
    ways = {()} if not by_call else {nodes[start:] for start in range(1, len(nodes))}
    if any((walk, layer, way) in trained for way in ways):
        first = next((step for step in stack if step.turn is None), None)
        place, how = first.site if first is not None else site, _FLAG if by_call else ""
        engine.emit(Stateful(StreamMistake.FORGOTTEN, place, detail=how, other=site))


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
