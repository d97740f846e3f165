"""# RNG114 key-buffer-abuse

## What it does

Reports a key that is made of the words of another one, and is a key that the program has drawn from already: words that
are wrapped again (`wrap_key_data(key_data(key))`), numbers added to a raw key that meet (`key + epoch + step`, or
`key + 0`), and a key whose seed is a word of another one.

## Why it matters

The words of a key are not seeds, and sums of numbers are easily equal. Both draws are the same, and JAX's own checker
cannot see it.

## Example

```python
import jax

key = jax.random.PRNGKey(0)
first = jax.random.normal(key, (8,))
second = jax.random.normal(jax.random.PRNGKey(key[1]), (8,))  # equals the first
```

## Use instead

```python
import jax

first_key, second_key = jax.random.split(jax.random.PRNGKey(0))
first = jax.random.normal(first_key, (8,))
second = jax.random.normal(second_key, (8,))
```

Not reported: arithmetic on a key that meets no other key in sight, of which RNG196 speaks. `jax.random.clone` says that
a key is meant to be used again.

## Proven by

The value ledger: the key that was made of the words is consumed, and so is the other one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Remade, part
from flake8_flax_rng.interpreter.domain.kinds import MakeKind
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, place, rule, spelled
from flake8_flax_rng.rules.reuse import remade

RULE = rule(
    "RNG114", "key-buffer-abuse", "a key is made of the raw words of another key, and equals a used one", __doc__
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report keys that come of the words of others, and are the same as others."""
    for event in remade(events, RULE.code):
        yield _wrapped(event) if MakeKind.WRAP in (event.first.kind, event.second.kind) else _computed(event)


def _wrapped(event: Remade) -> Report:
    wrapped = event.second if event.second.kind is MakeKind.WRAP else event.first
    return Report(
        wrapped.site,
        "wrapping the data of a key gives the same key again, and it is used elsewhere as well "
        f"({place(event.before.site)}); split the key, or say `jax.random.clone(key)` if that is meant",
        beside(wrapped.site, ("the key is used here", event.before.site), ("and again here", event.use.site)),
    )


def _computed(event: Remade) -> Report:
    made = event.second if event.second.kind is MakeKind.COMPUTED else event.first
    before = part(event.before, event.use).first.site
    again = event.before.site.node is event.use.site.node
    when = "in an earlier call or pass" if again else f"on {place(before)}"
    return Report(
        made.site,
        f"`{spelled(made.site)}` is computed from the words of a key, and is the very key that was used {when}: such "
        "numbers meet; derive keys with `jax.random.fold_in` or `jax.random.split`",
        beside(made.site, ("the key is used here", None if again else before), ("and again here", event.use.site)),
    )
