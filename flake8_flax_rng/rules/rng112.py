"""# RNG112 invalid-fold-data

## What it does

Reports numbers that `fold_in` cannot take: negative ones, those from 2**32 on, and `hash(…)`, which is nearly
always one of both. The hash of a text is reported too where it is brought into range, as by `hash(name) % 2**32`, and
where it is the seed of a key.

## Why it matters

It raises OverflowError. The hash of a text is salted: it differs from process to process, and so does a key that it is
folded into, whatever the seed, or that is made of it. No run can be repeated, and the hosts of one run disagree.

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

Not reported: the hash of numbers, and of what is not known to be a text.

## Proven by

The OverflowError at the marked line. For a hash in range, a second process, with another salt, gives another result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.contract import checksummed
from flake8_flax_rng.interpreter.domain.events import Event, Misused
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.rules.report import Report, rule

RULE = rule(
    "RNG112",
    "invalid-fold-data",
    "fold_in is given a number that does not fit into 32 bits, or a key is made of the hash of a text",
    __doc__,
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report each place once."""
    for event in events:
        if isinstance(event, Misused) and event.code in (Misuse.FOLD_DATA, Misuse.HASH, Misuse.SALTED_HASH):
            fix = None if event.code is Misuse.FOLD_DATA else partial(checksummed, event.site)
            yield Report(event.site, _message(event), fix=fix)


def _message(event: Misused) -> str:
    if event.code is Misuse.HASH:
        return (
            "`fold_in` takes 32 bits, and `hash` gives 64 with a sign, other ones in each run; "
            "use a stable checksum, `zlib.crc32(name.encode())`"
        )
    if event.code is Misuse.SALTED_HASH:
        return (
            "the `hash` of a text is another one in each process, so that the key cannot be made again; "
            "use a stable checksum, `zlib.crc32(name.encode())`"
        )
    return f"`fold_in` takes numbers from 0 to 2**32 - 1; {event.what} raises OverflowError"
