"""# RNG104 constant-key-in-step

## What it does

Reports a key that is built from a constant where the code runs again and again: in a compiled step, in a loop that
carries on what comes of it from pass to pass or collects equal results, and in a Linen method or a compiled step that
draws noise of its input's shape from it. The second, minute or day that a clock shows is a constant too, for as many
passes as fit into it; where a helper makes a key of it, its call is reported. Where the constant stands in for a key
that a call leaves out, that call is reported.

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

Whole runs, evaluations and benchmarks that start from one seed each time may be meant: RNG197 speaks of those, if it
is asked for. Not reported: keys that only initialise models, loops over things that the program lists (a comparison of
several settings from one seed) or whose calls are given an item each and return nothing that comes back (models or
prompts on the same numbers), operands of another size in each pass, dummies that nobody reads, a constant that stands
in for a key which no call in sight leaves out, and fixed buffers, whose shape does not depend on the input.

## Proven by

The value ledger: the same seed makes a key that is consumed in several steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Misused
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule, spelled
from flake8_flax_rng.rules.same_key_again import ignored_places, same_keys

RULE = rule("RNG104", "constant-key-in-step", "a key is built from a constant in a step that is repeated", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report keys that are built from the same seed in every step."""
    yield from same_keys(events, RULE.code)
    ignored = ignored_places(events)
    for misused in events:
        if isinstance(misused, Misused) and misused.code is Misuse.CONSTANT and misused.site.node not in ignored:
            yield Report(
                misused.site,
                f"`{spelled(misused.site)}` is the same key in every call of the function around it, so that the noise "
                "never changes; take a key as an argument, or `self.make_rng` in a Linen module",
                beside(misused.site, ("drawn from here", misused.other)),
            )
