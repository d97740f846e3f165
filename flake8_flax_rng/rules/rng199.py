"""# RNG199 seed-of-another-run

## What it does

Reports a second key that is built from the seed of another one where RNG105 is silent, and streams of one seed or key
where RNG307 is: the text shows that what is drawn from the two never meets, in no expression, call, result or object,
one of the two is only split, as for the parameters of a model beside its data, or the two keys are built in two
functions.

## Why it matters

Both draw the same numbers. Sections of a script, experiments and checks that each begin with one fixed seed want it
so, and of those that were read one by one hardly any was worth a change. Where two such runs are taken for independent
ones, they are not. The text does not say which, so this is off unless it is asked for.

## Example

```python
import jax


def mean_of_sample(n):
    return jax.random.normal(jax.random.key(0), (n,)).mean()


def largest_of_sample(n):
    return jax.random.normal(jax.random.key(0), (n,)).max()  # of the same numbers


print(mean_of_sample(9))
print(largest_of_sample(9))
```

## Use instead

```python
import jax


def mean_of_sample(key, n):
    return jax.random.normal(key, (n,)).mean()


def largest_of_sample(key, n):
    return jax.random.normal(key, (n,)).max()


mean_key, largest_key = jax.random.split(jax.random.key(0))
print(mean_of_sample(mean_key, 9))
print(largest_of_sample(largest_key, 9))
```

## Proven by

The value ledger: the same seed makes two keys, and both are consumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.rules.colliding_streams import collisions
from flake8_flax_rng.rules.duplicate_seeds import duplicates
from flake8_flax_rng.rules.report import Report, rule

RULE = rule(
    "RNG199",
    "seed-of-another-run",
    "two keys are built from one seed, and what they draw never meets",
    __doc__,
    default=False,
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report the second of two keys that come of one seed and draw for runs that have nothing to do with each other."""
    yield from duplicates(events, RULE.code)
    yield from collisions(events, RULE.code)
