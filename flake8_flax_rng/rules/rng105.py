"""# RNG105 duplicate-seed

## What it does

Reports a second key that is built from the seed of another one, when both are drawn from. Where one of them is only
split, or the numbers never meet, it is RNG199.

## Why it matters

Equal seeds are equal keys: what is drawn from the second repeats what was drawn from the first, also when one
is made by `PRNGKey` and the other by `key`.

## Example

```python
import jax

data_key = jax.random.key(0)
noise_key = jax.random.key(0)
data = jax.random.normal(data_key, (8,))
noise = jax.random.normal(noise_key, (8,))  # equals the data
```

## Use instead

```python
import jax

data_key, noise_key = jax.random.split(jax.random.key(0))
data = jax.random.normal(data_key, (8,))
noise = jax.random.normal(noise_key, (8,))
```

Not reported: a second key that only initialises models, draws that are compared with each other, and runs that start
from one seed and whose numbers never meet, or which build their keys in two functions (RNG199).

## Proven by

The value ledger: the same seed makes two keys, and both are consumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.rules.duplicate_seeds import duplicates
from flake8_flax_rng.rules.report import Report, rule

RULE = rule("RNG105", "duplicate-seed", "two keys are built from the same seed", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report the second of two keys that come of one seed."""
    return duplicates(events, RULE.code)
