"""Which key a call of a Linen model can be given where it lacks one, and the edits that make it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.fixes.brought import brought
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.elements import argument
from flake8_flax_rng.fixes.elsewhere import value_of
from flake8_flax_rng.fixes.reached import loops_after, refuse_same_in_each_call
from flake8_flax_rng.fixes.spared import key_beside, refuse_bound_again
from flake8_flax_rng.fixes.statements import statement_of, way_to
from flake8_flax_rng.fixes.streams import refuse_mapped, single_key, stream_given, stream_renamed, written_at
from flake8_flax_rng.interpreter.domain.events import Discarded, Event, ModuleRun, UnfedRun
from flake8_flax_rng.interpreter.domain.kinds import RunKind
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.records import replaced
from flake8_flax_rng.rules.linen_runs import possibly_drawn, unread
from flake8_flax_rng.rules.report import line
from flake8_flax_rng.semantics.linen import INITIALISING

if TYPE_CHECKING:
    from flake8_flax_rng.finding import Fix

_Offer = Callable[[], "Fix"]


def fed(events: Sequence[Event], run: ModuleRun, stream: str) -> Fix:
    """Return the fix that gives a run of a known model a stream that it is certain to draw.

    Args:
        events: what happened.
        run: the run.
        stream: the stream.

    Raises:
        NoFix: if no key is at hand.
    """
    given = replaced(run, call=_binding(events, run), places={}) if run.kind is RunKind.BIND else run
    return _first(_offers(events, given, stream))


def unknown_fed(unfed: UnfedRun, stream: str) -> Fix:
    """Return the fix that gives a run of a model that is not known a stream.

    Args:
        unfed: the run.
        stream: the stream.

    Raises:
        NoFix: if no key is at hand.
    """
    return _first([partial(_given, unfed, unfed.call, stream, False), partial(_shared, unfed, stream)])


def _binding(events: Sequence[Event], run: ModuleRun) -> Site:
    """Return the call that binds a module which draws in one place only: each call draws from the start again."""
    others = [other for other in _runs(events) if other.kind is RunKind.BIND and other.call.node is not run.call.node]
    if any(draw.stream != "params" for other in others for path in other.draws for draw in path):
        raise NoFix("the bound module is called in several places that may draw")
    func = run.call.node.func if isinstance(run.call.node, cst.Call) else None
    bound = func.value if isinstance(func, cst.Attribute) else func
    made = value_of(Site(bound, run.call.chunk)) if isinstance(bound, cst.Name) else run.call
    binds = isinstance(made.node, cst.Call) and isinstance(made.node.func, cst.Attribute)
    if not binds or made.node is run.call.node or loops_after(statement_of(made), run.call):
        raise NoFix("where the module is bound is not known")
    return made


def _first(offers: Iterator[_Offer] | Sequence[_Offer]) -> Fix:
    for offer in offers:
        try:
            return offer()
        except NoFix:
            continue
    raise NoFix("no key is at hand")


def _offers(events: Sequence[Event], run: ModuleRun, stream: str) -> Iterator[_Offer]:
    """Yield what may supply the key, the best first: what nobody uses changes no other draw."""
    yield from (partial(_unused, event, run.call, stream) for event in reversed(_idle(events)))
    for unfed in events:
        if isinstance(unfed, UnfedRun) and unfed.call.node is run.call.node:
            yield partial(_given, unfed, run.call, stream, True)
    yield partial(_meant, run, stream)
    for other in [run, *_before(events, run)]:
        yield from (partial(_split_at, key, run.call, own, stream) for own, key in _keys_of(other))


def _idle(events: Sequence[Event]) -> list[Discarded]:
    return [event for event in events if isinstance(event, Discarded) and event.name not in (None, "_")]


def _runs(events: Sequence[Event]) -> list[ModuleRun]:
    return [event for event in events if isinstance(event, ModuleRun)]


def _before(events: Sequence[Event], run: ModuleRun) -> list[ModuleRun]:
    """Return the other runs that are given keys, the nearest one above first; those that initialise come first."""
    others = [other for other in _runs(events) if other.call.node is not run.call.node and not other.call.chunk.file]
    above = [other for other in others if line(other.call) <= line(run.call)]
    return sorted(above, key=lambda other: (other.kind not in INITIALISING, -line(other.call)))


def _unused(event: Discarded, call: Site, stream: str) -> Fix:
    """Give a key that a name holds wherever the call is reached, and that nobody uses."""
    made, name = event.site, event.name or ""
    if made.chunk.file or call.chunk.file:
        raise NoFix("it stands in another file")
    refuse_same_in_each_call(made)
    place = written_at(call)
    key, edits = brought(statement_of(made), place, name)
    refuse_bound_again(name, made, place, key != name or bool(edits))
    return stream_given(call, stream, key, safe=True, edits=edits)


def _given(unfed: UnfedRun, call: Site, stream: str, safe: bool) -> Fix:
    """Give a key that the function is given, or that is made for it, and that is never used."""
    if unfed.key is None:
        raise NoFix("no unused key is at hand")
    if unfed.made is not None:
        refuse_same_in_each_call(unfed.made.site)
    start = statement_of(unfed.made.site) if unfed.made is not None else _taker(call, unfed.key)
    place = written_at(call)
    key, edits = brought(start, place, unfed.key)
    refuse_bound_again(unfed.key, start, place, key != unfed.key or bool(edits))
    return stream_given(call, stream, key, safe, edits)


def _taker(call: Site, name: str) -> Site:
    """Return the innermost function around a call that has a parameter of a name."""
    for node in reversed(way_to(call)):
        if isinstance(node, cst.FunctionDef):
            given = node.params
            taken = [*given.posonly_params, *given.params, *given.kwonly_params]
            if name in {parameter.name.value for parameter in taken}:
                return Site(node, call.chunk)
    raise NoFix("no function around it takes the key")


def _shared(unfed: UnfedRun, stream: str) -> Fix:
    """Split the key that another call gives to the same model."""
    given = argument(unfed.fed, "rngs") if unfed.fed is not None else None
    if given is None or unfed.fed is None:
        raise NoFix("no other call gives the stream")
    refuse_mapped(unfed.fed)
    return _split_at(single_key(given, unfed.fed, stream), unfed.call, stream, stream)


def _meant(run: ModuleRun, stream: str) -> Fix:
    """Give the only key that the call is given under the name that is drawn, if nothing reads it under its own."""
    streams = run.streams or ()
    idle = unread(run) or [name for name in streams if name == "params" and not possibly_drawn(run, name)]
    if len(streams) != 1 or idle != list(streams):
        raise NoFix("other streams are drawn too")
    place = run.places.get(idle[0]) or run.places["*"]
    return stream_renamed(place, run.call, idle[0], stream, safe=True)


def _keys_of(run: ModuleRun) -> Iterator[tuple[str, Site]]:
    """Yield the single keys that a run is given, each with the stream that it is for."""
    try:
        refuse_mapped(run.call)
    except NoFix:
        return
    if run.bare and run.kind in INITIALISING and "*" in run.places:
        yield "params", run.places["*"]
    for stream in run.streams or ():
        with suppress(NoFix):
            yield stream, single_key(run.places.get(stream) or run.places["*"], run.call, stream)


def _split_at(use: Site, call: Site, own: str, stream: str) -> Fix:
    key, edits = key_beside(use, written_at(call), own, stream)
    return stream_given(call, stream, key, safe=False, edits=edits)
