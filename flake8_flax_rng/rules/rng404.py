"""# RNG404 numpyro-unseeded

## What it does

Reports a model of NumPyro that the program itself calls outside of any `seed` handler, and in which `numpyro.sample`
draws.

## Why it matters

NumPyro has no global generator: the distribution is asked for a sample without a key, and an `AssertionError` without
a word leaves the call.

## Example

```python
def model():
    return numpyro.sample("rate", dist.Gamma(2.0, 1.0))


rate = model()
```

## Use instead

```python
rate = numpyro.handlers.seed(model, jax.random.key(0))()
```

Not reported: sites with `obs` or a key of their own, models under `substitute`, `condition`, `replay` and their kin,
models that are handed to `MCMC`, `SVI` or `Predictive`, and all that stands in a `with` of which nothing is known.

## Proven by

The exception, at the marked line.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Misapplied
from flake8_flax_rng.interpreter.domain.kinds import LibraryMistake
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, place, rule

RULE = rule("RNG404", "numpyro-unseeded", "a model of NumPyro is called outside of a seed handler", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report calls of models that no handler gives a key, each once."""
    told: set[object] = set()
    for event in events:
        if isinstance(event, Misapplied) and event.what is LibraryMistake.UNSEEDED and event.site.node not in told:
            told.add(event.site.node)
            other = event.drawn is not None and event.drawn.node is not event.site.node
            at = f" ({place(event.drawn)})" if event.drawn is not None and other else ""
            yield Report(
                event.site,
                f"`{event.path}` draws at a site of NumPyro{at} with no `seed` handler around it: call "
                "`numpyro.handlers.seed(model, <key>)` in its place",
                beside(event.site, ("draws here", event.drawn)),
            )
