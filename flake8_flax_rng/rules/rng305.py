"""# RNG305 captured-module

## What it does

Reports a function under a transform, of JAX or of NNX, that draws from an `nnx.Rngs` or calls a module that draws,
and gets it from around itself instead of as an argument; and a method of a module that is given to `nnx.jit`.

## Why it matters

A stream counts, and can only count in the trace that it belongs to: `flax.errors.TraceContextError`.

## Example

```python
from flax import nnx

model = nnx.Dropout(0.5, rngs=nnx.Rngs(0))

@nnx.jit
def step(x):
    return model(x)  # raises
```

## Use instead

```python
from flax import nnx

model = nnx.Dropout(0.5, rngs=nnx.Rngs(0))

@nnx.jit
def step(model, x):
    return model(x)
```

Not reported: modules that draw nothing or are in evaluation mode, keys that were drawn outside, and
`functools.partial(nnx.jit(f), model)`.

## Proven by

The exception, at the marked line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.captured import passed_in
from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule
from flake8_flax_rng.rules.streams import mistakes

RULE = rule("RNG305", "captured-module", "a traced function draws from a stream that is not passed to it", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report streams that come from outside of the trace in which they are drawn from."""
    for event in mistakes(events, StreamMistake.CAPTURED, StreamMistake.BOUND_METHOD, StreamMistake.REPLACED):
        if event.what is StreamMistake.BOUND_METHOD:
            yield Report(
                event.site,
                f"`{event.name}` cannot take a method of a module (flax before 0.11 takes one that draws nothing): "
                "pass it a function and the module",
            )
            continue
        if event.what is StreamMistake.REPLACED:
            yield Report(
                event.site,
                f"the module whose `{event.name}` is set here comes from outside of the traced function, and cannot "
                "change in it: pass the module as an argument",
            )
            continue
        yield Report(
            event.site,
            f"the stream {event.name or 'default'!r} that is drawn from here comes from outside of the traced "
            "function, and cannot count in it: pass the module or the `nnx.Rngs` as an argument",
            beside(event.site, ("the stream is made here", event.other)),
            partial(passed_in, event.site),
        )
