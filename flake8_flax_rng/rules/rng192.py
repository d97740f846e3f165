"""# RNG192 shared-data-and-init-key

## What it does

Reports a key that is both drawn from and used to initialise a Linen model.

## Why it matters

Flax folds the key before it draws parameters, so that the numbers differ. It is still one key for two things,
which goes wrong when one of them changes; a matter of taste, and off unless it is asked for.

## Example

```python
import jax
from flax import linen as nn

key = jax.random.key(0)
x = jax.random.normal(key, (8, 3))
variables = nn.Dense(4).init(key, x)
```

## Use instead

```python
import jax
from flax import linen as nn

data_key, init_key = jax.random.split(jax.random.key(0))
x = jax.random.normal(data_key, (8, 3))
variables = nn.Dense(4).init(init_key, x)
```

## Proven by

The value ledger: the key is consumed by a sampler and folded by Linen.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.interpreter.domain.events import Event, Together, part
from flake8_flax_rng.rules.related import way
from flake8_flax_rng.rules.repairs import split_between
from flake8_flax_rng.rules.report import Report, consumer, key_site, one_key, place, rule

RULE = rule(
    "RNG192",
    "shared-data-and-init-key",
    "one key draws data and initialises a model",
    __doc__,
    default=False,
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report keys that serve both purposes."""
    for event in events:
        if isinstance(event, Together):
            parting = part(event.first, event.second)
            step, before = parting.second, parting.first
            yield Report(
                key_site(step, event.second),
                f"the key was already given to `{consumer(before)}` on {place(before.site)}; "
                "split it, and keep the keys of data and parameters apart",
                way(event.first, event.second, parting),
                partial(split_between, one_key(before, event.first), one_key(step, event.second)),
            )
