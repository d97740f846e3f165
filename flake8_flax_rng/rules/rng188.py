"""# RNG188 key-shared-by-runs

## What it does

Reports what RNG108 and RNG109 report elsewhere, where several runs of a function share a key and nothing in the text
shows that their numbers have to differ:

* a key that a function has captured is the same in each of its calls, and no loop goes on from what one call has made
  to the next (of a key that an object holds, RNG108 speaks);
* a mapped function hands the key of all lanes to another function that draws from it, or the lanes are the shards of
  `shard_map`.

## Why it matters

All runs get the same numbers. Settings, models and hyperparameters are compared so on purpose, a model is looked at
now and then with one key, and shards have to agree on what they hold in common: of 25 such places that were read one
by one, a quarter were worth a change. Where the runs are taken for independent ones, as in the error bars of a mean,
they are not. So this is off unless it is asked for.

## Example

```python
import jax
import jax.numpy as jnp

key = jax.random.key(0)


def score(scale):
    return (scale * jax.random.normal(key, (100,))).mean()


print(jnp.stack([score(1.0), score(1.0)]).std())  # the same numbers twice
```

## Use instead

```python
import jax
import jax.numpy as jnp


def score(key, scale):
    return (scale * jax.random.normal(key, (100,))).mean()


first_key, second_key = jax.random.split(jax.random.key(0))
print(jnp.stack([score(first_key, 1.0), score(second_key, 1.0)]).std())
```

## Proven by

The value ledger, as the rule that would speak elsewhere: the same key bits reach the draw in each run.
"""

from __future__ import annotations

from flake8_flax_rng.rules.report import rule

RULE = rule("RNG188", "key-shared-by-runs", "several runs of a function draw from one key", __doc__, default=False)
