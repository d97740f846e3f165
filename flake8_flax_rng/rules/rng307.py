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
they fork it (before flax 0.11 they do not); models that are built alike; draws that are compared.

## Proven by

The value ledger: equal key bits are consumed twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, part
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, consumer, place, rule
from flake8_flax_rng.rules.reuse import remade

RULE = rule("RNG307", "colliding-streams", "two streams give the same keys", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report equal keys."""
    seen: set[tuple[object, object]] = set()
    for event in remade(events, RULE.code):
        parting = part(event.before, event.use)
        pair = event.first.site.node, event.second.site.node
        if pair in seen:
            continue
        seen.add(pair)
        streams = sorted({made.drawn.tag or "default" for made in event.drawn if made is not None and made.drawn})
        named = " and ".join(map(repr, streams))
        yield Report(
            parting.second.site,
            f"`{consumer(parting.second)}` uses a key of {named} that `{consumer(parting.first)}` on "
            f"{place(parting.first.site)} has used: both come of one seed or key ({place(event.first.site)}); "
            "give each its own",
            beside(
                parting.second.site,
                ("seeded here", event.first.site),
                ("first used here", parting.first.site),
                (
                    "seeded here again",
                    event.second.site if event.second.site.node is not event.first.site.node else None,
                ),
            ),
        )
