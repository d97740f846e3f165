"""# RNG189 fixed-seed-reuse

## What it does

Reports what RNG101, RNG102 and RNG108 report elsewhere, where a function or a script builds a key from a constant,
gives it, or a key that it splits off from it, to two calls of its own, or twice calls a function that has captured it.
At least one of the two calls is one of a function or a class of the project, which draws from the key in its turn.
What comes of the two never meets, in no expression, call, result or object, and loops carry on no more than that of
one of them; in a loop no pass goes on from what another one has made.

RNG101 still speaks where both calls are samplers, splits or initialisers, or the same call again, where a key that was
made beside it is never used, and where the key comes from outside; RNG102 and RNG108 of a loop that goes on from pass
to pass, as a training does; and RNG108 of a key that an object holds.

## Why it matters

Both calls get the same numbers, or related ones. Demonstrations, sections of a script and comparisons of two methods
on one key often want it so, or nobody looks at more than one of the two. Where the two are taken for independent ones,
they are not. The text does not say which, so this is off unless it is asked for.

## Example

```python
import jax


def heights(key, n):
    return 170 + 8 * jax.random.normal(key, (n,))


def weights(key, n):
    return 70 + 12 * jax.random.normal(key, (n,))


key = jax.random.key(0)
print(heights(key, 40).mean())
print(weights(key, 40).mean())  # light if the others are short
```

## Use instead

```python
import jax


def heights(key, n):
    return 170 + 8 * jax.random.normal(key, (n,))


def weights(key, n):
    return 70 + 12 * jax.random.normal(key, (n,))


height_key, weight_key = jax.random.split(jax.random.key(0))
print(heights(height_key, 40).mean())
print(weights(weight_key, 40).mean())
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
