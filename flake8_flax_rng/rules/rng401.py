"""# RNG401 haiku-missing-key

## What it does

Reports a transformed function of Haiku that draws and is run without a key: `apply(params, None, x)`, `apply` after
`hk.without_apply_rng`, and `apply(params, x)`, where the first input stands in the place of the key. Also
`hk.next_rng_key()` that the program itself runs outside of any transformed function.

## Why it matters

Each of them raises, `apply` often only where training turns dropout on.

## Example

```python
net = hk.without_apply_rng(hk.transform(lambda x: hk.dropout(hk.next_rng_key(), 0.5, x)))
y = net.apply(params, x)
```

## Use instead

```python
net = hk.transform(lambda x: hk.dropout(hk.next_rng_key(), 0.5, x))
y = net.apply(params, key, x)
```

Not reported: functions that draw on some paths only, or in `init` alone, `hk.maybe_next_rng_key`, and draws under
`hk.with_rng`.

## Proven by

The exception, at the marked line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Misapplied
from flake8_flax_rng.interpreter.domain.kinds import LibraryMistake
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, place, rule

RULE = rule("RNG401", "haiku-missing-key", "a function of Haiku draws, and is run without a key", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report runs that raise for want of a key, each place once."""
    told: set[object] = set()
    for event in events:
        words = _words(event) if isinstance(event, Misapplied) else None
        if isinstance(event, Misapplied) and words is not None and event.site.node not in told:
            told.add(event.site.node)
            yield Report(event.site, words, beside(event.site, ("draws here", event.drawn)))


def _words(event: Misapplied) -> str | None:
    name = f"`{event.path}`"
    draws = f"the function draws on {place(event.drawn)}" if event.drawn is not None else ""
    if event.what is LibraryMistake.NO_KEY:
        return f"{name} is given no key, and {draws}: pass a key in the place of `None`"
    if event.what is LibraryMistake.KEYLESS:
        return f"{name} takes no key after `hk.without_apply_rng`, and {draws}: leave that out, and pass a key"
    if event.what is LibraryMistake.NO_KEY_ARGUMENT:
        return f"{name} is given no key, and takes the first input for it: pass a key, or `None`, before the inputs"
    if event.what is LibraryMistake.OUTSIDE:
        return f"{name} asks for a key outside of a transformed function: run it by `hk.transform(f).apply`"
    return None
