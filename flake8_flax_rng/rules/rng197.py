"""# RNG197 constant-key-in-repeated-call

## What it does

Reports a key that is built from a constant in a loop or a repeated call where RNG104 is silent: a whole run, an
evaluation, a benchmark or a figure that starts from one seed each time.

## Why it matters

Each call draws the same numbers. That is meant where the calls are compared with each other, and a mistake where they
are to be averaged, or to differ. The text does not say which, so this is off unless it is asked for.

## Example

```python
import jax


def spread(scale):
    key = jax.random.key(0)  # the same key in every call
    return scale * jax.random.normal(key, (8,))


rows = [spread(1.0), spread(1.0)]
```

## Use instead

```python
import jax


def spread(key, scale):
    return scale * jax.random.normal(key, (8,))


rows = [spread(key, 1.0) for key in jax.random.split(jax.random.key(0))]
```

## Proven by

The value ledger: the same seed makes a key that is consumed in several calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.rules.report import Report, rule
from flake8_flax_rng.rules.same_key_again import same_keys

RULE = rule(
    "RNG197",
    "constant-key-in-repeated-call",
    "a key is built from a constant in each of several calls",
    __doc__,
    default=False,
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report keys that are built from the same seed in calls that may be meant to be alike."""
    return same_keys(events, RULE.code)
