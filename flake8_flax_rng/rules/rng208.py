"""# RNG208 deterministic-flag

## What it does

Reports a dropout or attention layer whose flag `deterministic` is never set, set in both the constructor and the
call, or set to the training flag itself, without `not`, so that a call in sight which trains has no dropout, or one
which evaluates asks for a key. The same holds for `nn.merge_param`.

## Why it matters

Never and twice raise a `ValueError`, `nn.Dropout` also at rate 0. The forgotten `not` is worse: training runs
without dropout, and says nothing.

## Example

```python
class Net(nn.Module):
    @nn.compact
    def __call__(self, x, training):
        return nn.Dropout(0.5, deterministic=training)(nn.Dense(3)(x))


y = Net().apply(variables, x, training=True, rngs={"dropout": key})
```

## Use instead

```python
class Net(nn.Module):
    @nn.compact
    def __call__(self, x, training):
        return nn.Dropout(0.5, deterministic=not training)(nn.Dense(3)(x))


y = Net().apply(variables, x, training=True, rngs={"dropout": key})
```

Not reported: attention without a dropout rate, which needs no flag, and flags that may be None or come from
elsewhere: from a constructor or a call, whoever uses the model gives one of the two. What a flag is called proves
nothing either: where no call in sight runs the model, or those that do give the flag and the key that fit each other,
an argument `train` may well mean the opposite.

## Proven by

The exception at the marked line. For a forgotten `not` two training runs with different keys give the same output,
or evaluation raises for want of a dropout key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.flags import given_once, negated, told_as_others
from flake8_flax_rng.interpreter.domain.events import Event, Flagged, ModuleRun
from flake8_flax_rng.interpreter.domain.kinds import FlagMistake, TurnedOff
from flake8_flax_rng.rules.linen_runs import inverted
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, line, place, rule, spelled
from flake8_flax_rng.semantics.linen import INITIALISING

RULE = rule("RNG208", "deterministic-flag", "`deterministic` is never set, set twice, or the wrong way round", __doc__)

_MERGE = "merge_param"


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report each place once."""
    flags = [event for event in events if isinstance(event, Flagged) and event.what is not FlagMistake.INVERTED]
    for event in [*flags, *inverted(events)]:
        related = beside(event.site, ("the layer", event.at))
        yield Report(event.site, _message(event), related, partial(_repair, events, event))


def _repair(events: Sequence[Event], event: Flagged) -> Fix:
    if event.what is FlagMistake.INVERTED:
        if any(_would_lack(run, event) for run in events if isinstance(run, ModuleRun)):
            raise NoFix("another call would lack the stream then")
        return negated(event.site)
    if event.layer == _MERGE:
        raise NoFix("which flag is meant is not known")
    return given_once(event.site) if event.what is FlagMistake.TWICE else told_as_others(event.site, event.layer)


def _would_lack(run: ModuleRun, event: Flagged) -> bool:
    """Return whether a run has no stream for a layer that is off in it, and would not be."""
    if run.kind in INITIALISING or run.bare or "params" in (run.streams or ()):
        return False
    draws = [draw for path in run.draws for draw in path if draw.site.node is event.at.node]
    idle = [draw.stream for draw in draws if draw.off is TurnedOff.DETERMINISTIC]
    return any(stream not in (run.streams or ()) for stream in idle)


def _message(event: Flagged) -> str:
    at = "" if line(event.at) == line(event.site) else f" on {place(event.at)}"
    what = "`nn.merge_param`" if event.layer == _MERGE else f"`deterministic` of {event.layer}"
    if event.what is FlagMistake.INVERTED:
        flag = spelled(event.site) if isinstance(event.site.node, (cst.Name, cst.Attribute)) else event.name
        return f"`{flag}` turns {event.layer}{at} off when it is true: write `not {flag}` here"
    if event.what is FlagMistake.NEVER:
        verb = "gets no flag" if event.layer == _MERGE else "is never set"
        return f"{what}{at} {verb}: give it to the constructor or in the call"
    verb = "gets a flag" if event.layer == _MERGE else "is set"
    return f"{what}{at} {verb} by the constructor and in the call: give it once"
