"""# RNG309 reseed-no-op

## What it does

Reports `nnx.reseed` and `nnx.split_rngs(only=…)` with a name that no stream of the model has as its tag; and a reseed
of split streams with one key, which raises.

## Why it matters

A model that was built with `nnx.Rngs(0)` has streams with the tag `'default'`, whatever its layers ask for. A reseed
of `dropout` finds nothing there and does nothing.

## Example

```python
from flax import nnx

drop = nnx.Dropout(0.5, rngs=nnx.Rngs(0))
nnx.reseed(drop, dropout=1)  # its stream is 'default'
```

## Use instead

```python
from flax import nnx

drop = nnx.Dropout(0.5, rngs=nnx.Rngs(dropout=0))
nnx.reseed(drop, dropout=1)
```

Not reported: models of which some part is not known.

## Proven by

The streams: nothing changes; or the exception.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.nnx_streams import reseeded_as_shaped, reseeded_by_name
from flake8_flax_rng.interpreter.domain.events import Event, Shared
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule
from flake8_flax_rng.rules.streams import mistakes

RULE = rule("RNG309", "reseed-no-op", "a reseed or a split takes no stream", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report names that no stream has."""
    broadcast = any(isinstance(event, Shared) and event.stream for event in events)  # RNG306 speaks of these
    for event in mistakes(
        events, StreamMistake.RESEED_NOTHING, StreamMistake.FILTER_NOTHING, StreamMistake.RESEED_SPLIT
    ):
        if event.what is StreamMistake.RESEED_SPLIT:
            advice = "pass `policy='match_shape'`"
            why = "one key cannot reseed them from flax 0.11 on"
            message = f"the streams {event.name!r} are split, and {why}: {advice}"
            related = beside(event.site, ("split here", event.other))
            yield Report(event.site, message, related, partial(reseeded_as_shaped, event.site))
            continue
        if broadcast and event.what is StreamMistake.FILTER_NOTHING:
            continue
        name = event.name if event.what is StreamMistake.RESEED_NOTHING else repr(event.name)
        yield Report(
            event.site,
            f"no stream of the model has the tag {name}, so that this does nothing; its streams have {event.detail}: "
            "build the model with a stream of this name",
            fix=partial(reseeded_by_name, event.site, event.name, event.detail),
        )
