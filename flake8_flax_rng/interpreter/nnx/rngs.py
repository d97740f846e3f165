"""``Rngs`` and ``RngStream``: making them, and what they offer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.models import Calls
from flake8_flax_rng.interpreter.domain.events import Made, Stateful
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.kinds import MadeIn, MakeKind, StreamMistake, UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Args,
    Const,
    Key,
    Keys,
    Native,
    Opaque,
    Ref,
    Symbol,
    Tuple,
    Value,
)
from flake8_flax_rng.interpreter.jax import random
from flake8_flax_rng.interpreter.nnx import filters, streams
from flake8_flax_rng.interpreter.paths.conditions import lacks_an_argument
from flake8_flax_rng.semantics.jax_random import SEEDS
from flake8_flax_rng.semantics.libraries import GENERATORS
from flake8_flax_rng.semantics.nnx import DEFAULT, INITIALIZERS, RNGS, SAMPLERS, STREAM

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_ARRAYS = ("jax.numpy.array", "jax.numpy.asarray", "jax.numpy.int32", "jax.numpy.uint32", "jax.numpy.float32")
_NUMBERS = ("jax.numpy.arange", "numpy.arange", "jax.numpy.linspace")
_NUMPY_NUMBERS = ("numpy.int32", "numpy.int64", "numpy.uint32", "numpy.uint64", "numpy.float32", "numpy.asarray")


# -- making ------------------------------------------------------------------------------------------------


def _make(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Call ``Rngs(default, **streams)``."""
    given: dict[str, Value] = {}
    via = "the root of a stream"
    default = args.get(0, DEFAULT)
    symbolic = not args.complete()
    nodes = {name: args.node(None, name) for name in args.keywords}
    if default is not None and default != NONE:
        entries = _mapping(default, state)
        if entries is not None:
            symbolic, via = symbolic or not entries.complete, "nnx.Rngs(…)"
            given.update({str(key.value): value for key, value in entries.entries})
        elif isinstance(default, Opaque) and default.term.kind in (Kind.CALL, Kind.FRESH):
            symbolic = True  # it may be a mapping of any streams
            given[DEFAULT] = default
        else:
            given[DEFAULT] = default
            nodes[DEFAULT] = args.node(0, DEFAULT)
    given.update({name: value for name, value in args.keywords.items() if name != DEFAULT})
    made: dict[str, Value] = {}
    for name, value in given.items():
        node = nodes.get(name)
        stream = _stream(engine, value, name, state, engine.site(node) if node is not None else site, via)
        if stream is None:
            return []
        made[name] = stream
    return [(streams.make_rngs(engine, state, made, symbolic), state)]


def _mapping(value: Value, state: State) -> DictObject | None:
    found = state.heap.get(value.address) if isinstance(value, Ref) else None
    return found if isinstance(found, DictObject) else None


