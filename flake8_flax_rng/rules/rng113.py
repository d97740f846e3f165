"""# RNG113 host-randomness-in-trace

## What it does

Reports `np.random`, `random` and seeds from the clock in a function that JAX traces: under `jit`, `vmap`, `scan`
and their kin.

## Why it matters

JAX runs the Python code once and keeps its result. The number is drawn at trace time, and every later call,
pass or lane gets the same one.

## Example

```python
import jax
import numpy as np


@jax.jit
def noisy(x):
    return x + np.random.normal(size=3)
```

## Use instead

```python
import jax


@jax.jit
def noisy(x, key):
    return x + jax.random.normal(key, (3,))
```

## Proven by

Differential: two calls of the compiled function give equal outputs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Misused
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule

RULE = rule(
    "RNG113",
    "host-randomness-in-trace",
    "a traced function draws random numbers with NumPy or Python",
    __doc__,
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report each place once."""
    for event in events:
        if isinstance(event, Misused) and event.code in (Misuse.HOST, Misuse.CLOCK):
            yield Report(event.site, _message(event), beside(event.site, ("traced in this call", event.other)))


def _message(event: Misused) -> str:
    if event.code is Misuse.CLOCK:
        return "the clock is read once, when JAX traces this function, so that the seed never changes; pass a key in"
    return (
        f"`{event.what}` runs once, when JAX traces this function, so that every call gets the same numbers; "
        "use `jax.random` with a key that is passed in"
    )
