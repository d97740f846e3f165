"""# RNG301 missing-rng-stream

## What it does

Reports a layer, a method or a sampler of Flax NNX that draws from a stream which its `nnx.Rngs` does not have, where
there is no default stream either; and a layer that drops out and is given no streams at all.

## Why it matters

It raises: when the layer is made, or when it is first called. `nnx.Rngs(seed=0)` is a stream named `seed`, and
`nnx.Rngs()` has none.

## Example

```python
from flax import nnx

layer = nnx.Linear(3, 4, rngs=nnx.Rngs(dropout=0))  # raises: parameters are drawn from 'params'
```

## Use instead

```python
from flax import nnx

layer = nnx.Linear(3, 4, rngs=nnx.Rngs(0))  # one default stream serves for all names
```

Not reported: a layer whose rate is 0 or not known, one that is deterministic, and one that is fed in its call.

## Proven by

The exception, at the marked line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.nnx_streams import rngs_as_others, stream_spelt
from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule
from flake8_flax_rng.rules.streams import mistakes

RULE = rule("RNG301", "missing-rng-stream", "a stream is drawn from that the Rngs does not have", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report streams that are not there."""
    for event in mistakes(events, StreamMistake.MISSING, StreamMistake.UNFED):
        if event.what is StreamMistake.UNFED:
            if event.detail:
                yield Report(event.site, f"`{event.name}` draws here and was never given a stream: pass {event.detail}")
                continue
            advice = "pass `rngs=` to its constructor or to this call, or `deterministic=True`"
            message = f"`{event.name}` drops out here and was never given a stream: {advice}"
            yield Report(event.site, message, fix=partial(rngs_as_others, event.site))
            continue
        has = f"has only {event.detail}" if event.detail else "has no streams"
        advice = f"add `{event.name}=<key>`, or a default one, `nnx.Rngs(<key>)`"
        message = f"the stream {event.name!r} is needed here, and the `nnx.Rngs` {has}: {advice}"
        yield Report(
            event.site,
            message,
            beside(event.site, ("the streams are made here", event.other)),
            partial(stream_spelt, event.site, event.name, event.detail, event.other),
        )
