"""# RNG111 not-a-key

## What it does

Reports a seed, None, a tuple, a NumPy generator or a whole array of keys where one random key is needed, a key and
a shape or input that are swapped, and arithmetic or a truth test on a typed key.

## Why it matters

The call raises, often deep inside of JAX and with a message that does not name the argument.

## Example

```python
import jax

noise = jax.random.normal(0, (8,))
```

## Use instead

```python
import jax

noise = jax.random.normal(jax.random.key(0), (8,))
```

## Proven by

The exception at the marked line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.contract import compared_with_none, folded_sum, seeded, swapped
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.interpreter.domain.events import Event, Misused
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule

RULE = rule("RNG111", "not-a-key", "something else stands where a random key is needed", __doc__)

_CODES = (Misuse.NOT_A_KEY, Misuse.SWAPPED, Misuse.TYPED, Misuse.TRUTH_TEST)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report each place once."""
    for event in events:
        if isinstance(event, Misused) and event.code in _CODES:
            made = "the keys are made here" if event.detail == "an array of keys" else "the key is made here"
            related = beside(event.site, (made, event.other))
            yield Report(event.site, _message(event), related, partial(_repair, event))


def _repair(event: Misused) -> Fix:
    if event.code is Misuse.TRUTH_TEST:
        return compared_with_none(event.site)
    if event.code is Misuse.TYPED:
        return folded_sum(event.site)
    if event.code is Misuse.SWAPPED:
        return swapped(event.site)
    if not event.detail.startswith("the int"):
        raise NoFix("which key it should be is not known")
    return seeded(event.site)


def _message(event: Misused) -> str:
    if event.code is Misuse.TRUTH_TEST:
        return "a truth test on a random key raises; write `key is None` or `key is not None`"
    if event.code is Misuse.TYPED:
        return f"{event.what} on a random key raises: use `jax.random.split` or `jax.random.fold_in` to get another key"
    if event.detail == "an array of keys":
        return f"`{event.what}` needs one key and gets an array of keys; index it, loop over it, or map with `jax.vmap`"
    if event.code is Misuse.SWAPPED:
        return f"`{event.what}` takes the key here, and the key stands elsewhere in the call: the arguments are swapped"
    if event.detail.startswith("the int"):
        return f"`{event.what}` needs a key and gets {event.detail}; build one with `jax.random.key(seed)`"
    return f"`{event.what}` needs a key here and gets {event.detail}; give it a key of `jax.random.key` or `split`"
