"""Streams: a root key and a count. A draw folds the count into the root, so that it is a child of the root.

A stream is an object in the heap, as ``Rngs`` and modules are: whoever holds it draws from the same count. Which of two
draws are equal follows from their terms alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.events import Drawn, Made, Stateful
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, StreamMistake
from flake8_flax_rng.interpreter.domain.values import Const, Key, Keys, Opaque, Ref, Symbol, Value
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.nnx import DEFAULT, RNGS, STREAM

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

ROOT, COUNT, TAG = "<root>", "<count>", "tag"
VIA, PLACE = "<via>", "<place>"
"""What has copied a stream, and the number of the place of that."""

HOLDER = "<holder>"
"""The address of the ``Rngs`` that a stream was made for."""

BACKED_UP = "<backed up>"
"""Where a stream was split that nobody has restored."""

ALIKE = "<alike>"
"""Whether a stream that lanes have made, and that has lanes of its own, has one root in all of them."""

ABSTRACT = "<abstract>"
"""Whether a stream was only traced for its shape."""

MADE = "<made>"
"""The number of a layer, which its copies have too."""

STALE = "<stale>"
"""The number of the place where ``eval`` was called on the module that a graph was split off before."""

TRAINED = "<trained>"
"""The number of the place where ``train`` has turned a module on."""

EVALUATED = "<evaluated>"
"""The number of the place where ``eval`` has turned a module off."""


def make(engine: Engine, state: State, root: Value, tag: str) -> Ref:
    """Make a stream of a root key."""
    engine.program.stateful = True
    return engine.allocate(state, Instance(Symbol(STREAM), {ROOT: root, COUNT: Const(0), TAG: Const(tag)}))


def unknown(engine: Engine, state: State, tag: str) -> Ref:
    """Make a stream of whose root nothing is known."""
    return make(engine, state, Key(engine.terms.fresh("root")), tag)


def make_rngs(engine: Engine, state: State, streams: dict[str, Value], symbolic: bool = False) -> Ref:
    """Make an ``Rngs`` of streams."""
    engine.program.stateful = True
    made = engine.allocate(state, Instance(Symbol(RNGS), dict(streams), symbolic=symbolic))
    for stream in streams.values():
        found = state.instance(stream)
        if found is not None and isinstance(stream, Ref):
            state.heap[stream.address] = found.set(HOLDER, Const(made.address))
    return made


def is_a(value: Value | None, path: str, state: State) -> bool:
    """Return whether a value is an object of a class of NNX."""
    found = state.instance(value) if value is not None else None
    return found is not None and isinstance(found.cls, Symbol) and found.cls.path == path


def is_rngs(value: Value | None, state: State) -> bool:
    """Return whether a value is an ``Rngs``."""
    return is_a(value, RNGS, state)


def is_stream(value: Value | None, state: State) -> bool:
    """Return whether a value is a stream."""
    return is_a(value, STREAM, state)


def tag_of(found: Instance) -> str:
    """Return the tag of a stream, which ``Rngs`` gives it by name."""
    tag = found.attributes.get(TAG)
    return str(tag.value) if isinstance(tag, Const) else ""


def names(found: Instance) -> list[str]:
    """Return the names of the streams of an ``Rngs``."""
    return [name for name in found.attributes if not name.startswith("<")]


def lookup(engine: Engine, rngs: Ref, name: str, state: State, site: Site) -> Ref | None:
    """Return the stream that an ``Rngs`` draws from for a name; None where it raises, which is noted."""
    found = state.instance(rngs)
    if found is None:
        return None
    for candidate in (name, DEFAULT):
        held = found.attributes.get(candidate)
        if held is None and found.symbolic:
            held = engine.unknown(candidate)
        if held is None:
            continue
        if isinstance(held, Ref) and is_stream(held, state):
            return held
        made = unknown(engine, state, candidate)
        state.heap[rngs.address] = found.set(candidate, made)
        return made
    of_one = next((value for value in found.attributes.values() if is_stream(value, state)), None)
    at = made_at(engine, state.instance(of_one)) if of_one is not None else None
    engine.emit(Stateful(StreamMistake.MISSING, site, name, ", ".join(map(repr, names(found))), other=at))
    return None


def key_of(root: Value) -> tuple[Value, int]:
    """Return a root key and its origin."""
    return root, root.origin if isinstance(root, (Key, Keys)) else 0


def draw(engine: Engine, stream: Ref, state: State, site: Site, layer: str = "") -> Key | None:
    """Draw a key from a stream, and count; None where that raises, which is noted."""
    found = state.instance(stream)
    if found is None:
        return Key(engine.terms.fresh("drawn"))
    if refused(engine, stream, found, site):
        return None
    root, count = found.attributes.get(ROOT), found.attributes.get(COUNT)
    number = count.value if isinstance(count, Const) and isinstance(count.value, int) else None
    state.heap[stream.address] = found.set(COUNT, Const(number + 1) if number is not None else engine.unknown("count"))
    if not isinstance(root, (Key, Opaque)):
        return Key(engine.terms.fresh("drawn"))
    data = engine.terms.const(number) if number is not None else engine.terms.fresh("count")
    origin = engine.number()
    parent = root.origin if isinstance(root, Key) else 0
    via, place = found.attributes.get(VIA), found.attributes.get(PLACE)
    drawn = Drawn(
        tag_of(found),
        str(via.value) if isinstance(via, Const) else "",
        engine.program.sites.get(place.value) if isinstance(place, Const) and isinstance(place.value, int) else None,
        layer,
        _number(found.attributes.get(HOLDER)),
    )
    engine.book.origins.add(origin, Made(tuple(engine.context.stack), MakeKind.STREAM, parent, root.term, drawn=drawn))
    return Key(engine.terms.child(root.term, data), origin)


def _number(value: Value | None) -> int:
    return value.value if isinstance(value, Const) and isinstance(value.value, int) else 0


def refused(engine: Engine, stream: Ref, found: Instance, site: Site) -> bool:
    """Return whether a stream cannot be drawn from here, and note why."""
    tag = tag_of(found)
    if captured(engine, stream):
        engine.emit(Stateful(StreamMistake.CAPTURED, in_the_trace(engine, site), tag, other=made_at(engine, found)))
        return True
    if ABSTRACT in found.attributes:
        engine.emit(Stateful(StreamMistake.ABSTRACT, site, tag))
        return True
    root = found.attributes.get(ROOT)
    if isinstance(root, Keys) and not root.reshaped and not engine.context.lanes:
        place = found.attributes.get(BACKED_UP)
        number = place.value if isinstance(place, Const) and isinstance(place.value, int) else None
        if number is not None:
            other = engine.program.sites.get(number)
            engine.emit(Stateful(StreamMistake.SPLIT_DRAWN, site, tag, other=other))
        elif _is_split(engine, root):
            engine.emit(Stateful(StreamMistake.NOT_A_SEED, site, tag, "an array of keys"))
        else:
            return False
        return True
    return False


def _is_split(engine: Engine, keys: Keys) -> bool:
    """Return whether the program has split an array of keys, rather than a stream for its lanes."""
    made = engine.book.origins.maker(keys.origin)
    return made is not None and made.kind is MakeKind.SPLIT


def captured(engine: Engine, stream: Ref) -> bool:
    """Return whether a stream comes from outside of the innermost trace: what is passed into one is another object."""
    return stream.address <= engine.context.level


def made_at(engine: Engine, stream: Instance | None) -> Site | None:
    """Return where the root of a stream was made, None where it is not known."""
    return engine.book.origins.site_of(stream.attributes.get(ROOT)) if stream is not None else None


def in_the_trace(engine: Engine, site: Site) -> Site:
    """Return the call in the text of the traced function that leads to a draw."""
    inside = engine.context.stack[engine.context.entered :]
    return next((step.site for step in inside if step.turn is None), site)


def remember(engine: Engine, site: Site) -> Const:
    """Keep a place for an object, which can hold its number."""
    number = engine.number()
    engine.program.sites[number] = site
    engine.program.owners[number] = engine.owner()
    return Const(number)


def reroot(state: State, stream: Ref, root: Value, **others: Value) -> None:
    """Give a stream another root, and let it count from 0."""
    found = state.instance(stream)
    if found is not None:
        attributes = {**found.attributes, ROOT: root, COUNT: Const(0), **others}
        state.heap[stream.address] = replaced(found, attributes=attributes)


def copied(engine: Engine, found: Instance, via: str, site: Site) -> Instance:
    """Return a copy of a stream, which counts on from where that stands."""
    attributes = {**found.attributes, VIA: Const(via), PLACE: remember(engine, site)}
    return replaced(found, attributes=attributes)
