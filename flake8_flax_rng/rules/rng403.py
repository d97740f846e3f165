"""# RNG403 haiku-raw-transform

## What it does

Reports `jax.vmap`, `jax.lax.scan`, `jax.lax.map`, `jax.lax.fori_loop` and their kin within a transformed function of
Haiku, over a function that asks for a key, as `hk.next_rng_key()` does; and `hk.vmap` with `split_rng=False`.

## Why it matters

JAX traces the function once, and knows nothing of Haiku's keys: all lanes and all steps get the same one. The
dropout mask is the same for every example, the noise in every step. What draws after such a loop raises.

## Example

```python
def forward(x):
    return jax.vmap(lambda row: hk.dropout(hk.next_rng_key(), 0.5, row))(x)
```

## Use instead

```python
def forward(x):
    return hk.vmap(lambda row: hk.dropout(hk.next_rng_key(), 0.5, row), split_rng=not hk.running_init())(x)
```

or map over `hk.next_rng_keys(n)`. Not reported: `hk.scan` and its kin, keys that fold the lane or the step in, and
functions that only make parameters.

## Proven by

The value ledger: the same key bits are consumed in all lanes, or in several steps.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Remade, Shared, part
from flake8_flax_rng.interpreter.domain.kinds import MakeKind
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, place, rule
from flake8_flax_rng.semantics.packages.haiku import INSTEAD

RULE = rule("RNG403", "haiku-raw-transform", "a transform of JAX repeats one key of Haiku", __doc__)

_LANES, _STEPS = "lanes", "steps"


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report the loops and maps in which a key is asked for, each once."""
    told: set[object] = set()
    for event in events:
        found = _repeated(event)
        if found is None or found[0].node in told:
            continue
        site, transform, what, asked = found
        told.add(site.node)
        yield Report(
            site,
            f"all {what} of `{transform}` get one key from Haiku on {place(asked)}, so that they draw the same "
            f"numbers: use `{INSTEAD.get(transform, INSTEAD['jax.vmap'])}`, or ask for the keys outside, and pass them "
            "in",
            beside(site, ("asked for here", asked)),
        )


def _repeated(event: Event) -> tuple[Site, str, str, Site] | None:
    """Return the place of a transform that repeats a key, its name, what it repeats, and where the key is asked for."""
    if isinstance(event, Shared) and event.supplied:
        return event.mapped, event.transform, _LANES, event.use.site
    if isinstance(event, Remade) and event.second.kind is MakeKind.SUPPLIED:
        around = part(event.first, event.second).around
        if around is not None:
            call = next((step for step in event.second.way if step.site.node is around.site.node), around)
            return around.site, call.label, _STEPS, event.second.site
    return None
