"""# RNG190 same-key-to-unresolved-calls

## What it does

Reports a key that is passed to a second call when neither of the two functions can be followed.

## Why it matters

Most functions that take a key draw from it or split it. Two that get the same key draw related numbers. As nobody
can see into them here, this is a hint, and off unless it is asked for.

## Example

```python
import jax
from my_library import make_data, make_noise

key = jax.random.key(0)
data = make_data(key)
noise = make_noise(key)
```

## Use instead

```python
import jax
from my_library import make_data, make_noise

data_key, noise_key = jax.random.split(jax.random.key(0))
data = make_data(data_key)
noise = make_noise(noise_key)
```

## Proven by

The value ledger: both functions consume the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.rules.related import way
from flake8_flax_rng.rules.repairs import split_between
from flake8_flax_rng.rules.report import Report, consumer, key_name, key_site, one_key, place, rule
from flake8_flax_rng.rules.reuse import reuses

RULE = rule(
    "RNG190",
    "same-key-to-unresolved-calls",
    "one key is passed to two calls that cannot be followed",
    __doc__,
    default=False,
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report keys that two unknown calls are given."""
    for event, parting in reuses(events, RULE.code):
        site = key_site(parting.second, event.second)
        yield Report(
            site,
            f"{key_name(site, parting.second, event.name)} was already passed to `{consumer(parting.first)}` on "
            f"{place(parting.first.site)}; if both draw from it, split it first",
            way(event.first, event.second, parting, event.bound),
            partial(split_between, one_key(parting.first, event.first), one_key(parting.second, event.second)),
        )
