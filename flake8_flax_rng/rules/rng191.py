"""# RNG191 legacy-prng-key

## What it does

Reports `jax.random.PRNGKey`, where `jax.random.key` makes a typed key.

## Why it matters

A raw key is an ordinary array: JAX accepts arithmetic on it, indexing, and any other array in its place. A typed
key is refused there, and `jax.debug_key_reuse` can follow it.

## Example

```python
import jax

key = jax.random.PRNGKey(0)
```

## Use instead

```python
import jax

key = jax.random.key(0)
```

## Proven by

The marked line makes an array that is no typed key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.contract import typed
from flake8_flax_rng.interpreter.domain.events import Event, Misused
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.rules.report import Report, rule

RULE = rule("RNG191", "legacy-prng-key", "PRNGKey makes a raw array that JAX cannot check", __doc__, default=False)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report each place once."""
    for event in events:
        if isinstance(event, Misused) and event.code is Misuse.LEGACY:
            yield Report(event.site, _message(event), fix=partial(typed, event.site))


def _message(event: Misused) -> str:
    return "`PRNGKey` makes a raw array; `jax.random.key` makes a key that JAX can check"
