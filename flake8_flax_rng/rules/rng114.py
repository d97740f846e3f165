"""# RNG114 key-buffer-abuse

## What it does

Reports keys that are made of the words of another key: indexing or arithmetic on a raw key, and
`wrap_key_data(key_data(key))` of a key that is used as well.

## Why it matters

The words of a key are not seeds. Keys made of them collide, and a key that is wrapped again is the same key, which
JAX's own checker can no longer see.

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

`jax.random.clone` says that a key is meant to be used again.

## Proven by

The value ledger: the key that was made of the words is consumed, and so is the other one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Misused
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, Misuse
from flake8_flax_rng.rules.report import Report, place, rule
from flake8_flax_rng.rules.reuse import remade

RULE = rule("RNG114", "key-buffer-abuse", "a key is made of the raw words of another key", __doc__)

_HOW = {
    Misuse.WORD_AS_SEED: "a word of a key is no seed",
    Misuse.ARITHMETIC: "arithmetic on a key makes keys that collide",
}


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report keys that come of the words of others."""
    for event in remade(events, RULE.code):
        wrapped = event.second if event.second.kind is MakeKind.WRAP else event.first
        yield Report(
            wrapped.site,
            "wrapping the data of a key gives the same key again, and it is used elsewhere as well "
            f"({place(event.before.site)}); split the key, or say `jax.random.clone(key)` if that is meant",
        )
    for misused in events:
        if isinstance(misused, Misused) and misused.code in _HOW:
            how = _HOW[misused.code]
            yield Report(misused.site, f"{how}; derive keys with `jax.random.split` or `jax.random.fold_in`")
