"""The places that a reader must see to understand a finding, in the order in which the program comes to them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.term_kinds import NAMED_ELSEWHERE
from flake8_flax_rng.rules.report import key_site, place, spelled

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Made, Parting, Step, Use

Labelled = tuple[tuple[str, Site], ...]

Bound = Mapping[tuple[int, str], Site]
"""Where a key was bound to names, by the number of the function and the name."""


def way(first: Use, second: Use, parting: Parting, bound: Bound | None = None) -> Labelled:
    """Return where a key was consumed first, the loop that comes back, and what is called on the way to both.

    Args:
        first: the first use.
        second: the second one, which is what the finding points at.
        parting: where the ways to the two part.
        bound: where the key was bound to names.
    """
    around = loop(parting.around)
    ends = (parting.first, key_site(parting.first, first)), (parting.second, key_site(parting.second, second))
    hidden = second.term.kind in NAMED_ELSEWHERE or len({spelled(site) for _, site in ends}) > 1
    named = aliases(bound, *ends) if bound and hidden else ()
    if parting.loop and parting.first.site.node is parting.second.site.node:
        return (*named, *around, *_within(parting.second, second, "consumed here"))
    early, late = _within(parting.first, first, "consumed here"), _within(parting.second, second, "consumed again here")
    if early and late and early[0][1].node is late[0][1].node:
        early, late = (("consumed here, through both calls", early[0][1]),), ()
    return (*named, *around, ("first consumed here", ends[0][1]), *early, *late)


def aliases(bound: Bound, *keys: tuple[Step, Site]) -> Labelled:
    """Return where a key was bound to the names that it is consumed by.

    Args:
        bound: where it was bound to names.
        keys: the calls that consume it, each with its argument.
    """
    found = ((spelled(site), bound.get((step.owner, spelled(site)))) for step, site in keys)
    places = {name: place for name, place in found if place is not None}
    return tuple((f"`{name}` is bound to the key here", place) for name, place in places.items())


def made_twice(first: Made, second: Made, parting: Parting, main: Site) -> Labelled:
    """Return where equal keys were made, the loop that comes back, and the calls that lead to both.

    Args:
        first: the call that made the first.
        second: the call that made the second.
        parting: where the ways to the two part.
        main: what the finding points at.
    """
    same = first.site.node is second.site.node
    once = parting.first.site.node is parting.second.site.node
    return (
        *loop(parting.around),
        *beside(
            main,
            ("first called here", None if once else _hiding(parting.first, first)),
            ("made here first", None if same else first.site),
            ("called here" if once else "called again here", _hiding(parting.second, second)),
            ("made here" if same else "made again here", second.site),
        ),
    )


def _hiding(step: Step, made: Made) -> Site | None:
    """Return the call that leads to one which makes a key, None where it is that one."""
    return step.site if step.site.node is not made.site.node else None


def beside(main: Site, *places: tuple[str, Site | None]) -> Labelled:
    """Return the places that are known, each once, and not the one that a finding points at.

    Args:
        main: what the finding points at.
        places: a label and a place each; of a call its callee is what a reader is shown.
    """
    found = {main.node: ("", main)}
    for label, site in places:
        if site is not None:
            found.setdefault(site.node, (label, head(site)))
    return tuple(found.values())[1:]


def loop(around: Step | None) -> Labelled:
    """Return the head of a loop, if there is one."""
    return (("the loop", head(around.site)),) if around is not None else ()


def head(site: Site) -> Site:
    """Return what tells a reader which statement or call it is, without all that it holds."""
    node = site.node
    if isinstance(node, (cst.For, cst.CompFor)):
        return Site(node.iter, site.chunk)
    if isinstance(node, cst.While):
        return Site(node.test, site.chunk)
    return Site(node.func, site.chunk) if isinstance(node, cst.Call) else site


def _within(step: Step, use: Use, label: str) -> Labelled:
    """Return the key that is consumed where another call hides that, else the call that consumes it."""
    if use.site.node is step.site.node:
        return ()
    key = key_site(use.way[-1], use)
    found = key if key.node is not use.site.node else head(key)
    return ((f"{label}, through the call on {place(step.site)}", found),)
