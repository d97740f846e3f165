"""# RNG214 initializer-ignores-rng

## What it does

Reports an initializer that draws from a constant key in place of the key that it is given, and an `nn.RNN` whose
cell has a random first carry and which is called without `init_key`.

## Why it matters

Every layer that uses the initializer gets the same values, whatever key `init` is given; runs from several seeds
are one run. Without `init_key`, `nn.RNN` draws the first carry from `jax.random.key(0)`, in every call the same.

## Example

```python
def kernel_init(rng, shape, dtype=jnp.float32):
    return 0.02 * jax.random.normal(jax.random.key(0), shape, dtype)


layer = nn.Dense(64, kernel_init=kernel_init)
```

## Use instead

```python
def kernel_init(rng, shape, dtype=jnp.float32):
    return 0.02 * jax.random.normal(rng, shape, dtype)


layer = nn.Dense(64, kernel_init=kernel_init)
```

Numbers that are meant to be fixed belong into `self.variable("constants", …)`. Not reported: initializers that draw
nothing (zeros, constants, values from a file), and carries that are zero.

## Proven by

The parameters or the output: those from two keys are equal, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.initializers import drawn_from_argument
from flake8_flax_rng.interpreter.domain.events import Event, Fixed
from flake8_flax_rng.interpreter.domain.kinds import FixedValue
from flake8_flax_rng.rules.report import Report, rule

RULE = rule("RNG214", "initializer-ignores-rng", "an initializer does not draw from the key it is given", __doc__)

_MESSAGES = {
    FixedValue.INITIALIZER: "{name} draws from a constant key and ignores the one that it is given: all layers and "
    "seeds get the same values; draw from its first argument",
    FixedValue.CARRY: "`nn.RNN` draws the first carry of {name} from `key(0)` in each call: pass `init_key=`",
}


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report values that should be drawn from a key that was given, and are not."""
    for event in events:
        if isinstance(event, Fixed):
            fix = partial(drawn_from_argument, event.site) if event.what is FixedValue.INITIALIZER else None
            yield Report(event.site, _MESSAGES[event.what].format(name=event.name), fix=fix)
