"""# RNG304 lost-rng-state

## What it does

Reports a module or an `nnx.Rngs` that is passed to `jax.jit`, `jax.checkpoint`, `jax.lax.scan` or another transform
of JAX and is drawn from there, and again from where it stood before; also where it is split and merged, and the state
is not handed back.

## Why it matters

A transform of JAX works on a copy. The counts of the streams advance in the copy and are lost with it, so that each
call draws the same dropout mask and the same noise. For JAX a module is a tree, so that a stream which it holds at two
places is copied once for each, and both count from the same number. Nothing raises (before flax 0.11 a module is no
argument for JAX).

## Example

```python
import jax
from flax import nnx

drop = nnx.Dropout(0.5, rngs=nnx.Rngs(0))

@jax.jit
def step(drop, x):
    return drop(x)  # the same mask in each call
```

## Use instead

```python
from flax import nnx

drop = nnx.Dropout(0.5, rngs=nnx.Rngs(0))

@nnx.jit
def step(drop, x):
    return drop(x)
```

Not reported: modules in evaluation mode and those that draw nothing, and what is returned and used in the next step.

## Proven by

The outputs: two calls that should differ do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.nnx_transforms import transform_of_nnx
from flake8_flax_rng.interpreter.domain.events import Drawn, Event, Parting, Remade
from flake8_flax_rng.rules.related import beside, loop
from flake8_flax_rng.rules.report import Report, place, rule
from flake8_flax_rng.rules.streams import copies, shares

RULE = rule("RNG304", "lost-rng-state", "what a stream has counted is lost in a transform of JAX", __doc__)


_OF_NNX = {"jax.checkpoint": "nnx.remat", "jax.lax.map": "nnx.scan"}


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report draws that a copy of a stream repeats."""
    for event, copy, parting in copies(events, RULE.code):
        yield Report(
            parting.second.site,
            _message(event, copy, parting),
            (
                *loop(parting.around),
                *beside(
                    parting.second.site,
                    ("drawn here before", parting.first.site),
                    ("copied here", copy.copied),
                    ("what draws", event.use.site),
                ),
            ),
            partial(transform_of_nnx, [parting.first.site, parting.second.site]),
        )


def _message(event: Remade, copy: Drawn, parting: Parting) -> str:
    via, draws = copy.via, event.use.label
    instead = _OF_NNX.get(via, f"nnx.{via.rpartition('.')[2]}")
    before = "in the previous pass" if parting.loop else f"on {place(parting.first.site)}"
    if shares(event, copy):
        return (
            f"`{via}` makes two copies of a stream that is held at two places (flax before 0.11 refuses a module), so "
            f"that `{draws}` draws what was drawn {before}; use `{instead}`"
        )
    return (
        f"`{via}` works on a copy of the streams (flax before 0.11 refuses a module), so that `{draws}` draws again "
        f"what it drew {before}; use `{instead}`, or return the module and go on with that"
    )
