"""# RNG390 eval-forgotten

## What it does

Reports a call of a layer with `deterministic=False` of a model that `eval()` has turned off; and a loop that trains a
model, evaluates it with `eval()`, and never calls `train()`, so that it trains without dropout from the second pass on;
and a call of a model that was trained, with dropout on, where no gradient is taken. If a flag in the call turns dropout
on, it must be the function of the loss that writes it, called once for its gradient and once without.

## Why it matters

A flag in the call counts more than the mode of the module. A mode that is set stays set.

## Example

```python
for batch in data:
    step(model, batch)
    model.eval()
    report(model(test))
```

## Use instead

```python
for batch in data:
    model.train()
    step(model, batch)
    model.eval()
    report(model(test))
```

Opt-in: an evaluation that samples may mean it.

## Proven by

The outputs: two evaluations differ, or two steps do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, place, rule
from flake8_flax_rng.rules.streams import mistakes

RULE = rule(
    "RNG390",
    "eval-forgotten",
    "a model drops out where it is evaluated, or no longer where it is trained",
    __doc__,
    default=False,
)


_FORGOTTEN = (StreamMistake.OVERRIDDEN, StreamMistake.NEVER_BACK, StreamMistake.FORGOTTEN)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report modes that are overridden, or never set back."""
    for event in mistakes(events, *_FORGOTTEN):
        where = f" on {place(event.other)}" if event.other is not None else ""
        if event.what is StreamMistake.FORGOTTEN:
            advice = "pass a flag that turns it off" if event.detail else "call `eval()`"
            yield Report(
                event.site,
                f"the model that was trained still drops out here{where}, where no gradient is taken: {advice}",
                beside(event.site, ("drops out here", event.other)),
            )
            continue
        if event.what is StreamMistake.OVERRIDDEN:
            yield Report(
                event.site,
                f"`{event.name}` is called with `deterministic=False` here, which counts more than the `eval()`"
                f"{where}: pass the flag, or leave it to the mode",
                beside(event.site, ("set to evaluation here", event.other)),
            )
            continue
        yield Report(
            event.site,
            f"nothing calls `train()` again, so that the layer{where} drops nothing from the next pass on: "
            "call `train()` before each step",
            beside(event.site, ("drops nothing here", event.other)),
        )
