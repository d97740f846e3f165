"""# RNG291 needless-init-stream-other

## What it does

Reports the key of a stream that is passed to `init` although the parameters cannot depend on it, where something else
than dropout draws from the stream, as `self.make_rng('latent')`, or where nothing does.

## Why it matters

It is harmless at run time. A stream that is missing at `init` falls back to `'params'`, and each module folds its own
path into the key, so the parameters are the same, bit for bit. Unlike the dropout key (RNG201) such a key may well be
given to `init` so that the call reads like that of `apply`, and so this is off unless it is asked for.

## Example

```python
variables = model.init({"params": params_key, "latent": latent_key}, x)
```

## Use instead

```python
variables = model.init(params_key, x)
y = model.apply(variables, x, rngs={"latent": latent_key})
```

Not reported where the key may matter: a module that draws the stream in the scope of its own parameters or
variables, `init_with_output`, and models that are not wholly known.

## Proven by

A differential run: `init` without the key gives the same variables. The facts are those of flax 0.8.2 and later
(`make_rng` falls back to the `'params'` stream; before, it raised).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.rules.needless_streams import needless_streams
from flake8_flax_rng.rules.report import Report, rule

RULE = rule(
    "RNG291",
    "needless-init-stream-other",
    "a key that `init` does not need is passed to it, of a stream that is not dropout's",
    __doc__,
    default=False,
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report the streams of others than dropout that are given to ``init`` in vain."""
    return needless_streams(events, dropout=False)
