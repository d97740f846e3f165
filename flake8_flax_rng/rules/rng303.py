"""# RNG303 constant-rngs

## What it does

Reports an `nnx.Rngs` of a constant that is built in each step, in each pass of a loop, or for each layer of a model;
and a module of `nnx.bridge.to_linen` that draws and is applied without `rngs`, which then builds one of a constant.

## Why it matters

Equal seeds give equal keys: each step drops the same units, and layers that are each given an `nnx.Rngs(0)` of their
own start with the same weights.

## Example

```python
from flax import nnx

layers = [nnx.Linear(4, 4, rngs=nnx.Rngs(0)) for _ in range(3)]  # three equal layers
```

## Use instead

```python
from flax import nnx

rngs = nnx.Rngs(0)
layers = [nnx.Linear(4, 4, rngs=rngs) for _ in range(3)]
```

Not reported: whole models that are built of one seed, as those are which are compared, or one for each setting of a
benchmark; layers of which nothing is random, as norms are; and what is only traced for its shapes.

## Proven by

The value ledger: equal keys are drawn from more than once; the outputs, or the parameters, are equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.nnx_streams import one_for_both
from flake8_flax_rng.interpreter.domain.events import Event, Parting, Remade, part
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.rules.related import Labelled, beside, loop
from flake8_flax_rng.rules.report import Report, place, rule
from flake8_flax_rng.rules.reuse import remade
from flake8_flax_rng.rules.streams import built_again, mistakes

RULE = rule("RNG303", "constant-rngs", "an Rngs is built of the same constant again and again", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report seeds that are used again."""
    for event in remade(events, RULE.code):
        again = built_again(event)
        where = "in each pass or call" if again else f"as on {place(event.first.site)}"
        parting = part(event.before, event.use)
        used = f"`{event.use.label}` on {place(parting.second.site)}"
        yield Report(
            event.second.site,
            f"the streams start from the same constant {where}, so that {used} draws what was drawn before; "
            "make one `nnx.Rngs` for all, and hand it on",
            _places(event, parting),
            partial(one_for_both, event.first.site, event.second.site),
        )
    for mistake in mistakes(events, StreamMistake.CONSTANT):
        yield Report(
            mistake.site,
            "the streams of each step start from this constant, so that all steps draw the same; "
            "make the `nnx.Rngs` outside, and pass it in",
            beside(mistake.site, ("drawn from here", mistake.other)),
        )
    for mistake in mistakes(events, StreamMistake.WITHOUT_KEYS):
        yield Report(
            mistake.site,
            "without `rngs` the streams of the module start from one constant key in each call, so that all calls "
            "draw the same; pass `rngs={…}`",
        )


def _places(event: Remade, parting: Parting) -> Labelled:
    return (
        *loop(parting.around),
        *beside(
            event.second.site,
            ("the same constant first", event.first.site),
            ("drawn here", parting.first.site),
            ("drawn again here", parting.second.site),
        ),
    )
