"""# RNG306 broadcast-rngs

## What it does

Reports `nnx.vmap`, `nnx.pmap` and `nnx.scan` over a function in which every lane, or every pass, draws from the same
stream at the same count: the module is broadcast, or its streams were not split, or were split by a tag that they do
not have.

## Why it matters

All lanes get the same dropout mask, or the same parameters, and nothing raises.

## Example

```python
from flax import nnx

drop = nnx.Dropout(0.5, rngs=nnx.Rngs(0))

@nnx.vmap(in_axes=(None, 0))
def run(drop, x):
    return drop(x)  # one mask for all
```

## Use instead

```python
from flax import nnx

drop = nnx.Dropout(0.5, rngs=nnx.Rngs(0))
axes = nnx.StateAxes({nnx.RngState: 0, ...: None})

@nnx.split_rngs(splits=4)
@nnx.vmap(in_axes=(axes, 0))
def run(drop, x):
    return drop(x)
```

Not reported: `.broadcast`, which says that the lanes are to be the same; modules that draw nothing.

## Proven by

The outputs: the lanes, or the passes, are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Shared, part
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, place, rule
from flake8_flax_rng.rules.reuse import remade
from flake8_flax_rng.rules.streams import copied_by

RULE = rule("RNG306", "broadcast-rngs", "all lanes or passes draw from one stream", __doc__)


_ADVICE = "split them with `nnx.split_rngs`, and map `nnx.RngState` along axis 0"


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report transforms whose lanes or passes draw the same; one of another file at the draw."""
    for event in events:
        if isinstance(event, Shared) and event.stream:
            drawn = event.inside[0].site
            site = event.made if event.made is not None and not event.made.chunk.file else event.mapped
            yield Report(
                site,
                f"all lanes of this `{event.transform}` draw from one stream {event.stream!r} on {place(drawn)}, so "
                f"that they get the same numbers; {_ADVICE}",
                beside(site, ("mapped here", event.mapped), ("drawn here in each lane", drawn)),
            )
    for again in remade(events, RULE.code):
        copy = copied_by(again)
        made = copy.drawn.copied if copy is not None and copy.drawn is not None else None
        if copy is not again.drawn[1]:
            parting = part(again.before, again.use)
            yield Report(
                parting.second.site,
                f"`{again.use.label}` draws again what the passes of an `nnx.scan` drew on "
                f"{place(parting.first.site)}, which leaves a stream that is broadcast as it was; {_ADVICE}",
                beside(parting.second.site, ("drawn here in each pass", parting.first.site)),
            )
            continue
        place_of = made if made is not None and not made.chunk.file else again.use.site
        yield Report(
            place_of,
            f"each pass of this `nnx.scan` draws from one stream on {place(again.use.site)}, so that "
            f"`{again.use.label}` gets the same numbers; {_ADVICE}",
            beside(place_of, ("drawn here in each pass", again.use.site)),
        )
