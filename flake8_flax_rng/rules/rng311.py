"""# RNG311 rngs-default-argument

## What it does

Reports the second of two calls in sight that rely on an `nnx.Rngs` which is the default of a parameter.

## Why it matters

A default is built once. All calls that rely on it draw from one `nnx.Rngs`, so that what one of them gets depends on
which others ran before it, and a model cannot be built again as it was.

## Example

```python
from flax import nnx

def build(width, rngs=nnx.Rngs(0)):
    return nnx.Linear(width, width, rngs=rngs)

first, second = build(4), build(4)
```

## Use instead

```python
from flax import nnx

def build(width, rngs):
    return nnx.Linear(width, width, rngs=rngs)

first, second = build(4, nnx.Rngs(0)), build(4, nnx.Rngs(1))
```

Not reported: a default on which no two calls in sight rely; that it is declared is RNG391's.

## Proven by

The streams: both calls draw from one object.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, place, rule
from flake8_flax_rng.rules.streams import mistakes

RULE = rule("RNG311", "rngs-default-argument", "two calls rely on one Rngs that is a default argument", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report calls that share a default."""
    for event in mistakes(events, StreamMistake.DEFAULT_SHARED):
        where = f", as the one on {place(event.other)} does" if event.other is not None else ""
        yield Report(
            event.site,
            f"this call relies on the `nnx.Rngs` that is the default of `{event.name}` in `{event.detail}`{where}: "
            "both draw from one object; pass an `nnx.Rngs` to each",
            beside(event.site, ("relies on it too", event.other)),
        )
