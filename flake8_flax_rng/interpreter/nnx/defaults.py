"""An ``Rngs`` that is the default of a parameter: one for all modules that are built on it.

A function that only draws from its default gets other numbers in each call, which may be all that is wanted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.program import Reliance
from flake8_flax_rng.interpreter.domain.events import Stateful
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.interpreter.domain.values import Const, Ref
from flake8_flax_rng.interpreter.nnx import streams
from flake8_flax_rng.interpreter.python.lineage import derives
from flake8_flax_rng.semantics.nnx import MODULES

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.values import FunctionCode, Value
    from flake8_flax_rng.interpreter.paths.state import State

_RELIED = "<relied>"


def declared(engine: Engine, value: Value, state: State, site: Site) -> None:
    """Note a default that is an ``Rngs``."""
    if streams.is_rngs(value, state):
        engine.emit(Stateful(StreamMistake.DEFAULT_DECLARED, site))


def defaulted(engine: Engine, value: Value, parameter: tuple[FunctionCode, str], state: State) -> None:
    """Note a call that relies on such a default; the ``Rngs`` remembers the last one."""
    found = state.instance(value)
    if found is None or not isinstance(value, Ref) or not streams.is_rngs(value, state) or not engine.context.stack:
        return
    site, number = engine.context.stack[-1].site, engine.number()
    engine.program.reliances[number] = Reliance(parameter, engine.book.walks.number, engine.way(), site)
    state.heap[value.address] = found.set(_RELIED, Const(number))
    function = engine.program.functions.get(parameter[0])
    owner = function.owner if function is not None and parameter[0].name == "__init__" else None
    if owner is not None and derives(owner, MODULES):
        built(engine, value, state)


def built(engine: Engine, value: Value, state: State) -> None:
    """Note that a module is built on an ``Rngs``, the second one on a default above all."""
    found = state.instance(value)
    number = found.attributes.get(_RELIED) if found is not None else None
    relied = engine.program.reliances.get(number.value) if isinstance(number, Const) else None
    if relied is None:
        return
    first = engine.program.relied.setdefault(relied.parameter, relied)
    again = first.walk == relied.walk and first.way != relied.way
    if again or first.site.node is not relied.site.node:
        code, name = relied.parameter
        engine.emit(Stateful(StreamMistake.DEFAULT_SHARED, relied.site, name, code.name, other=first.site))
