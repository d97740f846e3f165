"""``nnx.bridge.ToNNX``: a Linen module that is run with keys which streams of NNX give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.models import Calls
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance
from flake8_flax_rng.interpreter.domain.values import NONE, Args, Const, Key, Native, Ref, Symbol, Value
from flake8_flax_rng.interpreter.nnx import streams

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

TO_NNX = "flax.nnx.bridge.ToNNX"
_MODULE, _RNGS = "<module>", "rngs"
_INITIALISED = "<initialised>"


def _make(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``ToNNX(module, rngs)``, which forks the streams."""
    module, given = args.get(0, "module"), args.get(1, _RNGS)
    if module is None or not args.complete():
        return None
    attributes: dict[str, Value] = {_MODULE: module}
    found = state.instance(given) if given is not None else None
    if isinstance(given, Ref) and found is not None and streams.is_rngs(given, state) and not found.symbolic:
        forks: dict[str, Value] = {}
        for name in streams.names(found):
            stream = streams.lookup(engine, given, name, state, site)
            key = streams.draw(engine, stream, state, site, layer="fork") if stream is not None else None
            if key is None:
                return []
            forks[name] = streams.make(engine, state, key, name)
        attributes[_RNGS] = streams.make_rngs(engine, state, forks)
    return [(engine.allocate(state, Instance(Symbol(path), attributes)), state)]


def _drawn(engine: Engine, rngs: Value, state: State, site: Site) -> dict[str, Key] | None:
    """Draw a key from each stream; None where that raises."""
    found = state.instance(rngs)
    keys: dict[str, Key] = {}
    for name in streams.names(found) if found is not None else ():
        stream = found.attributes[name] if found is not None else NONE
        key = streams.draw(engine, stream, state, site) if isinstance(stream, Ref) else None
        if key is None:
            return None
        keys["params" if name == "default" else name] = key
    return keys


def call(engine: Engine, owner: Ref, found: Instance, args: Args, state: State, site: Site) -> Outcomes:
    """Call the module: Linen's ``apply`` with a key of each stream; what is wrong with that is not the caller's."""
    given = args.keywords.get(_RNGS, NONE)
    rngs = found.attributes.get(_RNGS, NONE) if given == NONE else given
    if not streams.is_rngs(rngs, state) or _INITIALISED not in found.attributes:
        return [(engine.unknown("bridge"), state)]
    keys = _drawn(engine, rngs, state, site)
    if keys is None:
        return []
    entries = tuple([(Const(name), key) for name, key in keys.items()])
    inner = args.shift(0).prepend(engine.unknown("variables"))
    inner.keywords[_RNGS] = engine.allocate(state, DictObject(entries))
    apply = Native("linen.apply", found.attributes[_MODULE])
    with engine.within(engine.context.expecting_failure()):
        return engine.call(apply, inner, state, site)


def initialise(engine: Engine, owner: Ref, args: Args, state: State, site: Site) -> Outcomes:
    """Call ``lazy_init``, which runs Linen's ``init`` and returns the module."""
    found = state.instance(owner)
    if found is None:
        return [(owner, state)]
    keys = _drawn(engine, found.attributes.get(_RNGS, NONE), state, site)
    if keys is None:
        return []
    current = state.instance(owner)
    assert current is not None
    state.heap[owner.address] = current.set(_INITIALISED, NONE)
    return [(owner, state)]


def _lazy_init(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    owner = args.get(0, "fn")
    found = state.instance(owner) if owner is not None else None
    if not isinstance(owner, Ref) or found is None or found.cls != Symbol(TO_NNX):
        return None
    return initialise(engine, owner, args.shift(1), state, site)


CALLS = (Calls(_make, (TO_NNX,)), Calls(_lazy_init, ("flax.nnx.bridge.lazy_init",)))
