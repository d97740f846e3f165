"""Which rule speaks of a key that is consumed a second time."""

from __future__ import annotations

from collections.abc import Sequence

from flake8_flax_rng.interpreter.events import Event, Parting, Remade, Reused, Site, part
from flake8_flax_rng.rules.report import carries, key_site, line


def reuses(events: Sequence[Event], code: str) -> list[tuple[Reused, Parting]]:
    """Return the reuses that a rule speaks of, each with the two places where the ways to it part."""
    found = [(event, part(event.first, event.second)) for event in events if isinstance(event, Reused)]
    return [(event, parting) for event, parting in found if _code(event, parting) == code]


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
    step = next((step for step in way[index + 1 :] if key_site(step, event.second) is not step.site), way[-1])
    site = key_site(step, event.second)
    around = parting.around
    if around is not None and around.site.chunk is site.chunk and site.chunk.contains(around.site.node, line(site)):
        return None
    return site


def _code(event: Reused, parting: Parting) -> str:
    if event.first.kind == "unknown":
        return "RNG190"
    if event.default is not None:
        return "RNG107"
    if stale_site(event, parting) is not None:
        return "RNG108"
    return "RNG102" if parting.loop else "RNG101"


def _remade_code(event: Remade) -> str:
    kinds = {event.first.kind, event.second.kind}
    if "wrap" in kinds:
        return "RNG114"
    if kinds != {"seed"}:
        return "RNG103"
    if event.use.kind == "split":
        return ""
    if event.first.site.node is not event.second.site.node:
        return "RNG105"
    # Models that start alike, and fixed buffers in a module, are made of a constant on purpose.
    return "" if event.use.initialises or event.second.place == "module" else "RNG104"
