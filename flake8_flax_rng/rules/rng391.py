"""# RNG391 declared-default-rngs

## What it does

Reports an `nnx.Rngs` that is the default of a parameter, whether or not anybody relies on it.

## Why it matters

It is built once and shared by all calls that rely on it; see RNG311, which reports these where they are in sight.

## Example

```python
from flax import nnx

def build(width, rngs=nnx.Rngs(0)):
    return nnx.Linear(width, width, rngs=rngs)
```

## Use instead

```python
from flax import nnx

def build(width, rngs):
    return nnx.Linear(width, width, rngs=rngs)
```

Opt-in: every caller may pass streams of its own.

## Proven by

The streams: two calls draw from one object.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.rules.report import Report, rule
from flake8_flax_rng.rules.streams import mistakes

RULE = rule("RNG391", "declared-default-rngs", "a parameter has an Rngs as its default", __doc__, default=False)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report defaults that are an ``Rngs``."""
    for event in mistakes(events, StreamMistake.DEFAULT_DECLARED):
        yield Report(event.site, "this default is built once, and all calls that rely on it draw from it: leave it out")
