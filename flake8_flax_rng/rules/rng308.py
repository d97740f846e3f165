"""# RNG308 cloned-rng-state

## What it does

Reports a module or an `nnx.Rngs` that was copied with its streams, where both the copy and the original are drawn
from: `nnx.clone`, `copy.deepcopy`, `nnx.update(b, nnx.state(a))`, `nnx.Rngs(dict(rngs.items()))`.

## Why it matters

The copy counts on from where the original stood: both get the same dropout masks and the same noise.

## Example

```python
from flax import nnx

student = nnx.Dropout(0.5, rngs=nnx.Rngs(0))
teacher = nnx.clone(student)
y, z = student(x), teacher(x)  # one mask
```

## Use instead

```python
from flax import nnx

student = nnx.Dropout(0.5, rngs=nnx.Rngs(0))
teacher = nnx.clone(student)
nnx.reseed(teacher, dropout=1)
y, z = student(x), teacher(x)
```

Not reported: copies in evaluation mode, copies of the parameters alone, and `copy.copy`, which shares the streams.

## Proven by

The value ledger: equal key bits are consumed twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, place, rule
from flake8_flax_rng.rules.streams import copies

RULE = rule("RNG308", "cloned-rng-state", "a copy of a module draws what the module draws", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report draws that a copy repeats."""
    for _, copy, parting in copies(events, RULE.code):
        where = f" on {place(copy.copied)}" if copy.copied is not None else ""
        yield Report(
            parting.second.site,
            f"`{copy.via}`{where} has copied the streams, so that this draws again what was drawn on "
            f"{place(parting.first.site)}; give the copy its own streams, `nnx.reseed(copy, {copy.tag}=<key>)`",
            beside(parting.second.site, ("copied here", copy.copied), ("drawn here first", parting.first.site)),
        )
