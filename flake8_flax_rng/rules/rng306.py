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

from flake8_flax_rng.interpreter.domain.events import Event, Shared
from flake8_flax_rng.rules.report import Report, place, rule
from flake8_flax_rng.rules.reuse import remade

RULE = rule("RNG306", "broadcast-rngs", "all lanes or passes draw from one stream", __doc__)


_ADVICE = "split them with `nnx.split_rngs`, and map `nnx.RngState` along axis 0"


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report draws that are the same in all lanes or passes."""
    for event in events:
        if isinstance(event, Shared) and event.stream:
            yield Report(
                event.inside[0].site,
                f"all lanes of the `{event.transform}` on {place(event.mapped)} draw from one stream "
                f"{event.stream!r}, so that they get the same numbers; {_ADVICE}",
            )
    seen: set[object] = set()
    for again in remade(events, RULE.code):
        if again.use.site.node not in seen:
            seen.add(again.use.site.node)
            yield Report(
                again.use.site,
                f"each pass of the `nnx.scan` draws from one stream, so that `{again.use.label}` gets the same "
                f"numbers; {_ADVICE}",
            )
