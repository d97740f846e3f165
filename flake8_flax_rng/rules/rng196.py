"""# RNG196 key-arithmetic

## What it does

Reports a key that is made by arithmetic on the words of a raw key (`key + step`, `key.at[1].add(step)`), or from a seed
that is a word of another key.

## Why it matters

Such a key is not derived from the other one: `PRNGKey(s) + p` is another key for each `s` and `p`, but nothing keeps it
apart from the keys that other sums make, or other seeds, and a seed of one word of a key has half of its bits.
`jax.random.fold_in` mixes all of them. Where such a key is certain to equal another one that is used, RNG114 says so;
this rule speaks of the habit, and so is off unless it is asked for.

## Example

```python
import jax

key = jax.random.PRNGKey(0)
batches = [jax.random.normal(key + step, (8,)) for step in range(1, 4)]
```

## Use instead

```python
import jax

key = jax.random.PRNGKey(0)
batches = [jax.random.normal(jax.random.fold_in(key, step), (8,)) for step in range(1, 4)]
```

## Proven by

The value ledger, where the numbers of a run meet: one key is consumed twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.contract import folded_sum
from flake8_flax_rng.interpreter.domain.events import Event, Misused
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule

RULE = rule("RNG196", "key-arithmetic", "a key is computed from the raw words of another key", __doc__, default=False)


_HOW = {
    Misuse.WORD_AS_SEED: "a word of a key is no seed",
    Misuse.ARITHMETIC: "arithmetic on a key does not derive another one from it",
}


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report keys that are computed from the words of others."""
    for misused in events:
        if isinstance(misused, Misused) and misused.code in _HOW:
            how = _HOW[misused.code]
            fix = partial(folded_sum, misused.site) if misused.code is Misuse.ARITHMETIC else None
            message = f"{how}: derive keys with `jax.random.fold_in` or `jax.random.split`"
            yield Report(misused.site, message, beside(misused.site, ("the key is made here", misused.other)), fix)
