"""# RNG194 used-key-to-unresolved-call

Opt-in: whether a call draws that cannot be followed is a guess.

## What it does

Reports a key that is drawn from or split, and is also given to a call that cannot be followed: a function of a library
or of a caller, or a method of an object that is not known.

## Why it matters

JAX wants a key to go to one function. If the other call draws from it too, its numbers are those of the first one, or
are computed from the same bits.

## Example

```python
import jax

def step(policy, key, state):
    noise = jax.random.normal(key, state.shape)
    return policy(key, state + noise)
```

## Use instead

```python
import jax

def step(policy, key, state):
    noise_key, policy_key = jax.random.split(key)
    noise = jax.random.normal(noise_key, state.shape)
    return policy(policy_key, state + noise)
```

Not reported where nothing is taken from the call: it may well only keep a record. RNG190 speaks of two calls that
cannot be followed, and RNG106 of a key that was made for one of the two, and is never used.

## Proven by

The value ledger: both consume the key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.interpreter.domain.events import Event, Suspected, part
from flake8_flax_rng.rules.related import way
from flake8_flax_rng.rules.repairs import split_between
from flake8_flax_rng.rules.report import Report, consumer, key_name, key_site, one_key, place, rule

RULE = rule(
    "RNG194",
    "used-key-to-unresolved-call",
    "a key that is used is also passed to a call that cannot be followed",
    __doc__,
    default=False,
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report keys that a known and an unknown call are given."""
    for event in events:
        if isinstance(event, Suspected):
            parting = part(event.first, event.second)
            site = key_site(parting.second, event.second)
            yield Report(
                site,
                f"{key_name(site, parting.second, event.name)} was already passed to `{consumer(parting.first)}` on "
                f"{place(parting.first.site)}; if both draw from it, split it first",
                way(event.first, event.second, parting),
                partial(split_between, one_key(parting.first, event.first), one_key(parting.second, event.second)),
            )
