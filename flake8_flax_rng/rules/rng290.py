"""# RNG290 unsplit-dropout

Opt-in: a mask that is the same in each step of a recurrent network (variational dropout) is often wanted.

## What it does

Reports `split_rngs={"dropout": False}` on a lifted transform whose target draws that stream: one mask for all lanes,
layers or steps.

## Why it matters

Where it is not meant, a stack of layers drops the same units in each layer, and a batch the same units in
each example.

## Example

```python
layers = nn.scan(
    Block,
    variable_axes={"params": 0},
    split_rngs={"params": True, "dropout": False},
    length=6,
)
```

## Use instead

```python
layers = nn.scan(
    Block,
    variable_axes={"params": 0},
    split_rngs={"params": True, "dropout": True},
    length=6,
)
```

## Proven by

The output: the masks of two lanes or steps are equal, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.lifts import stream_split
from flake8_flax_rng.interpreter.domain.events import Event, Lifted
from flake8_flax_rng.interpreter.domain.kinds import LiftProblem
from flake8_flax_rng.rules.report import Report, place, rule

RULE = rule("RNG290", "unsplit-dropout", "all lanes or steps draw from one key of a stream", __doc__, default=False)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report streams that are lifted without being split."""
    for event in events:
        if isinstance(event, Lifted) and event.problem is LiftProblem.UNSPLIT:
            yield Report(
                event.site,
                f"`{event.transform}` gives one {event.stream!r} key to all lanes or steps: {event.layer} "
                f"({place(event.drawn)}) draws the same in each; set {event.stream!r} to True in `split_rngs`, unless "
                "that is meant",
                related=(("drawn here", event.drawn),),
                fix=partial(stream_split, event.site, event.stream, splits=True, safe=False),
            )
