"""# RNG312 split-rngs-misused

## What it does

Reports a draw from streams that `nnx.split_rngs` has split for lanes, outside of them, because nothing restores the
streams; streams that are mapped along an axis and were not split; what `nnx.split_rngs` returns, the state before,
where it is taken for the streams, or for a function that was decorated; and `nnx.with_rngs` in the mode in which it is
not there.

## Why it matters

It raises, at the next draw in most cases.

## Example

```python
from flax import nnx

nnx.split_rngs(model, splits=4)
y = vmapped(model, xs)
z = model(x)  # raises: the streams are still split
```

## Use instead

```python
from flax import nnx

with nnx.split_rngs(model, splits=4):
    y = vmapped(model, xs)
z = model(x)
```

Not reported: `split_rngs` as a decorator or in a `with`, and what `restore_rngs` has restored.

## Proven by

The exception, at the marked line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.nnx_transforms import split_for_a_while, streams_for_backup, without_updates
from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, place, rule
from flake8_flax_rng.rules.streams import mistakes

RULE = rule(
    "RNG312", "split-rngs-misused", "the streams of a module are split in a way that cannot be drawn from", __doc__
)

_WHATS = (
    *(StreamMistake.SPLIT_DRAWN, StreamMistake.BACKUP, StreamMistake.BACKUP_CALLED),
    *(StreamMistake.WITH_RNGS, StreamMistake.NOT_SPLIT),
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report streams that are split for good."""
    for event in mistakes(events, *_WHATS):
        if event.what is StreamMistake.SPLIT_DRAWN:
            where = f" on {place(event.other)}" if event.other is not None else ""
            yield Report(
                event.site,
                f"the stream {event.name or 'default'!r} was split{where} and is drawn from as one: "
                "split it `with nnx.split_rngs(…):`, or restore it",
                beside(event.site, ("split here", event.other)),
                partial(split_for_a_while, event.site, event.other),
            )
        elif event.what is StreamMistake.BACKUP:
            message = "`nnx.split_rngs` returns the state before, and not the streams: pass the module"
            yield Report(event.site, message, fix=partial(streams_for_backup, event.site))
        elif event.what is StreamMistake.NOT_SPLIT:
            yield Report(
                event.site,
                f"the stream {event.name or 'default'!r} has one key, and the axes map it: split it with "
                "`nnx.split_rngs` while the call runs",
            )
        elif event.what is StreamMistake.BACKUP_CALLED:
            yield Report(
                event.site,
                f"`{event.name}` splits nothing in a function that it is given beside its options, and returns no "
                f"function: apply it in two steps, `{event.name}(…)(function)`",
            )
        else:
            message = "`nnx.with_rngs` needs `graph_updates=False` here: without it, it raises"
            yield Report(event.site, message, fix=partial(without_updates, event.site))
