"""The draws of the Linen run that is under way."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.heap import Instance
from flake8_flax_rng.interpreter.values import Class

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.engine import Engine
    from flake8_flax_rng.interpreter.events import Draw
    from flake8_flax_rng.interpreter.state import State


def record(state: State, draw: Draw) -> Draw:
    """Add a draw to those of a path, numbered as its scope counts them.

    A scope counts the draws from each stream; the name of the stream is not part of the folded data.
    """
    counter = sum(1 for made in state.draws if made.path == draw.path and made.stream == draw.stream and not made.off)
    counted = replace(draw, counter=counter)
    state.draws = (*state.draws, counted)
    return counted


def note(engine: Engine, stream: str, state: State) -> None:
    """Note that the classes whose methods are being followed read a stream, be it in other calls than this one."""
    for active in engine.activations:
        found = state.heap.get(active.address)
        if isinstance(found, Instance) and isinstance(found.cls, Class):
            engine.reads.setdefault(found.cls.serial, set()).add(stream)
