"""# RNG090 analysis-bound

## What it does

Says where the analysis has reached one of its bounds, and so may have missed something: at the function (or at the
statement, outside of all functions) that was not followed to its end, or on whose ways something was forgotten.

## Why it matters

A bound keeps the analysis fast, and it is silent: past it nothing is reported. Who wants to rely on a file
without findings has to know which parts of it were not seen. It is no mistake in the program, and so it is
off unless it is asked for.

## Example

```python
import jax


def augment(key, x, flags):
    if flags.a:
        key = jax.random.fold_in(key, 1)
    if flags.b:
        key = jax.random.fold_in(key, 2)
    if flags.c:
        key = jax.random.fold_in(key, 3)
    return x + jax.random.normal(key, x.shape)
```

The three conditions make eight different keys; five ways through a function are followed apart.

## Use instead

```python
import jax


def key_of(key, flag, number):
    return jax.random.fold_in(key, number) if flag else key


def augment(key, x, flags):
    return x + jax.random.normal(key_of(key, flags.a, 1), x.shape)
```

Smaller functions, and a `main` that calls them, are followed to their ends.

## Proven by

Nothing to prove: it reports on the tool, not on the program.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.budget import Limit
from flake8_flax_rng.interpreter.domain.events import Bounded, Event
from flake8_flax_rng.rules.report import Report, rule

RULE = rule(
    "RNG090", "analysis-bound", "the analysis has reached a bound here and may miss something", __doc__, default=False
)

_REASONS = {
    Limit.WORK: "{what} is larger, with all that it calls, than what is followed; the rest of it is not seen",
    Limit.FILE: "the file is larger than what is followed; {what} is not seen, or not to its end",
    Limit.PATHS: "too many ways meet in {what}; what is true of some of them only is forgotten",
    Limit.DEPTH: "too many functions have called each other; what {what} calls is not followed",
    Limit.ABROAD: "{what} uses more of other files than what is followed; the rest of that is unknown",
}


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report the bounds that were reached."""
    for event in events:
        if isinstance(event, Bounded):
            what = f"`{event.name}`" if event.name else "this statement"
            yield Report(event.site, _REASONS[event.bound].format(what=what))
