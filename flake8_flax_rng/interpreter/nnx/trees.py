"""States as trees: what maps a function over one hands it the keys of the streams as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.models import Calls
from flake8_flax_rng.interpreter.domain.events import Made, Misused, Stateful
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, Misuse, StreamMistake
from flake8_flax_rng.interpreter.domain.values import TRUE, Args, Key, Symbol, Value
from flake8_flax_rng.interpreter.nnx.states import OPEN, STATE
from flake8_flax_rng.semantics.transforms import calling

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

_REFUSING = frozenset({"numpy.asarray", "numpy.array", "numpy.add", "numpy.mean"})
_AVERAGING = frozenset({"optax.incremental_update"})


def _map(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Look at a function that is mapped over a state which holds streams."""
    trees = args.positional[1:]
    if not engine.program.stateful or not any(_is_state(tree, state) for tree in trees):
        return None
    function = args.positional[0]
    if any(_holds_keys(tree, state) for tree in trees) and _refuses(engine, function, len(trees), state, site):
        engine.emit(Stateful(StreamMistake.IN_A_TREE, site, path))
        return []
    return [(engine.allocate(state, Instance(Symbol(STATE), {OPEN: TRUE})), state)]


def _average(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Look at an average of two states."""
    if not engine.program.stateful or not any(_holds_keys(tree, state) for tree in args.values()):
        return None
    engine.emit(Stateful(StreamMistake.IN_A_TREE, site, path))
    return []


def _is_state(value: Value, state: State) -> bool:
    found = state.instance(value)
    return found is not None and isinstance(found.cls, Symbol) and found.cls.path == STATE


def _holds_keys(value: Value, state: State) -> bool:
    """Return whether a state is known to hold a stream."""
    found = state.instance(value)
    return found is not None and _is_state(value, state) and any(name != OPEN for name in found.attributes)


def _refuses(engine: Engine, function: Value, count: int, state: State, site: Site) -> bool:
    """Return whether a function computes with keys, which raises."""
    if isinstance(function, Symbol):
        return function.path in _REFUSING
    origin = engine.number()
    made = Made(tuple(engine.context.stack), MakeKind.SEED, 0, engine.terms.fresh("seed"), legacy=False)
    engine.book.origins.add(origin, made)
    leaf = Key(engine.terms.fresh("leaf"), origin)
    before = len(engine.events)
    with engine.book.uses.for_shapes_only():
        engine.call(function, Args([leaf] * count), state.fork(), site)
    found = engine.events[before:]
    del engine.events[before:]
    return any(isinstance(event, Misused) and event.code is Misuse.TYPED for event in found)


CALLS = (Calls(_map, calling("tree_map")), Calls(_average, _AVERAGING))
