"""``split_rngs``, ``fork_rngs`` and their kin: what changes the streams of a module, for a while or for good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.models import Calls, Method
from flake8_flax_rng.interpreter.domain.events import Made, Stateful
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, StreamMistake
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    FALSE,
    NONE,
    TRUE,
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
from flake8_flax_rng.interpreter.nnx import filters, graph, streams
from flake8_flax_rng.interpreter.nnx.lanes import BACKUPS
from flake8_flax_rng.interpreter.nnx.rngs import root_of

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

_SPLIT, _FORK = "flax.nnx.split_rngs", "flax.nnx.fork_rngs"
_KEPT, _MADE_BY = "<kept>", "<made by>"
_RESEED_OPTIONS = frozenset({"graph", "policy"})


def _change(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``split_rngs`` or ``fork_rngs``; without a module it is a decorator."""
    node = args.get(0, "node")
    if node is None:
        place = streams.remember(engine, site)
        wrapper = Native(f"nnx_rngs.{path}", Tuple((*_options(engine, args, state), place)))
        return [(wrapper, state)]
    if args.keywords.get("graph") == FALSE or args.keywords.get("graph_updates") == FALSE:
        copy = graph.Copying(engine, state, lambda _, found: found).of(node)
        _apply(engine, path, [copy], _options(engine, args, state), state, site)
        return [(copy, state)]
    backups = _apply(engine, path, [node], _options(engine, args, state), state, site)
    return [(backups, state)]


def _options(engine: Engine, args: Args, state: State) -> list[Value]:
    """Return what is split: the number of lanes, the filter, whether it is squeezed, and what a mapping says."""
    size = args.keywords.get("splits", args.keywords.get("split", NONE))
    only = filters.given(engine, args, "only", filters.ELLIPSIS, state)
    mapping = filters.of_mapping(engine, args.node(None, "split"), state)
    pairs = Tuple(tuple([Tuple(pair) for pair in mapping])) if mapping is not None else NONE
    return [size, only, args.keywords.get("squeeze", FALSE), pairs]


def _apply(engine: Engine, path: str, nodes: list[Value], options: list[Value], state: State, site: Site) -> Ref:
    """Split or fork the streams in some values, and return the state before."""
    size, only, squeeze, pairs = options
    kept: list[Value] = []
    found_any, refused = False, False
    tags: set[str] = set()
    for stream in list(graph.streams_of(nodes, state)):
        found = state.instance(stream)
        assert found is not None
        tag = streams.tag_of(found)
        tags.add(tag)
        taken = filters.takes(only, tag)
        if taken is False:
            continue
        found_any = True
        own = size
        if isinstance(pairs, Tuple):
            own = filters.option_for([(p.items[0], p.items[1]) for p in pairs.items if isinstance(p, Tuple)], tag)
        root = _new_root(engine, path, stream, found, own, squeeze == TRUE, taken, state)
        if root is None:
            refused = True
            continue
        kept.append(Tuple((stream, found.attributes[streams.ROOT], found.attributes[streams.COUNT])))
        streams.reroot(state, stream, root, **{streams.BACKED_UP: streams.remember(engine, site)})
    if tags and not found_any and not refused and all(graph.known_throughout(node, state) for node in nodes):
        name = str(only.value) if isinstance(only, Const) else ""
        if name:
            detail = ", ".join(map(repr, sorted(tags)))
            engine.emit(Stateful(StreamMistake.FILTER_NOTHING, site, name, detail))
    return engine.allocate(state, Instance(Symbol(BACKUPS), {_KEPT: Tuple(tuple(kept)), _MADE_BY: Const(path)}))


def _new_root(
    engine: Engine,
    path: str,
    stream: Ref,
    found: Instance,
    size: Value,
    squeeze: bool,
    taken: bool | None,
    state: State,
) -> Value | None:
    """Return the root that a stream gets; None where that cannot be known."""
    root = found.attributes.get(streams.ROOT)
    if taken is None or not isinstance(root, Key):
        return Key(engine.terms.fresh("split"))
    key = streams.draw(engine, stream, state, engine.context.stack[-1].site, layer="fork")
    if key is None:
        return None
    if path == _FORK and size == NONE:
        return key
    if squeeze:
        return Key(engine.terms.child(key.term, engine.terms.const(0)), key.origin)
    return root_of(engine, key, "split", size, state)


