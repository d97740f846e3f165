"""# RNG104 constant-key-in-step

## What it does

Reports a key that is built from a constant where the code runs again and again: in a loop, in a function
that is called repeatedly, and in a Linen method or a compiled step that draws noise of its input's shape
from it. The second that the clock shows is a constant too, for as many passes as fit into it. Where the constant
stands in for a key that a call leaves out, that call is reported.

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
several settings from one seed) or whose calls are given an item each and return nothing that comes back (models or
prompts on the same numbers), operands of another size in each pass, dummies that nobody reads, a constant that stands
in for a key which no call in sight leaves out, and fixed buffers, whose shape does not depend on the input.

## Proven by

The value ledger: the same seed makes a key that is consumed in several steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Misused, Remade, part
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.rules.constant_keys import left_out
from flake8_flax_rng.rules.report import Report, consumer, place, rule, spelled
from flake8_flax_rng.rules.reuse import remade
from flake8_flax_rng.rules.wording import repeater

RULE = rule("RNG104", "constant-key-in-step", "a key is built from a constant in a step that is repeated", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report keys that are built from the same seed in every step."""
    for event in remade(events, RULE.code):
        missing = left_out(event.second)
        site, made = event.second.site, spelled(event.second.site)
        if missing is not None:
            step, name = missing
            yield Report(
                step.site,
                f"`{consumer(step)}` is called without `{name}` {_when(event)}, and falls back on `{made}`, "
                "the same key each time; pass a key",
            )
        elif event.second.clock:
            yield Report(
                site,
                f"`{made}` {_when(event)} gives the same key for a whole second; read the clock once, before, "
                "and split the key or fold the step into it",
            )
        else:
            yield Report(
                site,
                f"`{made}` builds the same key {_when(event)}, so that each draws the same numbers; "
                "build the key once, and split it or fold the step into it",
            )
    for misused in events:
        if isinstance(misused, Misused) and misused.code is Misuse.CONSTANT:
            yield Report(
                misused.site,
                f"`{spelled(misused.site)}` is the same key in every call of the function around it, so that the noise "
                "never changes; take a key as an argument, or `self.make_rng` in a Linen module",
            )


def _when(event: Remade) -> str:
    """Say which call, or which pass, builds the key again."""
    parting = part(event.first, event.second)
    again = f" of `{consumer(parting.second)}`" if parting.second is not event.second.way[-1] else ""
    if parting.around is not None:
        _, words = repeater(parting, event.use)
        return f"{words}, in the call{again} on {place(parting.second.site)}" if again else words
    if parting.first.site.node is parting.second.site.node:
        return f"in every call{again} on {place(parting.second.site)}"
    return f"in the calls{again} on {place(parting.first.site)} and {place(parting.second.site)}"
