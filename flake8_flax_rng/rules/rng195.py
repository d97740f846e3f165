"""# RNG195 unused-key

## What it does

Reports a key that was split off, or folded, and is never used.

## Why it matters

It harms nobody: the other keys are none the worse for it. But it may be that it was made for a draw which got another
key, or that the draw is gone and its key stayed. Where the key that it comes of is used in its place, RNG106 says so;
this rule is a matter of tidiness, and so it is off unless it is asked for.

## Example

```python
import jax

weights_key, bias_key = jax.random.split(jax.random.key(0))
weights = jax.random.normal(weights_key, (8,))
bias = jax.numpy.zeros(8)
```

## Use instead

```python
import jax

weights = jax.random.normal(jax.random.key(0), (8,))
bias = jax.numpy.zeros(8)
```

Not reported: a name that starts with `_`, the name of the key that was split, which is carried on to whoever comes next
(`key, subkey = jax.random.split(key)`), and what the text may read on a way that was not followed.

## Proven by

The value ledger: nothing is drawn from the key, and nothing is derived from it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.contract import unnamed
from flake8_flax_rng.interpreter.domain.events import Discarded, Event
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule

RULE = rule("RNG195", "unused-key", "a key that was split off is never used", __doc__, default=False)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report derived keys that nobody uses, and that nobody needs."""
    names: dict[object, list[str]] = {}
    for event in events:
        if isinstance(event, Discarded) and not event.used_on:
            names.setdefault(event.site.node, []).extend([event.name] if event.name else [])
    for event in events:
        if isinstance(event, Discarded) and not event.used_on and event.site.node in names:
            nobodys = names.pop(event.site.node)
            unused = " and ".join(f"`{name}`" for name in dict.fromkeys(nobodys))
            what = f"{unused} of this `{event.made.way[-1].label}`" if unused else "the result"
            fix = partial(unnamed, event.site, set(nobodys))
            related = beside(event.site, ("made here", event.made.site))
            yield Report(event.site, f"{what} is never used: leave it out, or draw from it", related, fix)
