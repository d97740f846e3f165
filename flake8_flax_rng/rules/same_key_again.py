"""What the two rules say about keys that are built from one seed again and again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.passes import given_in_each_pass
from flake8_flax_rng.interpreter.domain.events import Event, Misused, Parting, Remade, Step, part
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.rules.constant_keys import is_direct, left_out
from flake8_flax_rng.rules.related import made_twice
from flake8_flax_rng.rules.repairs import renewed_each_pass
from flake8_flax_rng.rules.report import Report, consumer, place, spelled
from flake8_flax_rng.rules.reuse import remade
from flake8_flax_rng.rules.wording import repeater


def same_keys(events: Sequence[Event], code: str) -> Iterable[Report]:
    """Report keys that are built from the same seed in every step.

    Args:
        events: what happened.
        code: the rule that asks.
    """
    ignored = ignored_places(events)
    for event in remade(events, code):
        if event.second.site.node in ignored:
            continue
        missing = left_out(event.second)
        site, made = event.second.site, spelled(event.second.site)
        parting = part(event.first, event.second)
        related = made_twice(event.first, event.second, parting, missing[0].site if missing is not None else site)
        fix = partial(renewed_each_pass, site, parting, event.second)
        if missing is not None:
            step, name = missing
            yield Report(
                step.site,
                f"`{consumer(step)}` is called without `{name}` {_when(event)}, and falls back on `{made}`, "
                "the same key each time; pass a key",
                related,
                partial(_given, step, name, site, parting),
            )
        elif event.second.clock:
            asked = not is_direct(event.second, event.use)
            yield Report(
                parting.second.site if asked else site,
                f"`{made}` {_when(event)} gives the same key for a whole second; read the clock once, before, "
                "and split the key or fold the step into it",
                made_twice(event.first, event.second, parting, parting.second.site) if asked else related,
                fix,
            )
        else:
            yield Report(
                site,
                f"`{made}` builds the same key {_when(event)}, so that each draws the same numbers; "
                "build the key once, and split it or fold the step into it",
                related,
                fix,
            )


def _given(call: Step, name: str, made: Site, parting: Parting) -> Fix:
    if parting.around is None:
        raise NoFix("no loop repeats it")
    return given_in_each_pass(call.site, name, made.chunk.code(made.node), parting.around.site)


def ignored_places(events: Sequence[Event]) -> set[cst.CSTNode]:
    """Return where constant keys take the place of keys that are given, which RNG115 says.

    Args:
        events: what happened.
    """
    return {event.site.node for event in events if isinstance(event, Misused) and event.code is Misuse.IGNORED}


def _when(event: Remade) -> str:
    """Say which call, or which pass, builds the key again."""
    parting = part(event.first, event.second)
    again = f" of `{consumer(parting.second)}`" if parting.second is not event.second.way[-1] else ""
    if parting.around is not None:
        _, words = repeater(parting, event.use)
        return f"{words}, in the call{again} on {place(parting.second.site)}" if again else words
    if parting.first.site.node is parting.second.site.node:
        return f"in every call{again} on {place(parting.second.site)}"
    return f"in the calls{again} on {place(parting.first.site)} and {place(parting.second.site)}"
