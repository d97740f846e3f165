"""# RNG205 idle-stream

## What it does

Reports a key that is given to a model which is deterministic in this very call, so that dropout is off and
the key is never read.

## Why it matters

Whoever passes a dropout key expects dropout. If the call was meant to train, the model silently trains
without it.

## Example

```python
model = Net(training=False)
y = model.apply(variables, x, rngs={"dropout": dropout_key})
```

## Use instead

```python
model = Net(training=True)
y = model.apply(variables, x, rngs={"dropout": dropout_key})
```

or, for evaluation, leave the key out. Not reported where the flag is only known at run time, also where a caller
of the enclosing function decides it.

## Proven by

A differential run and the stream trace: another key, or none, gives the same output, and no module asks for
the stream.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.streams import stream_left_out
from flake8_flax_rng.interpreter.domain.events import Draw, Event, ModuleRun, Replaced
from flake8_flax_rng.interpreter.domain.kinds import RunKind, TurnedOff
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.rules.linen_runs import explained, flags_vary, possibly_drawn, runs_by_call, settled, training_flag
from flake8_flax_rng.rules.report import Report, place, rule

RULE = rule("RNG205", "idle-stream", "a key is given to a model that is deterministic in this call", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report streams that nothing reads because dropout is turned off."""
    yield from _idle_streams(events)
    yield from _idle_arguments(events)


def _idle_streams(events: Sequence[Event]) -> Iterable[Report]:
    known = explained(events)
    for runs in runs_by_call(events):
        resolved = settled(runs)
        if flags_vary(runs) or any(run.kind is not RunKind.APPLY or run.streams is None for run in resolved):
            continue
        for stream in (resolved[0].streams or ()) if resolved else ():
            off = [_turned_off(run, stream) for run in resolved]
            if off[0] is not None and all(off) and id(off[0].site.node) not in known:
                yield _idle_stream(resolved[0], stream, off[0])


def _idle_stream(run: ModuleRun, stream: str, off: Draw) -> Report:
    given = run.places.get(stream) or run.places.get("*", run.call)
    flag = training_flag(run)
    what = f"the {stream!r} key is never read: {off.layer} on {place(off.site)} is deterministic in this call"
    advice = (
        f", though that says `{flag}`: look at the flag of the layer"
        if flag
        else "; turn training on, or leave the key out"
    )
    return Report(
        given,
        what + advice,
        related=(("deterministic in this call", off.site),),
        fix=partial(_left_out, run, given, stream),
    )


def _left_out(run: ModuleRun, given: Site, stream: str) -> Fix:
    if training_flag(run):
        raise NoFix("the call asks for training")
    return stream_left_out(given, run.call, stream, initialises=False)


def _turned_off(run: ModuleRun, stream: str) -> Draw | None:
    """Return the layer that would draw from a stream if it were not deterministic."""
    if stream == "params" or run.streams is None or stream not in run.streams or possibly_drawn(run, stream):
        return None
    off = [draw for path in run.draws for draw in path if draw.stream == stream and draw.off is TurnedOff.DETERMINISTIC]
    return off[0] if off else None


def _idle_arguments(events: Sequence[Event]) -> Iterable[Report]:
    groups: dict[object, list[Replaced]] = {}
    for event in events:
        if isinstance(event, Replaced):
            groups.setdefault(event.site.node, []).append(event)
    for group in groups.values():
        if all(event.idle for event in group):
            first = group[0]
            yield Report(
                first.site,
                f"`{first.name}` is never read: {first.layer} is deterministic in this call; set "
                f"{first.wanted}, or leave the key out",
            )