def _restore(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    backups = args.get(0, "backups")
    if backups is None:
        return None
    restore(backups, state)
    return [(NONE, state)]


def restore(backups: Value, state: State) -> None:
    """Give streams the state back that they had before; the draw that was split has been counted."""
    found = state.instance(backups)
    kept = found.attributes.get(_KEPT) if found is not None else None
    for item in kept.items if isinstance(kept, Tuple) else ():
        assert isinstance(item, Tuple)
        stream, root, count = item.items
        held = state.instance(stream)
        if held is None or not isinstance(stream, Ref):
            continue
        number = count.value + 1 if isinstance(count, Const) and isinstance(count.value, int) else None
        attributes = {name: value for name, value in held.attributes.items() if name != streams.BACKED_UP}
        attributes[streams.ROOT] = root
        attributes[streams.COUNT] = count if number is None else Const(number)
        state.heap[stream.address] = Instance(held.cls, attributes, held.version)


def call_backups(engine: Engine, found: Instance, site: Site) -> Outcomes:
    """Call the state before, which raises: given a function and its options at once, ``split_rngs`` is no decorator."""
    made_by = found.attributes.get(_MADE_BY)
    path = str(made_by.value) if isinstance(made_by, Const) else _SPLIT
    engine.emit(Stateful(StreamMistake.BACKUP_CALLED, site, path.removeprefix("flax.")))
    return []


def managed(engine: Engine, found: Instance, name: str, state: State) -> Outcomes | None:
    """Enter or leave what ``split_rngs`` returns."""
    if not (isinstance(found.cls, Symbol) and found.cls.path == BACKUPS):
        return None
    ref = next((Ref(address) for address, held in state.heap.items() if held is found), None)
    if ref is None:
        return None
    if name == "__exit__":
        restore(ref, state)
    return [(ref, state)]


def decorate(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Apply ``split_rngs(…)`` to a function: its arguments are split while it runs."""
    function = args.get(0, "f")
    if function is None:
        return [(engine.unknown("decorated"), state)]
    return [(Native(f"nnx_split.{name}", Tuple((function, receiver))), state)]


def call_split(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call a function under such a decorator."""
    assert isinstance(receiver, Tuple) and isinstance(receiver.items[1], Tuple)
    function, (*options, place) = receiver.items[0], receiver.items[1].items
    number = place.value if isinstance(place, Const) and isinstance(place.value, int) else 0
    decorator = engine.program.sites.get(number, site)
    backups = _apply(engine, name, args.values(), options, state, decorator)
    outcomes = engine.call(function, args, state, site)
    for _, after in outcomes:
        restore(backups, after)
    return outcomes


def _reseed(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``reseed(model, **seeds)``."""
    node = args.get(0, "node")
    if node is None or not args.complete():
        return None
    given = {name: value for name, value in args.keywords.items() if name not in _RESEED_OPTIONS}
    shaped = args.keywords.get("policy", NONE) != NONE
    seeds = {name: _seed_of(engine, value) for name, value in given.items()}
    counts = dict.fromkeys(seeds, 0)
    tags: set[str] = set()
    for stream in list(graph.streams_of([node], state)):
        found = state.instance(stream)
        assert found is not None
        tag = streams.tag_of(found)
        tags.add(tag)
        if tag not in seeds:
            continue
        root = found.attributes.get(streams.ROOT)
        if isinstance(root, Keys) and not shaped and tag:
            split = found.attributes.get(streams.BACKED_UP)
            number = split.value if isinstance(split, Const) else None
            place = engine.program.sites.get(number) if isinstance(number, int) else None
            engine.emit(Stateful(StreamMistake.RESEED_SPLIT, site, tag, other=place))
            return []
        seed = seeds[tag]
        term = engine.terms.child(seed.term, engine.terms.const(counts[tag]))
        counts[tag] += 1
        origin = engine.number()
        engine.book.origins.add(origin, Made(tuple(engine.context.stack), MakeKind.STREAM, seed.origin, seed.term))
        new: Value = Key(term, origin)
        streams.reroot(state, stream, Keys(term, origin=origin) if isinstance(root, Keys) else new)
    missing = [name for name in given if name not in tags]
    if missing and tags and graph.known_throughout(node, state) and len(missing) == len(given):
        detail = ", ".join(map(repr, sorted(tags)))
        engine.emit(Stateful(StreamMistake.RESEED_NOTHING, site, ", ".join(map(repr, missing)), detail))
    return [(NONE, state)]


def _seed_of(engine: Engine, value: Value) -> Key:
    """Return the key that a seed makes."""
    if isinstance(value, Key):
        engine.book.read(value)
        return value
    if not isinstance(value, (Const, Opaque)):
        return Key(engine.terms.fresh("seed"))
    term = engine.terms.const(value.value) if isinstance(value, Const) else value.term
    origin = engine.number()
    engine.book.origins.add(
        origin,
        Made(tuple(engine.context.stack), MakeKind.SEED, 0, term, False, isinstance(value, Const)),
    )
    return Key(engine.terms.make(Kind.SEED, term), origin)


def _with_rngs(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``with_rngs``, which is there only where the graph is not updated."""
    if args.keywords.get("graph") == FALSE or args.keywords.get("graph_updates") == FALSE or not args.complete():
        return [(engine.unknown("with_rngs"), state)]
    if "graph" in args.keywords or "graph_updates" in args.keywords:
        return [(engine.unknown("with_rngs"), state)]
    engine.emit(Stateful(StreamMistake.WITH_RNGS, site))
    return []


CALLS = (
    Calls(_change, (_SPLIT, _FORK)),
    Calls(_restore, ("flax.nnx.restore_rngs",)),
    Calls(_reseed, ("flax.nnx.reseed",)),
    Calls(_with_rngs, ("flax.nnx.with_rngs",)),
)
METHODS: dict[str, Method] = {"nnx_rngs": decorate, "nnx_split": call_split}
