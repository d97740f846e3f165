"""# RNG310 mode-without-effect

## What it does

Reports `train`, `eval`, `set_attributes` and `nnx.view` where they do not what they seem to: the result of `eval()`
is used, which is None; `eval` is not called; `train` is given a mode; the view is thrown away; no module has the
attribute.

## Why it matters

Dropout stays on at inference, or off in training, or the program raises later.

## Example

```python
model = model.eval()
y = model(x)  # raises: model is None
```

## Use instead

```python
model.eval()
y = model(x)
```

Not reported: models that are none of NNX, as those of PyTorch are, and whatever is not known.

## Proven by

The exception, or the output that is still random.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.modes import alone, called, mode_by_method, result_kept, without_mode
from flake8_flax_rng.interpreter.domain.events import Event
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, place, rule
from flake8_flax_rng.rules.streams import mistakes

RULE = rule("RNG310", "mode-without-effect", "the mode of a module is set in a way that does nothing", __doc__)


_NAMES = {
    StreamMistake.NOT_CALLED: "`{name}` is not called, so that nothing happens: write `{name}()`",
    StreamMistake.VIEW_LOST: "`nnx.view` returns the view and leaves the module as it is: bind the result",
    StreamMistake.MODE_OF_NONE: "no module here has the attribute {detail}: set `deterministic` instead",
    StreamMistake.MODE_ARGUMENT: "`{name}({detail})` is no way to turn training off: call `eval()`",
    StreamMistake.STALE_MODE: "`{name}` does not reach a graph that was split off before: set the mode before the "
    "split, or on the merged module",
    StreamMistake.OUT_OF_REACH: "`{name}` does not reach a layer in a function: keep it in an attribute or an "
    "`nnx.List`",
}

_FIXES = {
    StreamMistake.NOT_CALLED: called,
    StreamMistake.VIEW_LOST: result_kept,
    StreamMistake.MODE_OF_NONE: mode_by_method,
    StreamMistake.MODE_ARGUMENT: without_mode,
}

_ALONE = "call it as a statement, and go on with the module"


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report modes that have no effect."""
    for event in mistakes(events, *_NAMES):
        fix = _FIXES.get(event.what)
        message = _NAMES[event.what].format(name=event.name, detail=event.detail)
        related = beside(event.site, ("runs here in the mode before", event.other))
        yield Report(event.site, message, related, partial(fix, event.site) if fix is not None else None)
    for event in mistakes(events, StreamMistake.NO_RESULT):
        if event.other is None or event.other.chunk.file:
            yield Report(event.site, f"this is what `{event.name}()` returned, which is nothing: {_ALONE}")
            continue
        used = f"and its result is used on {place(event.site)}"
        related = beside(event.other, ("used as the module here", event.site))
        message = f"`{event.name}()` returns nothing, {used}: {_ALONE}"
        yield Report(event.other, message, related, partial(alone, event.other))
