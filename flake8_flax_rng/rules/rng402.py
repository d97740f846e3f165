"""# RNG402 equinox-missing-key

## What it does

Reports an `eqx.nn.Dropout`, or an `eqx.nn.MultiheadAttention` that drops out, which is called without a key while it
is certain to draw; and a call of `eqx.nn.inference_mode` or `eqx.tree_at` whose result nobody keeps.

## Why it matters

Without a key the layer raises. The functions return another module and leave the one that they are given: it still
drops out.

## Example

```python
model = eqx.nn.Sequential([eqx.nn.Linear(3, 8, key=key), eqx.nn.Dropout(0.1)])
y = model(x)
```

## Use instead

```python
model = eqx.nn.Sequential([eqx.nn.Linear(3, 8, key=key), eqx.nn.Dropout(0.1)])
y = model(x, key=dropout_key)
model = eqx.nn.inference_mode(model)
z = model(x)
```

Not reported: a layer in inference mode, or with the rate 0, and one whose mode or rate is not in sight.

## Proven by

The exception, at the marked line; for a module that nobody keeps, the result that is the same without the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.modes import result_kept
from flake8_flax_rng.interpreter.domain.events import Event, Misapplied
from flake8_flax_rng.interpreter.domain.kinds import LibraryMistake
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule

RULE = rule(
    "RNG402", "equinox-missing-key", "a layer of Equinox draws and has no key, or a mode is set for nothing", __doc__
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report layers that raise for want of a key, and changed modules that nobody keeps."""
    for event in events:
        if not isinstance(event, Misapplied):
            continue
        name = event.path.replace("equinox.", "eqx.")
        if event.what is LibraryMistake.UNKEYED:
            yield Report(
                event.site,
                f"`{name}` drops out here and is given no key: pass `key=<key>`, or turn it off, "
                "`model = eqx.nn.inference_mode(model)`",
                beside(event.site, ("drops out here", event.drawn)),
            )
        elif event.what is LibraryMistake.THROWN_AWAY:
            message = f"`{name}` returns the changed module and leaves the one given: keep the result"
            yield Report(event.site, message, fix=partial(result_kept, event.site))
