"""# RNG107 key-default-argument

## What it does

Reports a parameter whose default is a random key, when two calls in sight, or one that is repeated, leave it out and
draw from it.

## Why it matters

A default is built once, when the function is defined. Every call that leaves it out draws the same numbers.

## Example

```python
import jax


def noisy(x, key=jax.random.key(0)):
    return x + jax.random.normal(key, x.shape)


first, second = noisy(images), noisy(labels)
```

## Use instead

```python
import jax


def noisy(x, key):
    return x + jax.random.normal(key, x.shape)


image_key, label_key = jax.random.split(jax.random.key(0))
first, second = noisy(images, image_key), noisy(labels, label_key)
```

Not reported: a default that one call relies on, or that every call in sight replaces. RNG193 speaks of one that is only
declared.

## Proven by

The value ledger: two calls that leave out the argument consume the same key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Parting, Reused
from flake8_flax_rng.rules.report import Report, line, place, rule
from flake8_flax_rng.rules.reuse import reuses

RULE = rule("RNG107", "key-default-argument", "two calls draw from a key that is the default of an argument", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report default keys that two calls in sight draw from."""
    for reuse, parting in reuses(events, RULE.code):
        if reuse.default is not None:
            yield Report(
                reuse.default.site,
                f"the default of `{reuse.name or 'key'}` is built once, and {_who(reuse, parting)} the same numbers; "
                "make it an argument that must be given, or default to a seed",
            )


def _who(reuse: Reused, parting: Parting) -> str:
    """Say which calls rely on the default."""
    first, second = parting.first.site, parting.second.site
    if first.node is second.node:
        return f"the call on {place(second)} draws, again and again,"
    if first.chunk.file == second.chunk.file and line(first) == line(second):
        return f"two calls on {place(second)} both draw"
    return f"the calls on {place(first)} and on {place(second)} both draw"
