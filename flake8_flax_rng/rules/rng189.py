"""# RNG189 fixed-seed-reuse

## What it does

Reports what RNG101, RNG102 and RNG108 report elsewhere, where a function or a script builds a key from a constant,
gives it, or a key that it splits off from it, to two calls of its own, or twice calls a function that has captured it,
and at least one of the two calls is one of a function or a class of the project, which draws from the key in its turn.
In a loop it is so where no pass goes on from what another one has made. RNG101 still speaks where both calls are
samplers, splits or initialisers, or the same call again, where a key that was made beside it is never used, where the
key itself was split before, and where the key comes from outside; RNG102 and RNG108 of a loop that goes on from pass to
pass, as a training does; and RNG108 of a key that an object holds.

## Why it matters

Both calls get the same numbers, or related ones. Demonstrations, sections of a script, comparisons of two methods on
one key and runs from a fixed seed often want it so, or nobody looks at more than one of the two. Of 103 such places
that were read one by one, half were worth a change. So this is off unless it is asked for.

## Example

```python
import jax


def make_data(key):
    return jax.random.normal(key, (100, 3))


def fit(key, data):
    return jax.random.normal(key, (3,)) @ data.T


key = jax.random.key(0)
data = make_data(key)
model = fit(key, data)  # begins with numbers of the data
```

## Use instead

```python
import jax


def make_data(key):
    return jax.random.normal(key, (100, 3))


def fit(key, data):
    return jax.random.normal(key, (3,)) @ data.T


data_key, fit_key = jax.random.split(jax.random.key(0))
data = make_data(data_key)
model = fit(fit_key, data)
```

## Proven by

The value ledger, as RNG101: the same key bits reach two consuming calls.
"""

from __future__ import annotations

from flake8_flax_rng.rules.report import rule

RULE = rule(
    "RNG189",
    "fixed-seed-reuse",
    "a function gives a key of a constant seed of its own to two calls",
    __doc__,
    default=False,
)
