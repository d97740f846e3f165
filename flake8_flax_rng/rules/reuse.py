"""Which rule speaks of a key that is consumed a second time."""

from __future__ import annotations

from collections.abc import Sequence

import libcst as cst

from flake8_flax_rng.interpreter.domain.events import Event, Parting, Remade, Reused, Step, Use, part
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, UseKind
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term
from flake8_flax_rng.interpreter.domain.values import Key, Opaque, Value
from flake8_flax_rng.rules.constant_keys import constant_code, is_direct
from flake8_flax_rng.rules.report import carries, key_site, key_sites, line
from flake8_flax_rng.rules.streams import stream_code
from flake8_flax_rng.syntax.names_in_text import functions_around


def reuses(events: Sequence[Event], code: str) -> list[tuple[Reused, Parting]]:
    """Return the reuses that a rule speaks of, each with the two places where the ways to it part."""
    found = [(event, part(event.first, event.second)) for event in events if isinstance(event, Reused)]
    return [
        (event, parting) for event, parting in found if _code(event, parting) == code and not _abroad(event, parting)
    ]


def given_twice(event: Reused, parting: Parting, before: Site, after: Site) -> Step | None:
    """Return the call that gives one key for two parameters, None where the function itself is to blame.

    Args:
        event: the reuse.
        parting: the two places in the function that was called so.
        before: the key of the first place.
        after: the key of the second place; that the two have two names is what tells the parameters apart.
    """
    way = event.second.way
    index = way.index(parting.second)
    call = way[index - 1] if index else None
    if call is None or call.turn is not None or parting.loop or call not in event.first.way:
        return None
    if not isinstance(before.node, cst.Name) or not isinstance(after.node, cst.Name):
        return None
    same = before.node.value == after.node.value
    return call if not same and len(key_sites(call, event.second)) > 1 else None


def remade(events: Sequence[Event], code: str) -> list[Remade]:
    """Return the keys made twice that a rule speaks of."""
    return [event for event in events if isinstance(event, Remade) and _remade_code(event) == code]


def stale_site(event: Reused, parting: Parting) -> Site | None:
    """Return where a captured or stored key is consumed again and again, None when the repeated call brings it.

    A closure that is written in the loop which repeats it belongs to the loop.
    """
    way = event.second.way
    index = way.index(parting.second)
    if event.first.site.node is not event.second.site.node or index == len(way) - 1:
        return None
    if carries(parting.second, event.second):
        return None
    inner = way[index + 1 :]
    step = next((step for step in inner if key_site(step, event.second) is not step.site), inner[0])
    if all(earlier.site.node is not step.site.node for earlier in event.first.way):
        return None
    site = key_site(step, event.second)
    around = parting.around
    if around is not None and around.site.chunk is site.chunk and site.chunk.contains(around.site.node, line(site)):
        return None
    return parting.second.site if site.chunk.file else site


def _abroad(event: Reused, parting: Parting) -> bool:
    """Return whether an object of another file uses a key of its own at two of its places, as is said there."""
    first, second = event.first.site, event.second.site
    if not first.chunk.file or first.chunk.file != second.chunk.file or first.node is second.node:
        return False
    return not carries(parting.second, event.second)


def _code(event: Reused, parting: Parting) -> str:
    if event.first.kind is UseKind.UNKNOWN:
        return "RNG190"
    if event.default is not None:
        return "RNG107"
    if stale_site(event, parting) is not None:
        return "RNG108"
    return "RNG102" if parting.loop else "RNG101"


def _remade_code(event: Remade) -> str:
    kinds = {event.first.kind, event.second.kind}
    if MakeKind.SUPPLIED in kinds:
        return "RNG403"
    if event.drawn != (None, None):
        code = stream_code(event)
        drops = event.built or event.use.label.startswith("nnx.")
        return code if code != "RNG303" or drops or constant_code(event) else ""
    if kinds & {MakeKind.WRAP, MakeKind.COMPUTED}:
        return "RNG114"
    if kinds != {MakeKind.SEED}:
        # The keys that a split makes of a key are others than the numbers that are drawn from it: nothing repeats.
        return "" if _splits(event.before) is not _splits(event.use) or _function_of_more(event) else "RNG103"
    if event.use.kind is UseKind.SPLIT or event.first.fallback or event.second.fallback:
        return ""  # whether a key is missing, the caller says, who is not in sight
    again = event.first.site.node is event.second.site.node
    return constant_code(event) if again else _duplicate_code(event)


def _splits(use: Use) -> bool:
    """Return whether all that a use takes of its key are keys, as `split` does, and `randint` before it draws."""
    return use.kind is UseKind.SPLIT or use.splits


def _in_one_function(*sites: Site) -> bool:
    """Return whether two places stand in one function, or both in the body of a file or a class."""
    around = [next(iter(functions_around(site.chunk, line(site))), None) for site in sites]
    return around[0] is around[1]


def _function_of_more(event: Remade) -> bool:
    """Return whether a function that folds a key of its state is called again with other arguments.

    A path of noise, as a function of the time, must be the same path for each time. A function that is given a key
    is to draw anew.
    """
    parting = part(event.first, event.second)
    before, after = (dict(enumerate(value for _, value in step.arguments)) for step in (parting.first, parting.second))
    again = event.first.site.node is event.second.site.node and parting.second is not event.second.way[-1]
    given = parting.second.arguments
    held = not any(isinstance(value, Key) or _holds(value, event.second.source) for _, value in given)
    return again and held and not parting.loop and before != after


def _holds(value: Value, key: Term) -> bool:
    """Return whether an argument is a key that another one comes of."""
    while True:
        if isinstance(value, (Key, Opaque)) and value.term is key:
            return True
        parent = key.parent if key.kind in (Kind.CHILD, Kind.LANE) else None
        if parent is None:
            return False
        key = parent


def _duplicate_code(event: Remade) -> str:
    if event.second.clock:
        return ""
    direct = is_direct(event.first, event.before) or is_direct(event.second, event.use)
    same = event.first.way[-1].owner == event.second.way[-1].owner
    if not direct or not (same or event.second.constant):
        return ""
    kinds = {event.before.kind, event.use.kind}
    alike = kinds == {UseKind.DRAW} or UseKind.STREAM in kinds
    return "RNG105" if alike and not event.apart and _in_one_function(event.first.site, event.second.site) else "RNG199"