def _make_stream(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Call ``RngStream(key, tag=…)``."""
    key, tag = args.get(0, "key"), args.get(1, "tag")
    name = str(tag.value) if isinstance(tag, Const) else ""
    stream = _stream(engine, key, name, state, site) if key is not None else streams.unknown(engine, state, name)
    return [] if stream is None else [(stream, state)]


def _stream(
    engine: Engine, seed: Value, name: str, state: State, site: Site, via: str = "the root of a stream"
) -> Ref | None:
    """Return a stream that starts from a seed; None where that raises, which is noted."""
    if streams.is_stream(seed, state):
        return _again(engine, seed, name, state, site, via)
    wrong = _no_seed(engine, seed, state)
    if wrong:
        engine.emit(Stateful(StreamMistake.NOT_A_SEED, site, name, wrong))
        return None
    if isinstance(seed, (Key, Keys)):
        engine.book.read(seed)
        return streams.make(engine, state, seed, name)
    if isinstance(seed, Const) and isinstance(seed.value, int):
        return streams.make(engine, state, _of_number(engine, engine.terms.const(int(seed.value)), True, state), name)
    if isinstance(seed, Opaque):
        if _is_key(engine, seed.term):
            return streams.make(engine, state, Key(seed.term), name)
        return streams.make(engine, state, _of_number(engine, seed.term, False, state), name)
    return streams.unknown(engine, state, name)


def _again(engine: Engine, stream: Value, name: str, state: State, site: Site, via: str) -> Ref | None:
    """Return a stream that starts again at the root of another one."""
    found = state.instance(stream)
    assert found is not None and isinstance(stream, Ref)
    made = streams.make(engine, state, found.attributes.get(streams.ROOT, NONE), name)
    attributes = {streams.VIA: Const(via), streams.PLACE: streams.remember(engine, site)}
    copy = state.instance(made)
    assert copy is not None
    for attribute, value in attributes.items():
        copy = copy.set(attribute, value)
    state.heap[made.address] = copy
    return made


def _of_number(engine: Engine, seed: Term, constant: bool, state: State) -> Key:
    """Return the key that a stream makes of an int."""
    origin = engine.number()
    place = MadeIn.TRACED if engine.context.traces else None
    fallback = engine.context.stands_in or lacks_an_argument(state)
    made = Made(
        tuple(engine.context.stack), MakeKind.SEED, 0, seed, False, constant, place, fallback=fallback and constant
    )
    engine.book.origins.add(origin, made)
    return Key(engine.terms.make(Kind.SEED, seed), origin)


def _is_key(engine: Engine, term: Term) -> bool:
    """Return whether a value that is not known is a key: the program has drawn from it, or taken it from keys."""
    if term.kind in (Kind.LANE, Kind.LAST, Kind.ROW, Kind.CHILD):
        return not _no_seed_number(term)
    return engine.book.uses.drawn_from(term) and not engine.terms.known(Kind.SEED, term)


def _no_seed(engine: Engine, seed: Value, state: State) -> str:
    """Return what a value is that cannot seed a stream, empty where it may."""
    if isinstance(seed, Const) and not isinstance(seed.value, int):
        return f"the {type(seed.value).__name__} {seed.value!r}"
    if streams.is_rngs(seed, state):
        return "an `Rngs`"
    if isinstance(seed, Symbol) and seed.path in {RNGS, *SEEDS}:
        return f"`{seed.path}` itself"
    if isinstance(seed, Tuple):
        return "a tuple"
    return _no_seed_number(seed.term) if isinstance(seed, Opaque) else ""


def _no_seed_number(term: Term) -> str:
    """Return what a number is that is no Python int, empty where it may be one."""
    if term.kind is Kind.CONST and isinstance(term.value, int):
        return "an array of JAX"
    if term.kind is Kind.ITEM and term.at(1) == "range":
        return "a traced number"
    if term.kind is Kind.LANE and term.parent is not None and term.parent.function in _NUMBERS:
        return "a number of a lane"
    if term.function in _ARRAYS:
        inner = term.argument
        return "an array of JAX" if inner is not None and isinstance(inner.value, (int, float)) else ""
    if term.function in _NUMPY_NUMBERS:
        inner = term.argument
        return "a number of NumPy" if inner is not None and isinstance(inner.value, (int, float)) else ""
    if term.kind is Kind.DRAW and str(term.at(1)) == "jax.random.randint":
        return "an array of JAX"
    callee = term.callee if term.kind is Kind.CALL else None
    owner = callee.owner if callee is not None and callee.name == "integers" else None
    return "a number of NumPy" if owner is not None and owner.function in GENERATORS else ""


# -- what they offer -----------------------------------------------------------------------------------------


def attribute(engine: Engine, owner: Ref, found: Instance, name: str, state: State, site: Site) -> Outcomes | None:
    """Return an attribute of an ``Rngs`` or of a stream."""
    assert isinstance(found.cls, Symbol)
    if found.cls.path == RNGS:
        if name in ("fork", "split", "broadcast", "items") or name in SAMPLERS or name in INITIALIZERS:
            return [(Native(f"nnx.{name}", owner), state)]
        stream = streams.lookup(engine, owner, name, state, site)
        return [] if stream is None else [(stream, state)]
    if name in ("fork", "split", "broadcast") or name in SAMPLERS or name in INITIALIZERS:
        return [(Native(f"nnx.{name}", owner), state)]
    if name == "key":
        return [(_root_of(engine, found, site), state)]
    return None


def _root_of(engine: Engine, found: Instance, site: Site) -> Value:
    """Return the root key of a stream, as a variable that is read in one of several ways."""
    root = found.attributes.get(streams.ROOT)
    return root if isinstance(root, (Key, Keys)) else engine.unknown("root")


def call(engine: Engine, owner: Ref, args: Args, state: State, site: Site) -> Outcomes:
    """Call an ``Rngs`` or a stream: draw a key."""
    key = draw(engine, owner, state, site)
    return [] if key is None else [(key, state)]


def draw(engine: Engine, owner: Ref, state: State, site: Site, name: str = DEFAULT, layer: str = "") -> Key | None:
    """Draw from a stream, or from the one of an ``Rngs`` that has a name."""
    stream = owner if streams.is_stream(owner, state) else streams.lookup(engine, owner, name, state, site)
    return None if stream is None else streams.draw(engine, stream, state, site, layer)


def method(engine: Engine, name: str, owner: Ref, args: Args, state: State, site: Site) -> Outcomes:
    """Call a method of an ``Rngs`` or of a stream."""
    if name in SAMPLERS:
        return _sample(engine, name, owner, args, state, site)
    if name in INITIALIZERS:
        return [(Native(f"keyless.{name}", Tuple((owner, *args.positional))), state)]
    if name == "items":
        return _items(engine, owner, state)
    if streams.is_stream(owner, state):
        made = _derived(engine, owner, name, _size(args, name), state, site)
        return [] if made is None else [(made, state)]
    return _derive_all(engine, name, owner, args, state, site)


def _sample(engine: Engine, name: str, owner: Ref, args: Args, state: State, site: Site) -> Outcomes:
    first = args.get(0, "key")
    if isinstance(first, (Key, Keys)):
        engine.emit(Stateful(StreamMistake.KEY_GIVEN, site, name))
        return []
    key = draw(engine, owner, state, site)
    return [] if key is None else engine.call(Symbol(f"jax.random.{name}"), args.prepend(key), state, site)


def call_keyless(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call an initialiser that a stream has made: it brings its own key."""
    assert isinstance(receiver, Tuple) and isinstance(receiver.items[0], Ref)
    key = draw(engine, receiver.items[0], state, site)
    if key is None:
        return []
    outcomes = engine.call(Symbol(f"jax.nn.initializers.{name}"), Args(list(receiver.items[1:])), state, site)
    return [made for value, after in outcomes for made in engine.call(value, args.prepend(key), after, site)]


def _items(engine: Engine, owner: Ref, state: State) -> Outcomes:
    found = state.instance(owner)
    assert found is not None
    pairs = [Tuple((Const(name), found.attributes[name])) for name in streams.names(found)]
    return [(engine.allocate(state, ListObject(tuple(pairs), not found.symbolic)), state)]


def _size(args: Args, name: str) -> Value | None:
    """Return into how many keys a draw is split, None where it is not."""
    size = args.keywords.get("split") if name == "fork" else args.get(0, "k")
    return None if size == NONE else size


def _derived(engine: Engine, stream: Ref, name: str, size: Value | None, state: State, site: Site) -> Ref | None:
    """Return the stream that ``fork``, ``split`` or ``broadcast`` makes of a draw from another one."""
    found = state.instance(stream)
    assert found is not None
    key = streams.draw(engine, stream, state, site)
    if key is None:
        return None
    return streams.make(engine, state, root_of(engine, key, name, size, state), streams.tag_of(found))


def root_of(engine: Engine, key: Key, name: str, size: Value | None, state: State) -> Value:
    """Return the root of such a stream: one key, or one for each lane.

    What is broadcast is the same in all lanes, and whoever says so knows that: nothing is said of it.
    """
    if size is None:
        return key
    count = size.value if isinstance(size, Const) and isinstance(size.value, int) else None
    inner = not isinstance(size, (Const, Opaque))
    if name == "broadcast":
        return Keys(engine.terms.fresh("broadcast"), count=count, inner=inner)
    random.consume(engine, key, state, UseKind.SPLIT, name, derived=key.origin)
    return Keys(key.term, count=count, origin=key.origin, inner=inner)


def _derive_all(engine: Engine, name: str, owner: Ref, args: Args, state: State, site: Site) -> Outcomes:
    """Return the ``Rngs`` that ``fork``, ``split`` or ``broadcast`` makes of all streams of another one."""
    found = state.instance(owner)
    assert found is not None
    size = _size(args, name)
    by_filter = filters.of_mapping(engine, args.node(0, "split" if name == "fork" else "k"), state)
    made: dict[str, Value] = {}
    for stream_name in streams.names(found):
        stream = streams.lookup(engine, owner, stream_name, state, site)
        if stream is None:
            return []
        own = size if by_filter is None else filters.option_for(by_filter, stream_name)
        if own == NONE and by_filter is not None and name != "fork":
            made[stream_name] = stream
            continue
        derived = _derived(engine, stream, name, None if own == NONE else own, state, site)
        if derived is None:
            return []
        made[stream_name] = derived
    return [(streams.make_rngs(engine, state, made, found.symbolic), state)]


def unpacked(engine: Engine, found: Instance, count: int, state: State, site: Site) -> None:
    """Note an ``Rngs`` that is unpacked: it gives the names of its streams."""
    if not (isinstance(found.cls, Symbol) and found.cls.path == RNGS) or found.symbolic:
        return
    engine.emit(Stateful(StreamMistake.UNPACKED, site, "this"))
    state.ended = state.ended or len(streams.names(found)) != count


CALLS = (Calls(_make, (RNGS,)), Calls(_make_stream, (STREAM,)))
