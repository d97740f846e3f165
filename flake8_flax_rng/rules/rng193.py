"""# RNG193 declared-default-key

## What it does

Reports a parameter whose default is a random key, when the function draws from it and no call of the function is in
sight.

## Why it matters

A default is built once, when the function is defined, so that every call which leaves it out draws the same numbers.
For a library that says so this may be wanted: one data set, or one initial model, for whoever names no key. So this is
off unless it is asked for; RNG107 speaks of a default that two calls rely on.

## Example

```python
import jax


def noisy(x, key=jax.random.key(0)):
    return x + jax.random.normal(key, x.shape)
```

## Use instead

```python
import jax


def noisy(x, key):
    return x + jax.random.normal(key, x.shape)
```

## Proven by

Two calls that leave out the argument return the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Defaulted, Event
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule

RULE = rule(
    "RNG193",
    "declared-default-key",
    "a default argument is a random key, and no call is in sight",
    __doc__,
    default=False,
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report default keys that are drawn from by whoever leaves them out."""
    for event in events:
        if isinstance(event, Defaulted):
            yield Report(
                event.site,
                f"the default of `{event.name}` is built once, when `{event.function}` is defined, so that every call "
                "without it draws the same numbers; make it an argument that must be given, or default to a seed",
                beside(event.site, ("of this function", event.defined)),
            )
