"""# RNG102 key-reuse-in-loop

## What it does

Reports a call in a loop that consumes the same key in every pass: in `for` and `while` loops,
comprehensions, the bodies of `lax.scan`, `fori_loop`, `while_loop` and `lax.map`, and `jax.tree.map`.

## Why it matters

Every pass draws the same numbers: the same noise, the same batch, the same dropout mask in each training
step. The loss still goes down, so nobody notices.

## Example

```python
import jax

key = jax.random.key(0)
for step in range(100):
    noise = jax.random.normal(key, (8,))  # a hundred times the same noise
```

## Use instead

```python
import jax

key = jax.random.key(0)
for step in range(100):
    noise = jax.random.normal(jax.random.fold_in(key, step), (8,))
```

`key, subkey = jax.random.split(key)` in the loop, or `for subkey in jax.random.split(key, 100)`, are as good.

## Proven by

The value ledger: the same key bits reach the same call in two passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.events import Event, Reused
from flake8_flax_rng.rules.report import Report, consumer, key_name, key_site, rule
from flake8_flax_rng.rules.reuse import reuses

RULE = rule("RNG102", "key-reuse-in-loop", "a key does not change from one pass of a loop to the next", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report keys that one place consumes in several passes of a loop."""
    for event, parting in reuses(events, RULE.code):
        site = key_site(parting.second, event.second)
        name = key_name(site, parting.second, event.name)
        what = consumer(parting.second)
        yield Report(
            site,
            f"{name} is the same in every pass of the loop, so `{what}` repeats itself; " + _advice(event),
        )


def _advice(event: Reused) -> str:
    if event.second.kind == "split":
        return "keep one of the new keys as the parent of the next pass: `key, subkey = jax.random.split(key)`"
    return "split it in the loop or fold the loop index into it"
