"""Two streams of NNX of one seed or key: what the rules say of them that speak of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, part
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, consumer, place
from flake8_flax_rng.rules.reuse import remade


def collisions(events: Sequence[Event], code: str) -> Iterable[Report]:
    """Report the second of two draws that get equal keys, one of them at least from a stream.

    Args:
        events: what the analysis found.
        code: the rule that speaks.
    """
    seen: set[tuple[object, object]] = set()
    for event in remade(events, code):
        pair = event.first.site.node, event.second.site.node
        if event.drawn == (None, None) or pair in seen:
            continue
        seen.add(pair)
        parting = part(event.before, event.use)
        streams = sorted({made.drawn.tag or "default" for made in event.drawn if made is not None and made.drawn})
        named = " and ".join(map(repr, streams))
        yield Report(
            parting.second.site,
            f"`{consumer(parting.second)}` uses a key of {named} that `{consumer(parting.first)}` on "
            f"{place(parting.first.site)} has used: both come of one seed or key ({place(event.first.site)}); "
            "give each its own",
            beside(
                parting.second.site,
                ("seeded here", event.first.site),
                ("first used here", parting.first.site),
                ("seeded here again", event.second.site),
            ),
        )
