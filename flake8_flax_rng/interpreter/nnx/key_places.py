"""Streams where a key belongs: JAX and Linen take keys, and a stream gives one when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.models import Calls
from flake8_flax_rng.interpreter.domain.events import Stateful
from flake8_flax_rng.interpreter.domain.heap import DictObject
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.interpreter.domain.values import Ref, Value
from flake8_flax_rng.interpreter.nnx import streams
from flake8_flax_rng.semantics import jax_random
from flake8_flax_rng.semantics.linen import INITIALISING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.values import Args
    from flake8_flax_rng.interpreter.paths.state import State

_DERIVING = frozenset({jax_random.SPLIT, jax_random.FOLD_IN, jax_random.CLONE, jax_random.KEY_DATA})


def _named(value: Value | None, state: State) -> str:
    """Return what a stream is called that stands for a key, empty for anything else."""
    if streams.is_rngs(value, state):
        return "an `nnx.Rngs`"
    return "a stream, which is not called" if streams.is_stream(value, state) else ""


def _check(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Look at the key that a function of ``jax.random`` is given."""
    if not engine.program.stateful:
        return None
    sampler = jax_random.SAMPLERS.get(path)
    position, name = (sampler.key, sampler.name) if sampler is not None else (0, "key")
    what = _named(args.get(position, name), state)
    if not what:
        return None
    node = args.node(position, name)
    place = engine.site(node) if node is not None else site
    engine.emit(Stateful(StreamMistake.RNGS_AS_KEY, place, path, what))
    return []


def given_streams(engine: Engine, kind: str, name: str, args: Args, state: State, site: Site) -> bool:
    """Return whether a call that takes keys is given streams, and note them."""
    if kind == "linen":
        return _given_to_linen(engine, name, args, state, site)
    what = _named(args.get(0, "key"), state) if kind == "initializer" else ""
    if what:
        engine.emit(Stateful(StreamMistake.RNGS_AS_KEY, site, name, what))
    return bool(what)


def _given_to_linen(engine: Engine, name: str, args: Args, state: State, site: Site) -> bool:
    """Return whether a call of a Linen module is given streams of NNX, and note them."""
    place: int | str = 0 if name in INITIALISING else "rngs"
    value = args.get(0, "rngs") if name in INITIALISING else args.keywords.get("rngs")
    what = _named(value, state)
    found = state.heap.get(value.address) if isinstance(value, Ref) else None
    if isinstance(found, DictObject):
        what = next((named for _, inner in found.entries if (named := _named(inner, state))), "")
    if not what:
        return False
    node = args.nodes.get(place) or args.nodes.get("rngs")
    engine.emit(Stateful(StreamMistake.NOT_FOR_LINEN, engine.site(node) if node is not None else site, name, what))
    return True


CALLS = (Calls(_check, {*jax_random.SAMPLERS, *_DERIVING}),)
