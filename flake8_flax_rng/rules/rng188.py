"""# RNG188 key-shared-by-runs

## What it does

Reports what RNG109 reports elsewhere, where nothing in the text shows that the numbers of the lanes have to differ: the
mapped function hands the key that all lanes share to a function, a method or a class of the project, which draws from
it, each lane maps over the same keys, or the lanes are the shards of `shard_map`. Where the mapped function itself
draws from the key, RNG109 speaks.

## Why it matters

All lanes get the same numbers. Whoever maps a function that calls another one to draw maps whole runs, as those of
several settings or models are, and these are compared on the same numbers on purpose; shards have to agree on what they
hold in common. Where the runs are taken for independent ones, as in the error bars of a mean, or the shards jitter or
mask examples of their own, they are not. The text does not say which, so this is off unless it is asked for.

## Example

```python
import jax
import jax.numpy as jnp


def estimate(key):
    return jax.random.normal(key, (100,)).mean()


key = jax.random.key(0)
estimates = jax.vmap(lambda run: run * 0.0 + estimate(key))(jnp.arange(8.0))
print(estimates.std())  # the same numbers eight times
```

## Use instead

```python
import jax


def estimate(key):
    return jax.random.normal(key, (100,)).mean()


keys = jax.random.split(jax.random.key(0), 8)
estimates = jax.vmap(estimate)(keys)
print(estimates.std())
```

## Proven by

The value ledger, as RNG109: a primitive that draws gets an unbatched key in a batched function.
"""

from __future__ import annotations

from flake8_flax_rng.rules.report import rule

RULE = rule("RNG188", "key-shared-by-runs", "several runs of a function draw from one key", __doc__, default=False)
