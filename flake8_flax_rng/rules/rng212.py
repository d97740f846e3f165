"""# RNG212 raw-transform-in-module

## What it does

Reports `jax.vmap`, `jax.lax.scan`, `jax.lax.map`, `jax.lax.fori_loop` and their kin within a Linen module, over a
function that draws from a stream: it calls a submodule with dropout, or `self.make_rng`.

## Why it matters

JAX traces the function once, and knows nothing of Flax's streams: all lanes and all iterations get the
same key. The dropout mask is the same for every example, the noise in every step, and nothing raises.

## Example

```python
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        drop = nn.Dropout(0.5, deterministic=False)
        return jax.vmap(drop)(x)
```

## Use instead

```python
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        drop = nn.Dropout(0.5, deterministic=False)
        return nn.vmap(lambda mdl, x: mdl(x), split_rngs={"dropout": True})(drop, x)
```

or draw the key outside, and map over `jax.random.split(self.make_rng("noise"), n)`. Not reported: submodules that draw
only parameters, which are meant to be shared; Python loops; keys that fold the lane or the step in.

## Proven by

The output: the lanes, or the iterations, are equal, bit for bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Lifted
from flake8_flax_rng.interpreter.domain.kinds import LiftProblem
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, place, rule
from flake8_flax_rng.semantics.transforms import RAW_REPEATS

RULE = rule("RNG212", "raw-transform-in-module", "a transform of JAX repeats one draw of a Linen module", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report draws that a transform of JAX repeats."""
    for event in events:
        if isinstance(event, Lifted) and event.problem is LiftProblem.RAW:
            advice = f"`{RAW_REPEATS[event.transform]}` with `split_rngs={{{event.stream!r}: True}}`"
            yield Report(
                event.site,
                f"`{event.transform}` runs {event.layer} ({place(event.drawn)}) with one {event.stream!r} key for "
                f"all lanes or steps: use {advice}, or split the key outside and pass the keys in",
                beside(event.site, ("drawn here", event.drawn)),
            )
