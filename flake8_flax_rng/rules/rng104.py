"""# RNG104 constant-key-in-step

## What it does

Reports a key that is built from a constant where the code runs again and again: in a loop, in a function
that is called repeatedly, and in a Linen method or a compiled step that draws noise of its input's shape
from it.

## Why it matters

Every step draws the same numbers: the same noise, the same mask, the same batch.

## Example

```python
import jax

total = 0.0
for step in range(100):
    key = jax.random.key(0)  # the same key in every step
    total += jax.random.normal(key, ()).item()
```

## Use instead

```python
import jax

key = jax.random.key(0)
total = 0.0
for step in range(100):
    key, subkey = jax.random.split(key)
    total += jax.random.normal(subkey, ()).item()
```

Not reported: keys that only initialise models, loops over things that the program lists (a comparison of
several settings from one seed), and fixed buffers, whose shape does not depend on the input.

## Proven by

The value ledger: the same seed makes a key that is consumed in several steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Misused, Parting, part
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.rules.report import Report, consumer, place, rule, spelled
from flake8_flax_rng.rules.reuse import remade

RULE = rule("RNG104", "constant-key-in-step", "a key is built from a constant in a step that is repeated", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report keys that are built from the same seed in every step."""
    for event in remade(events, RULE.code):
        site = event.second.site
        parting = part(event.first, event.second)
        around = parting.around
        when = f"in every pass of the loop on {place(around.site)}" if around else f"in {_calls(parting)}"
        yield Report(
            site,
            f"`{spelled(site)}` builds the same key {when}, so that each draws the same numbers; "
            "build the key once, and split it or fold the step into it",
        )
    for misused in events:
        if isinstance(misused, Misused) and misused.code is Misuse.CONSTANT:
            yield Report(
                misused.site,
                f"`{spelled(misused.site)}` is the same key in every call, so that the noise never changes; "
                "take a key as an argument, or `self.make_rng` in a Linen module",
            )


def _calls(parting: Parting) -> str:
    """Name the calls that build the key, by the one that builds it again."""
    return f"each call of `{consumer(parting.second)}` (called again on {place(parting.second.site)})"
