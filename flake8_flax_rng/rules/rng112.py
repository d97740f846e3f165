"""# RNG112 invalid-fold-data

## What it does

Reports numbers that `fold_in` cannot take: negative ones, those from 2**32 on, and `hash(…)`, which is nearly
always one of both.

## Why it matters

It raises OverflowError; for `hash` of a string only in some runs, because it differs from run to run.

## Example

```python
import jax

key = jax.random.fold_in(jax.random.key(0), -1)
```

## Use instead

```python
import jax

key = jax.random.fold_in(jax.random.key(0), 1)
```

## Proven by

The OverflowError at the marked line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Misused
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.rules.report import Report, rule

RULE = rule("RNG112", "invalid-fold-data", "fold_in is given a number that does not fit into 32 bits", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report each place once."""
    for event in events:
        if isinstance(event, Misused) and event.code in (Misuse.FOLD_DATA, Misuse.HASH):
            yield Report(event.site, _message(event))


def _message(event: Misused) -> str:
    if event.code is Misuse.HASH:
        return (
            "`fold_in` takes 32 bits, and `hash` gives 64 with a sign, other ones in each run; "
            "use a stable checksum, `zlib.crc32(name.encode())`"
        )
    return f"`fold_in` takes numbers from 0 to 2**32 - 1; {event.what} raises OverflowError"
