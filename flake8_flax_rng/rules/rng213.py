"""# RNG213 dropout-rate

## What it does

Reports a dropout rate that is no probability: a percentage, a negative number, and for attention also 1.

## Why it matters

Flax does not check it. A rate above 1 drops everything, so that the layer puts out zeros; a negative one rescales
and drops nothing; attention at rate 1 puts out NaN. The rate is the part that is *dropped*.

## Example

```python
x = nn.Dropout(50, deterministic=False)(x)
```

## Use instead

```python
x = nn.Dropout(0.5, deterministic=False)(x)
```

Not reported: `nn.Dropout` at rate 1, which Flax provides for, and rates that are only known at run time.

## Proven by

A differential run: the output is zeros, NaN, or that of no dropout.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Rated
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, line, place, rule

RULE = rule("RNG213", "dropout-rate", "a dropout rate outside of [0, 1)", __doc__)

_PERCENT = 100


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report each rate where it is written."""
    for event in events:
        if isinstance(event, Rated):
            at = "" if line(event.at) == line(event.site) else f" on {place(event.at)}"
            related = beside(event.site, ("the layer", event.at))
            yield Report(event.site, f"{event.layer}{at} gets the rate {event.rate:g}: {_effect(event)}", related)


def _effect(event: Rated) -> str:
    if event.rate < 0:
        return "a negative rate drops nothing; use a rate from 0 to 1"
    if event.rate == 1:
        return "all attention weights become NaN; use a rate below 1"
    meant = f", {event.rate / _PERCENT:g} for {event.rate:g} %" if 1 < event.rate < _PERCENT else ""
    return f"it drops everything; use a rate from 0 to 1{meant}"
