"""``nnx.bridge``: a Linen module that is run with keys which streams of NNX give, and a module of NNX under Linen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.models import Calls
from flake8_flax_rng.interpreter.domain.events import Stateful
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import NONE, Args, Const, Key, Native, Ref, Symbol, Tuple, Value
from flake8_flax_rng.interpreter.nnx import graph, streams

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

TO_NNX = "flax.nnx.bridge.ToNNX"
_MODULE, _RNGS = "<module>", "rngs"
_INITIALISED = "<initialised>"

TO_LINEN = "flax.nnx.bridge.ToLinen"
APPLY = "apply"
OF_LINEN = frozenset({APPLY, "init", "init_with_output", "bind", "clone", "tabulate"})
"""What such a module has as a module of Linen."""

_CLASS, _POSITIONAL, _NAMED = "<class>", "<positional>", "<named>"
_CONSTANT_SEED = 0
_OPTIONS = frozenset({"metadata_fn", "name", "abstract_init"})
_OF_APPLY = frozenset({"rngs", "mutable", "method", "capture_intermediates"})


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


def _to_linen(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``to_linen(cls, *args, **kwargs)``: a module of Linen that makes one of NNX in each of its runs."""
    cls = args.get(0, "nnx_class")
    if cls is None or not args.complete():
        return None
    named = {name: value for name, value in args.keywords.items() if name not in _OPTIONS}
    if "skip_rng" in args.keywords:
        return None
    given = engine.allocate(state, DictObject(tuple([(Const(name), value) for name, value in named.items()])))
    attributes: dict[str, Value] = {_CLASS: cls, _POSITIONAL: Tuple(tuple(args.positional[1:])), _NAMED: given}
    return [(engine.allocate(state, Instance(Symbol(TO_LINEN), attributes)), state)]


def call_linen(engine: Engine, name: str, found: Instance, args: Args, state: State, site: Site) -> Outcomes:
    """Call a method of a module of NNX under Linen: without keys its streams start from a constant in ``apply``."""
    result: Outcomes = [(engine.unknown(name), state)]
    if (
        name != APPLY
        or not args.complete()
        or args.keywords.get(_RNGS, NONE) != NONE
        or args.keywords.get("method", NONE) != NONE
    ):
        return result
    inside, positional, named = state.fork(), found.attributes.get(_POSITIONAL), found.attributes.get(_NAMED)
    entries = inside.heap.get(named.address) if isinstance(named, Ref) else None
    if not isinstance(positional, Tuple) or not isinstance(entries, DictObject):
        return result
    root = Key(engine.terms.make(Kind.SEED, engine.terms.const(_CONSTANT_SEED)))
    stream = streams.make(engine, inside, root, "default")
    keywords = {str(name.value): value for name, value in entries.entries}
    keywords[_RNGS] = streams.make_rngs(engine, inside, {"default": stream})
    run = Args(
        list(args.positional[1:]), {name: value for name, value in args.keywords.items() if name not in _OF_APPLY}
    )
    with engine.book.uses.for_shapes_only():
        for module, after in engine.call(
            found.attributes[_CLASS], Args(list(positional.items), keywords), inside, site
        ):
            before = _counts(module, after)
            outcomes = engine.call(module, run, after, site)
            if outcomes and all(_counts(module, at) != before for _, at in outcomes):
                engine.emit(Stateful(StreamMistake.WITHOUT_KEYS, site))
    return result


def _counts(module: Value, state: State) -> list[Value | None]:
    """Return how often each stream of a module was drawn from."""
    held = [state.instance(stream) for stream in graph.streams_of([module], state)]
    return [stream.attributes.get(streams.COUNT) for stream in held if stream is not None]


CALLS = (
    Calls(_make, (TO_NNX,)),
    Calls(_to_linen, ("flax.nnx.bridge.to_linen",)),
    Calls(_lazy_init, ("flax.nnx.bridge.lazy_init",)),
)
