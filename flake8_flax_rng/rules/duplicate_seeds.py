"""Two keys of one seed: what the rules say of them that speak of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.lost_keys import another_seed
from flake8_flax_rng.interpreter.domain.events import Event, part
from flake8_flax_rng.rules.related import made_twice
from flake8_flax_rng.rules.report import Report, place, spelled
from flake8_flax_rng.rules.reuse import remade


def duplicates(events: Sequence[Event], code: str) -> Iterable[Report]:
    """Report the second of two keys that come of one seed.

    Args:
        events: what the analysis found.
        code: the rule that speaks.
    """
    for event in remade(events, code):
        if event.drawn != (None, None):
            continue  # the streams of NNX have words of their own
        site = event.second.site
        yield Report(
            site,
            f"`{spelled(site)}` is the key that {place(event.first.site)} has built, and both are drawn from; "
            "split one key, or use another seed",
            made_twice(event.first, event.second, part(event.first, event.second), site),
            partial(another_seed, site),
            event.trial,
        )
