"""# RNG091 meant-repeat

## What it does

Says of a line where a key is used a second time that the repeat is taken as meant, and by which excuse: it answers
"why is nothing reported here?".

## Why it matters

Some repeats are wanted: a target network starts as a copy, one order is applied to the images and to their labels, an
antithetic pair needs the same numbers twice. Those are known by what the program does with the numbers, and no rule
reports them. Each of these reasons has a name. Where one is given that does not fit, the repeat is a mistake that was
overlooked. It is no mistake in itself, and so it is off unless it is asked for.

## Example

```python
import jax

key = jax.random.key(0)
noise = jax.random.normal(key, (3,))
mirrored = -jax.random.normal(key, (3,))
```

RNG091 names the excuse `antithetic` at the second draw.

## Use instead

```python
import jax

key = jax.random.key(0)
noise = jax.random.normal(key, (3,))
mirrored = -noise
```

## Proven by

Nothing to prove: it reports on the tool. That the keys are equal is what the value ledger shows, as for RNG101.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Meant, part
from flake8_flax_rng.rules.related import way
from flake8_flax_rng.rules.report import Report, consumer, key_name, key_site, place, rule

RULE = rule("RNG091", "meant-repeat", "a key is used twice here, and that is taken as meant", __doc__, default=False)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report the repeats that are meant, with the name of the excuse."""
    for event in events:
        if not isinstance(event, Meant):
            continue
        parting = part(event.first, event.second)
        site, before = key_site(parting.second, event.second), key_site(parting.first, event.first)
        name = key_name(site, parting.second, event.name)
        around = parting.around.site if parting.loop and parting.around is not None else None
        when = f"on {place(before)}" if around is None else f"in the previous pass of the loop on {place(around)}"
        consumed = f"{name} was already consumed by `{consumer(parting.first)}` {when}"
        yield Report(
            site,
            f"{consumed}; taken as meant, excuse `{event.excuse}`: {event.meaning}",
            way(event.first, event.second, parting),
        )
