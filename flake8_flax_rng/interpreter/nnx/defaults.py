"""An ``Rngs`` that is the default of a parameter: one for all calls that rely on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.events import Stateful
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.interpreter.nnx import streams

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.values import FunctionCode, Value
    from flake8_flax_rng.interpreter.paths.state import State


def declared(engine: Engine, value: Value, state: State, site: Site) -> None:
    """Note a default that is an ``Rngs``."""
    if streams.is_rngs(value, state):
        engine.emit(Stateful(StreamMistake.DEFAULT_DECLARED, site))


def defaulted(engine: Engine, value: Value, parameter: tuple[FunctionCode, str], state: State) -> None:
    """Note the second call that relies on such a default."""
    if not streams.is_rngs(value, state) or not engine.context.stack:
        return
    site, walk = engine.context.stack[-1].site, engine.book.walks.number
    way = (walk, engine.way())
    first, before = engine.program.relied.setdefault(parameter, (way, site))
    if (first[0] == walk and first != way) or before.node is not site.node:
        code, name = parameter
        engine.emit(Stateful(StreamMistake.DEFAULT_SHARED, site, name, code.name, other=before))
