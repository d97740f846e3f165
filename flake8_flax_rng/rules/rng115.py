"""# RNG115 ignored-key

## What it does

Reports a constant key in a function that is given a key: the parameter is overwritten by it, or a call in sight gives a
key that the function never reads.

## Why it matters

All callers get the same numbers, whatever key they pass.

## Example

```python
import jax


def sample(key, n):
    key = jax.random.key(0)  # the caller's key is lost
    return jax.random.normal(key, (n,))
```

## Use instead

```python
import jax


def sample(key, n):
    return jax.random.normal(key, (n,))
```

Not reported: a constant for want of a key (`if key is None`), a key that is thrown away by `del`, a key that only
makes shapes or the input of an initialisation, and methods that take a key which they do not read, as others of their
kind do.

## Proven by

Two calls with other keys return the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.contract import drawn_from_parameter
from flake8_flax_rng.interpreter.domain.events import Event, Misused
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule, spelled

RULE = rule("RNG115", "ignored-key", "a function draws from a constant key in place of the one it is given", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report constant keys in functions that ignore the key they are given."""
    for event in events:
        if isinstance(event, Misused) and event.code is Misuse.IGNORED:
            how = "overwrites" if event.detail else "is drawn from, and not"
            yield Report(
                event.site,
                f"`{spelled(event.site)}` {how} the parameter `{event.what}`, so that every caller gets the same "
                f"numbers; draw from `{event.what}`",
                related=beside(event.site, ("a key is given here", event.other)),
                fix=partial(drawn_from_parameter, event.site, event.what, bool(event.detail)),
            )
