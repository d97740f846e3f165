"""# RNG201 needless-init-stream

## What it does

Reports a key besides `'params'`, most often the dropout key, that is passed to `init` although the
parameters cannot depend on it.

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

from flake8_flax_rng.interpreter.domain.events import Draw, Event, ModuleRun
from flake8_flax_rng.interpreter.domain.kinds import TurnedOff
from flake8_flax_rng.rules.linen_runs import active, runs_by_call, settled
from flake8_flax_rng.rules.report import Report, rule

RULE = rule("RNG201", "needless-init-stream", "a key that `init` does not need is passed to it", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report streams given to ``init`` on which no variable depends."""
    for runs in runs_by_call(events):
        resolved = [run for run in settled(runs) if run.streams is not None]
        if not resolved or any(run.kind not in ("init", "lazy_init") for run in resolved):
            continue
        for stream in resolved[0].streams or ():
            if stream != "params" and all(_needless(run, stream) for run in resolved):
                place = resolved[0].places.get(stream) or resolved[0].places.get("*", resolved[0].call)
                yield Report(
                    place,
                    f"`{resolved[0].name}` does not need the {stream!r} key: the parameters are the same "
                    f"without it; pass only the 'params' key here and give {stream!r} to `apply`",
                )


def _needless(run: ModuleRun, stream: str) -> bool:
    """Return whether leaving a stream out changes no variable of the model."""
    if run.streams is None or stream not in run.streams or "params" not in run.streams or not run.draws:
        return False
    for path in run.draws:
        draws = active(path)
        if any(draw.stream == "*" or _asked(draw, stream) for draw in path) or not any(
            draw.stream == "params" for draw in draws
        ):
            return False
        drawing = {draw.path for draw in draws if draw.stream == stream}
        filled = {draw.path for draw in draws if draw.variable and draw.own}
        if drawing & filled or (None in drawing and filled) or (drawing and None in filled):
            return False
    return True


def _asked(draw: Draw, stream: str) -> bool:
    """Return whether the model asks if the stream was given: it may be another model with it."""
    return draw.off is TurnedOff.ASKED and draw.stream == stream
