"""The lanes of ``vmap`` and its kin: which keys they have in common."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.context import Lanes
from flake8_flax_rng.interpreter.domain.budget import PARTS_READ
from flake8_flax_rng.interpreter.domain.events import Shared, Step
from flake8_flax_rng.interpreter.domain.kinds import MadeIn, MakeKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term, parts
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.consumers import Makes
from flake8_flax_rng.semantics.transforms import DEVICES

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.events import Made, Use
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.values import Args, Key
    from flake8_flax_rng.interpreter.paths.state import State

_OF_THE_LANE = frozenset({"jax.lax.axis_index", "jax.process_index"})


@contextmanager
def mapping(engine: Engine, mapped: Lanes) -> Iterator[None]:
    """Follow a mapped function, and tell the rules what was found in it."""
    try:
        with engine.within(replaced(engine.context, lanes=(*engine.context.lanes, mapped))):
            yield
    finally:
        for event in mapped.found if not mapped.quiet else ():
            if not _orders_lanes(engine, mapped, event.use):
                engine.emit(event)


def _orders_lanes(engine: Engine, mapped: Lanes, use: Use) -> bool:
    """Return whether the order that is drawn is that of what differs from lane to lane: one order for all of them."""
    if use.signature is None or use.subject is None:
        return False
    return any(not _common(mapped, array) for array in engine.book.signs.orders.arrays(use.signature))


def check(engine: Engine, use: Use) -> None:
    """Note a draw from a key that all lanes of a mapped function have in common.

    What a model draws from a key that it is given may be noise for its parameters, one for all lanes, unless it has
    the shape of what is computed in the lane. A model that is initialised on several devices is one model, whose
    replicas have to be equal; models that differ in their settings may start alike. And the key that a module makes of
    a seed of its own is fixed, whoever runs it: it belongs to the module, as a mask does that tells its parts apart.
    """
    if engine.book.uses.shapes_only:
        return
    for depth, mapped in enumerate(engine.context.lanes, 1):
        model = use.makes in (Makes.MODEL, Makes.LAYER)
        if (use.initialises or model) and mapped.transform in DEVICES:
            continue
        if model and use.call is not None and not _common(mapped, use.call):
            continue
        made = _seeded_inside(engine, mapped.site, use)
        if made is not None and made.place is MadeIn.MODULE:
            continue
        modelled = engine.context.models > mapped.models
        if modelled and use.signature is not None and not _of_the_lane(mapped, use.signature):
            continue
        if _common(mapped, use.term) and not (use.subject is not None and not _common(mapped, use.subject)):
            root = _root(use.term)
            if root not in mapped.reported:
                mapped.reported.add(root)
                repeated, stream = _is_given(mapped, use, root), _stream(engine, mapped, use)
                inside = _inside(engine, mapped, use)
                supplied, crossed = _is_supplied(engine, mapped, use), _is_crossed(engine, mapped, depth, use)
                mapped.found.append(
                    Shared(use, inside, mapped.site, mapped.transform, repeated, stream, mapped.made, supplied, crossed)
                )
            return


def _is_supplied(engine: Engine, mapped: Lanes, use: Use) -> bool:
    """Return whether a lane has asked a library for the key itself."""
    made = engine.book.origins.root(use.origin)
    return made is not None and made.kind is MakeKind.SUPPLIED and _passes(made.way, mapped.site)


def _is_crossed(engine: Engine, mapped: Lanes, depth: int, use: Use) -> bool:
    """Return whether each lane maps over keys that were there before: settings that are tried with the same seeds."""
    inner = [other for other in engine.context.lanes[depth:] if not _common(other, use.term)]
    made = [made.way for made in engine.book.origins.line(use.origin) if made.kind is not MakeKind.SUPPLIED]
    of_the_lanes = [way for way in made if _passes(way[:-1], mapped.site)]
    return any(all(_passes(way, other.site) for way in of_the_lanes) for other in inner)


def _passes(way: tuple[Step, ...], site: Site) -> bool:
    return any(step.site.node is site.node for step in way)


def _is_given(mapped: Lanes, use: Use, root: Term) -> bool:
    """Return whether it is the call of the mapped function that gives one key to all lanes."""
    return root in mapped.repeated or not mapped.handed.isdisjoint(parts(use.term))


def _stream(engine: Engine, mapped: Lanes, use: Use) -> str:
    """Return the stream of NNX that a lane has drawn a key from, empty where it has not."""
    for made in engine.book.origins.line(use.origin):
        if made.drawn is not None and any(step.site.node is mapped.site.node for step in made.way):
            return made.drawn.tag or "default"
    return ""


def keep_only_results(engine: Engine, mapped: Lanes, outcomes: Outcomes) -> None:
    """Forget the draws from a constant key of the lane that nothing comes of: an example of what will be drawn."""
    drawn = {_root(key) for value, state in outcomes for key in engine.term(value, state).draws}
    mapped.found = [event for event in mapped.found if _root(event.use.term) in drawn or not _example(engine, event)]


def _example(engine: Engine, event: Shared) -> bool:
    made = _seeded_inside(engine, event.mapped, event.use)
    return made is not None and made.constant


def _seeded_inside(engine: Engine, mapped: Site, use: Use) -> Made | None:
    """Return the call that makes a key of a seed in the lane itself, if that is where it comes from."""
    made = engine.book.origins.root(use.origin)
    inside = made is not None and any(step.site.node is mapped.node for step in made.way)
    return made if inside else None


def _inside(engine: Engine, mapped: Lanes, use: Use) -> tuple[Step, ...]:
    """Return the way, within the mapped function, to the oldest call that consumes the key or one that it comes of."""
    way = use.way
    for made in engine.book.origins.line(use.origin):
        if made.kind is MakeKind.SPLIT and any(step.site.node is mapped.site.node for step in made.way[:-1]):
            way = made.way
    start = max((i for i, step in enumerate(way) if step.site.node is mapped.site.node), default=len(way) - 1)
    return way[start + 1 :] or way[-1:]


def note_models(engine: Engine, name: str, args: Args, state: State) -> None:
    """Note that the lanes are models, which are compared on common random numbers."""
    given = args.get(0, "variables")
    if name in ("apply", "apply_fn") and given is not None:
        variables = engine.term(given, state)
        for mapped in engine.context.lanes:
            mapped.quiet = mapped.quiet or not _common(mapped, variables)


def twins(engine: Engine, term: Term) -> tuple[Key, ...]:
    """Return the keys that other lanes consume when the lane that is followed consumes this one."""
    return next((mapped.twins[term] for mapped in reversed(engine.context.lanes) if term in mapped.twins), ())


def _of_the_lane(mapped: Lanes, signature: Term) -> bool:
    """Return whether what is drawn has the shape of a value that differs from lane to lane, and not just its size."""
    drawn = [part for given in signature.parts[1:] for part in parts(given, into=_not_of_a_part)]
    arrays = [part.owner for part in drawn if _is_shape(part)]
    return any(array is not None and not _common(mapped, array) for array in arrays)


def _not_of_a_part(term: Term) -> bool:
    """Return whether what a value is computed from counts for its shape: an element's shape is not that of a whole."""
    return term.kind is not Kind.SUBSCRIPT and not _is_shape(term)


def _is_shape(term: Term) -> bool:
    return term.kind is Kind.ATTRIBUTE and term.name == "shape"


def _common(mapped: Lanes, term: Term) -> bool:
    """Return whether a value is certain to be the same in all lanes."""
    found = parts(term)
    return len(found) <= PARTS_READ and not any(_of_one_lane(mapped, part) for part in found)


def _of_one_lane(mapped: Lanes, term: Term) -> bool:
    """Return whether a value may be another one in each lane by itself."""
    if term.kind in (Kind.FRESH, Kind.CALL):
        return term.number >= mapped.start or term in mapped.varying
    return term in mapped.varying or term.function in _OF_THE_LANE


def _root(term: Term) -> Term:
    while term.kind is Kind.CHILD and term.parent is not None:
        term = term.parent
    return term
