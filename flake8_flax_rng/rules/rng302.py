"""# RNG302 not-rngs

## What it does

Reports what cannot be an `nnx.Rngs` and stands for one: a key, an int, a stream that belongs to an `Rngs`, the class
itself, or nothing; what cannot seed a stream; an `Rngs` where a key is needed; and a key where a stream brings its
own.

## Why it matters

It raises, in most cases with an `AttributeError` far from the mistake.

## Example

```python
import jax
from flax import nnx

layer = nnx.Linear(3, 4, rngs=jax.random.key(0))  # raises
```

## Use instead

```python
import jax
from flax import nnx

layer = nnx.Linear(3, 4, rngs=nnx.Rngs(jax.random.key(0)))
```

Not reported: a key at the call of a `Dropout`, which takes one; a stream at its constructor; and whatever is not
known.

## Proven by

The exception, at the marked line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.nnx_streams import (
    called_to_draw,
    drawn_for_linen,
    forked,
    initializer_of_nnx,
    key_left_out,
    made_rngs,
    rngs_as_others,
    seeded_with_key,
)
from flake8_flax_rng.interpreter.domain.events import Event, Stateful
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.rules.report import Report, rule
from flake8_flax_rng.rules.streams import mistakes

RULE = rule("RNG302", "not-rngs", "something else stands where NNX needs an Rngs, a stream or a seed", __doc__)


_SAYS = {
    StreamMistake.OMITTED: "`{name}` draws its parameters from `rngs`, which is missing: pass `rngs=nnx.Rngs(<key>)`",
    StreamMistake.NOT_RNGS: "`{name}` needs an `nnx.Rngs`, and this is {detail}: pass `nnx.Rngs(<key>)`",
    StreamMistake.NOT_A_SEED: "a stream is seeded with an int or with one key, and this is {detail}",
    StreamMistake.KEY_GIVEN: "`{name}` of a stream draws its own key, and is given another one: leave the key out",
    StreamMistake.KEYLESS: "`{detail}` is called with a key, and an initialiser of a stream takes none: "
    "use one of `nnx.initializers`",
    StreamMistake.RNGS_AS_KEY: "`{name}` needs a key, and this is {detail}: call it to draw one",
    StreamMistake.NOT_FOR_LINEN: "`{name}` needs a key for each stream, and this is {detail}: draw keys from it",
    StreamMistake.UNPACKED: "`{name}` gives an `nnx.Rngs`, which is no sequence of them: fork it once for each",
}


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report what is no ``Rngs``, no seed and no key."""
    for event in mistakes(events, *_SAYS):
        message = _SAYS[event.what].format(name=event.name, detail=event.detail)
        yield Report(event.site, message, fix=partial(_repair, event))


def _repair(event: Stateful) -> Fix:
    if event.what is StreamMistake.NOT_RNGS:
        return made_rngs(event.site, event.detail)
    if event.what is StreamMistake.NOT_A_SEED:
        return seeded_with_key(event.site, event.detail)
    return _FIXES[event.what](event.site)


_FIXES = {
    StreamMistake.OMITTED: rngs_as_others,
    StreamMistake.KEY_GIVEN: key_left_out,
    StreamMistake.KEYLESS: initializer_of_nnx,
    StreamMistake.RNGS_AS_KEY: called_to_draw,
    StreamMistake.NOT_FOR_LINEN: drawn_for_linen,
    StreamMistake.UNPACKED: forked,
}
