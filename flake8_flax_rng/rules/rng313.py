"""# RNG313 rng-state-in-a-tree

## What it does

Reports arithmetic over the whole state of a module that holds streams, as an average of two models is; and a draw
from a model that was only traced for its shapes, because the state which was loaded into it has no streams.

## Why it matters

It raises: keys cannot be added or multiplied, and an abstract key cannot be drawn from.

## Example

```python
state = nnx.state(model)
ema = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, ema, state)  # raises
```

## Use instead

```python
state = nnx.state(model, nnx.Param)
ema = jax.tree.map(lambda a, b: 0.9 * a + 0.1 * b, ema, state)
```

Not reported: states of parameters alone, and models without streams.

## Proven by

The exception, at the marked line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.nnx_transforms import parameters_alone
from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.rules.report import Report, rule
from flake8_flax_rng.rules.streams import mistakes

RULE = rule("RNG313", "rng-state-in-a-tree", "a state is computed with that holds the streams too", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report states that hold what cannot be computed with."""
    for event in mistakes(events, StreamMistake.IN_A_TREE, StreamMistake.ABSTRACT):
        if event.what is StreamMistake.IN_A_TREE:
            yield Report(
                event.site,
                "the state holds the keys and counts of streams, with which nothing can be computed: "
                "take the parameters alone, `nnx.state(model, nnx.Param)`",
                fix=partial(parameters_alone, event.site),
            )
            continue
        yield Report(
            event.site,
            f"the stream {event.name or 'default'!r} comes of `nnx.eval_shape` and has no key: load the whole state, "
            "pass `rngs=` in the call, or call `eval()`",
        )
