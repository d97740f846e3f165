"""# RNG292 training-apply-without-rngs

Opt-in: a model without dropout needs no stream, and many networks have none.

## What it does

Reports a call of a model that is not known, which runs in training mode and is given no `rngs`, nor a key in another
way. Where a key that was made for it is never used, or another call gives streams to this model, RNG203 reports it.

## Why it matters

A model that comes from a caller, a registry or a config cannot be looked into. As soon as it is one with dropout, the
call raises `flax.errors.InvalidRngError`; until then dropout cannot be switched on by the config alone.

## Example

```python
def train_step(state, batch):
    return state.apply_fn({"params": state.params}, batch, train=True)
```

## Use instead

```python
def train_step(state, batch, dropout_key):
    return state.apply_fn({"params": state.params}, batch, train=True, rngs={"dropout": dropout_key})
```

Not reported where collections are said to change (`mutable=["batch_stats"]`): training mode is meant for these then.

## Proven by

The exception, at the marked line, with a model that drops units.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.rules.linen_runs import unfed_runs
from flake8_flax_rng.rules.report import Report, rule

RULE = rule(
    "RNG292",
    "training-apply-without-rngs",
    "a model that is not known trains without a stream",
    __doc__,
    default=False,
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report runs in training mode that no stream is given to."""
    for unfed in unfed_runs(events, in_part=True):
        if unfed.key is None and unfed.fed is None and not unfed.mutable and not unfed.supplied:
            yield Report(
                unfed.call,
                f"`{unfed.name}` runs with `{unfed.flag}` and without `rngs`: a model with dropout raises here; "
                "pass `rngs={'dropout': <key>}`",
            )
