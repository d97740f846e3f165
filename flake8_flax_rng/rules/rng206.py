"""# RNG206 shared-stream-key

## What it does

Reports a call that seeds two streams with one key, when one scope of the model draws from both.

## Why it matters

The name of a stream is not part of the number that Flax folds into its key: in one scope, the first draws of two
streams with one key are the same. A parameter can equal the noise that is added to it.

## Example

```python
import flax.linen as nn
import jax


class Gate(nn.Module):
    @nn.compact
    def __call__(self, x):
        gate = jax.random.bernoulli(self.make_rng("gate"), 0.5, x.shape)
        return x * gate + jax.random.normal(self.make_rng("noise"), x.shape)


key = jax.random.key(0)
print(Gate().apply({}, jax.numpy.ones(3), rngs={"gate": key, "noise": key}))
```

## Use instead

```python
import flax.linen as nn
import jax


class Gate(nn.Module):
    @nn.compact
    def __call__(self, x):
        gate = jax.random.bernoulli(self.make_rng("gate"), 0.5, x.shape)
        return x * gate + jax.random.normal(self.make_rng("noise"), x.shape)


gate_key, noise_key = jax.random.split(jax.random.key(0))
print(Gate().apply({}, jax.numpy.ones(3), rngs={"gate": gate_key, "noise": noise_key}))
```

Not reported: streams that are drawn from in different scopes, whose paths are folded in (parameters of a `Dense`
and the mask of a `Dropout`).

## Proven by

The value ledger: two streams fold the same number into the same key bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.streams import one_key_each
from flake8_flax_rng.interpreter.domain.events import Doubled, Event
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule

RULE = rule("RNG206", "shared-stream-key", "one key seeds two streams that one scope draws from", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report streams that are seeded alike."""
    for event in events:
        if isinstance(event, Doubled):
            yield Report(
                event.site,
                f"the streams {event.first!r} and {event.second!r} get one key, and `{event.scope}` draws the same "
                "numbers from both; split the key into one for each stream",
                related=beside(
                    event.site, (f"given as {event.first!r} here", event.given), ("drawn here", event.drawn)
                ),
                fix=partial(one_key_each, event.site, event.first, event.second),
            )
