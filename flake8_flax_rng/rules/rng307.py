"""# RNG307 colliding-streams

## What it does

Reports a key that a stream gives and that something else has given too: a second stream of the same seed or key, or a
`split` or `fold_in` of the key that the stream was made of.

## Why it matters

Draw number `i` of a stream is `fold_in(root, i)`, which is child `i` of the root, whatever the name of the stream.
Two streams of one seed give the same keys, and so does `split(key(seed))`: the data have the keys of the first
layers.

## Example

```python
import jax
from flax import nnx

rngs = nnx.Rngs(params=0, noise=0)
weights = jax.random.normal(rngs.params(), (3,))
noise = jax.random.normal(rngs.noise(), (3,))  # equals the weights
```

## Use instead

```python
import jax
from flax import nnx

rngs = nnx.Rngs(params=0, noise=1)
weights = jax.random.normal(rngs.params(), (3,))
noise = jax.random.normal(rngs.noise(), (3,))
```

Not reported: a stream whose keys nobody draws from, as one that only feeds `Dropout` layers which are made with it:
they fork it (before flax 0.11 they do not); models that are built alike; draws that are compared; a key that one of
the two only splits, as `randint` and `permutation` do before they draw; and runs whose numbers never meet (RNG199).

## Proven by

The value ledger: equal key bits are consumed twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.rules.colliding_streams import collisions
from flake8_flax_rng.rules.report import Report, rule

RULE = rule("RNG307", "colliding-streams", "two streams give the same keys", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report equal keys."""
    return collisions(events, RULE.code)
