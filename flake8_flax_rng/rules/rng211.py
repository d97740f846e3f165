"""# RNG211 identical-lifted-params

## What it does

Reports a lifted transform that gives each layer or lane parameters of its own (`variable_axes={"params": 0}`), and
one `'params'` key to all of them (`split_rngs={"params": False}`).

## Why it matters

All layers of the stack, or all members of the ensemble, start with bit-identical parameters. Members of an
ensemble that see the same data stay identical for good.

## Example

```python
critics = nn.vmap(
    Critic,
    variable_axes={"params": 0},
    split_rngs={"params": False},
    in_axes=None,
    axis_size=2,
)
```

## Use instead

```python
critics = nn.vmap(
    Critic,
    variable_axes={"params": 0},
    split_rngs={"params": True},
    in_axes=None,
    axis_size=2,
)
```

Not reported: shared parameters (`variable_axes={"params": None}`, `variable_broadcast="params"`), targets that are not
known, and targets whose parameters are all constants at first.

## Proven by

The parameters: the slices along the new axis are equal, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.lifts import stream_split
from flake8_flax_rng.interpreter.domain.events import Event, Lifted
from flake8_flax_rng.interpreter.domain.kinds import LiftProblem
from flake8_flax_rng.rules.report import Report, place, rule

RULE = rule("RNG211", "identical-lifted-params", "all lifted layers get the same parameters", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report lifted parameters that are drawn from one key."""
    for event in events:
        if isinstance(event, Lifted) and event.problem is LiftProblem.IDENTICAL:
            yield Report(
                event.site,
                f"`{event.transform}` gives each copy parameters of its own and one 'params' key to all: "
                f"{event.layer} ({place(event.drawn)}) starts identical in each; set 'params' to True in "
                "`split_rngs`",
                related=(("drawn here", event.drawn),),
                fix=partial(stream_split, event.site, "params", splits=True, safe=False),
            )
