"""# RNG201 needless-init-stream

## What it does

Reports the key of a stream from which only dropout draws (`nn.Dropout`, and that of attention), most often
`'dropout'`, where it is passed to `init` although the parameters cannot depend on it. RNG291 speaks of other streams.

## Why it matters

It is harmless at run time, and misleading to read: dropout draws nothing that parameters depend on. A stream that
is missing at `init` falls back to `'params'`, and each module folds its own path into the key, so the
parameters are the same, bit for bit. The dropout key belongs to `apply`.

## Example

```python
variables = model.init({"params": params_key, "dropout": dropout_key}, x)
```

## Use instead

```python
variables = model.init(params_key, x)
y = model.apply(variables, x, train=True, rngs={"dropout": dropout_key})
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

RULE = rule("RNG201", "needless-init-stream", "a dropout key that `init` does not need is passed to it", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report the streams of dropout that are given to ``init`` in vain."""
    return needless_streams(events, dropout=True)
