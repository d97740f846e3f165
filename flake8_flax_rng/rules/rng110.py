"""# RNG110 split-index

## What it does

Reports an index beyond the number of keys that a `split` made, and an unpacking into another number of names.

## Why it matters

JAX clamps an index past the end to the last key, in silence: two draws get the same key. An unpacking that does
not fit raises.

## Example

```python
import jax

keys = jax.random.split(jax.random.key(0), 3)
first = jax.random.normal(keys[2], (8,))
second = jax.random.normal(keys[3], (8,))  # clamped: this is keys[2]
```

## Use instead

```python
import jax

keys = jax.random.split(jax.random.key(0), 4)
first = jax.random.normal(keys[2], (8,))
second = jax.random.normal(keys[3], (8,))
```

## Proven by

The value ledger for an index (equal bits are consumed twice), the exception for an unpacking.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.contract import indexed, unpacked
from flake8_flax_rng.interpreter.domain.events import Event, Misused
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule

RULE = rule("RNG110", "split-index", "an index or an unpacking does not fit the number of keys", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report each place once."""
    for event in events:
        if isinstance(event, Misused) and event.code in (Misuse.INDEX, Misuse.UNPACK):
            related = beside(event.site, ("the keys are made here", event.other))
            yield Report(event.site, _message(event), related, partial(_repair, event))


def _repair(event: Misused) -> Fix:
    if event.code is Misuse.UNPACK:
        return unpacked(event.site, int(event.what))
    return indexed(event.site, int(event.what))


def _message(event: Misused) -> str:
    if event.code is Misuse.UNPACK:
        return f"{event.detail} keys are unpacked into {event.what} names, which raises; split into {event.what} keys"
    return (
        f"index {event.what} is past the end of {event.detail} keys: of an array JAX takes the nearest one in silence; "
        "split into more keys"
    )
