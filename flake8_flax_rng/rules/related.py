"""The places that a reader must see to understand a finding, in the order in which the program comes to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.rules.report import key_site

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Made, Parting, Step, Use

Labelled = tuple[tuple[str, Site], ...]


def way(first: Use, second: Use, parting: Parting) -> Labelled:
    """Return where a key was consumed first, the loop that comes back, and what is called on the way to both.

    Args:
        first: the first use.
        second: the second one, which is what the finding points at.
        parting: where the ways to the two part.
    """
    around = loop(parting.around)
    if parting.loop and parting.first.site.node is parting.second.site.node:
        return (*around, *_within(parting.second, second, "consumed in here"))
    before = ("first consumed here", key_site(parting.first, first))
    later = _within(parting.second, second, "and again in here")
    return (*around, before, *_within(parting.first, first, "consumed in here"), *later)


def made_twice(first: Made, second: Made, parting: Parting) -> Labelled:
    """Return where equal keys were made, the first of which is what the finding points at.

    Args:
        first: the call that made the first.
        second: the call that made the second.
        parting: where the ways to the two part.
    """
    again = () if first.site.node is second.site.node else (("made here first", first.site),)
    calls = [step for step in second.way[:-1] if step.turn is None]
    called = tuple(("called here", head(step.site)) for step in calls[-1:])
    return (*loop(parting.around), *again, *called)


def loop(around: Step | None) -> Labelled:
    """Return the head of a loop, if there is one."""
    return (("the loop", head(around.site)),) if around is not None else ()


def head(site: Site) -> Site:
    """Return what tells a reader which statement or call it is, without all that it holds."""
    node = site.node
    if isinstance(node, cst.For | cst.CompFor):
        return Site(node.iter, site.chunk)
    if isinstance(node, cst.While):
        return Site(node.test, site.chunk)
    return Site(node.func, site.chunk) if isinstance(node, cst.Call) else site


def _within(step: Step, use: Use, label: str) -> Labelled:
    """Return the call that consumes a key, where another one hides it."""
    return ((label, head(use.site)),) if use.site.node is not step.site.node else ()
