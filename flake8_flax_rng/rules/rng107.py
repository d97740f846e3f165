"""# RNG107 key-default-argument

## What it does

Reports a parameter whose default is a random key, when the function draws from it.

## Why it matters

A default is built once, when the function is defined. Every call that leaves it out draws the same numbers.

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

Not reported: a default that every call in the file replaces.

## Proven by

The value ledger: two calls that leave out the argument consume the same key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Defaulted, Event
from flake8_flax_rng.rules.report import Report, rule
from flake8_flax_rng.rules.reuse import reuses

RULE = rule("RNG107", "key-default-argument", "a default argument is a random key", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report default keys that are drawn from."""
    for event in events:
        if isinstance(event, Defaulted):
            yield Report(event.site, _message(event.name, f"`{event.function}`"))
    for reuse, _ in reuses(events, RULE.code):
        if reuse.default is not None:
            yield Report(reuse.default.site, _message(reuse.name or "key", "this"))


def _message(name: str, where: str) -> str:
    return (
        f"the default of `{name}` is built once, when {where} is defined, so that every call without it draws the "
        "same numbers; make it an argument that must be given, or default to a seed"
    )
