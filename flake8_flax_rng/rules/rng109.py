"""# RNG109 shared-key-across-lanes

## What it does

Reports a draw in a function under `vmap` or `pmap` from a key that all lanes share: one that is closed over,
that `in_axes` gives to all of them, or that was only repeated (`jnp.stack([key] * n)`, `broadcast_to`).

## Why it matters

Every lane draws the same numbers: the same noise for each example, the same weights for each member.

## Example

```python
import jax
import jax.numpy as jnp

key = jax.random.key(0)
noisy = jax.vmap(lambda x: x + jax.random.normal(key, x.shape))(jnp.zeros((8, 3)))
```

## Use instead

```python
import jax
import jax.numpy as jnp

keys = jax.random.split(jax.random.key(0), 8)
noisy = jax.vmap(lambda x, key: x + jax.random.normal(key, x.shape))(jnp.zeros((8, 3)), keys)
```

Not reported: noise that a model draws, unless it has the shape of what a lane computes: noise for its parameters is
one for all lanes. Where the lanes give their key to another function of the project, or are shards, it is RNG188.

## Proven by

The value ledger: a primitive that draws gets an unbatched key in a batched function.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.lanes import given_to_lanes, mapped_over
from flake8_flax_rng.interpreter.domain.events import Event, Shared
from flake8_flax_rng.rules.related import head
from flake8_flax_rng.rules.report import Report, consumer, key_site, one_key, place, rule
from flake8_flax_rng.rules.shared_keys import DOUBTFUL, lanes_may_agree

RULE = rule("RNG109", "shared-key-across-lanes", "all lanes of a vmap draw from one key", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report draws that are the same in all lanes."""
    for event in events:
        if not isinstance(event, Shared) or event.stream or event.supplied:
            continue
        step = event.inside[0]
        site = event.mapped if event.repeated else key_site(step, event.use)
        yield Report(
            site,
            f"all lanes of the `{event.transform}` on {place(event.mapped)} draw from one key in "
            f"`{consumer(step)}`, so that they get the same numbers; make a key for each lane, "
            "`keys = jax.random.split(key, n)`, and map over the keys",
            (("mapped here", head(event.mapped)),),
            None if event.repeated else partial(_repair, event),
            instead=DOUBTFUL if lanes_may_agree(event) else "",
        )


def _repair(event: Shared) -> Fix:
    call = next((step for step in event.use.way if step.site.node is event.mapped.node), None)
    given = one_key(call, event.use) if call is not None else None
    if given is not None:
        return mapped_over(event.mapped, given)
    key = one_key(event.inside[0], event.use)
    if key is None:
        raise NoFix("the key is part of something else")
    return given_to_lanes(event.mapped, key)
