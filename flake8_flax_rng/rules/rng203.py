"""# RNG203 missing-apply-stream

## What it does

Reports a call of a Linen model that is certain to draw from a stream, in most cases because it runs in training
mode, and is not given that stream.

## Why it matters

The call raises `flax.errors.InvalidRngError`. The training mode may come from far away: a field, a
constructor argument, or the default of `__call__`.

## Example

```python
y = model.apply(variables, x, train=True)
```

## Use instead

```python
y = model.apply(variables, x, train=True, rngs={"dropout": dropout_key})
```

A model that comes from a caller or a registry is not known, and one with a rate in its configuration may draw or not.
Its call is reported where it is certain to run in training mode, is given no stream, and a second fact says that one
was forgotten: a key that the function around it makes or is given is never used, or another call gives streams to the
same model while it trains. Without such a fact it is RNG292's.

Not reported where a `'params'` key or a bare key is given (`make_rng` falls back to it), where the rate is 0 or
1, where the layer gets a key of its own, and wherever the flag or the streams are not certain.

## Proven by

The exception, at the marked line. The facts are those of flax 0.8.2 and later (`make_rng` falls back to the
`'params'` stream; before, it raised).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.interpreter.domain.events import Draw, Event, ModuleRun, UnfedRun
from flake8_flax_rng.interpreter.domain.kinds import RunKind
from flake8_flax_rng.rules.keys_at_hand import fed, unknown_fed
from flake8_flax_rng.rules.linen_runs import by_context, explained, runs_by_call, similar, unfed_runs, unread
from flake8_flax_rng.rules.linen_runs import missing as missing_draws
from flake8_flax_rng.rules.related import Labelled, beside
from flake8_flax_rng.rules.report import Report, place, rule

RULE = rule("RNG203", "missing-apply-stream", "a stream that the model draws is missing", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report calls that lack a stream which every path through the module draws."""
    known = explained(events)
    told: set[object] = set()
    for runs in runs_by_call(events):
        for group in by_context(runs):
            missing = [_missing(run, known) for run in group]
            first = missing[0]
            if first is None or not all(missing):
                continue
            told.add(group[0].call.node)
            yield Report(
                group[0].call,
                f"`{group[0].name}` draws the stream {first.stream!r} ({first.layer or 'make_rng'} on "
                f"{place(first.site)}) and is not given it: {_advice(group[0], first.stream)}",
                related=(("drawn here", first.site),),
                fix=partial(fed, events, group[0], first.stream),
            )
            break
    yield from _forgotten(events, told)
    yield from _supplied(events, known)


def _forgotten(events: Sequence[Event], told: set[object]) -> Iterable[Report]:
    """Report the calls of models that may draw, where a second fact says that a stream was forgotten."""
    for unfed in unfed_runs(events):
        fact = _second_fact(unfed)
        if fact is not None and not (unfed.mutable and unfed.made is None) and unfed.call.node not in told:
            advice = f"pass `rngs={{'dropout': {unfed.key or '<key>'}}}`"
            message = f"`{unfed.name}` runs with `{unfed.flag}` and without `rngs`, while {fact}: {advice}"
            yield Report(unfed.call, message, _other_place(unfed), partial(unknown_fed, unfed, "dropout"))


def _supplied(events: Sequence[Event], known: set[int]) -> Iterable[Report]:
    """Report the calls of models that callers in other files supply, if all of these models lack a stream."""
    for unfed in unfed_runs(events):
        lacking = [(one, draw) for one in unfed.supplied if (draw := _missing(one.run, known)) is not None]
        if lacking and len(lacking) == len(unfed.supplied):
            one, draw = lacking[0]
            names = sorted({f"`{one.run.name}`" for one, _ in lacking})
            yield Report(
                unfed.call,
                f"{' or '.join(names)}, as {os.path.basename(one.path)} supplies it, draws the stream {draw.stream!r} "
                f"({draw.layer or 'make_rng'} on {place(draw.site)}) and is not given it: "
                f"{_advice(one.run, draw.stream)}",
                beside(unfed.call, ("drawn here", draw.site)),
            )


def _second_fact(unfed: UnfedRun) -> str | None:
    """Return what says that a stream was forgotten, as a reader is told of it; None where nothing does."""
    if unfed.key is not None and unfed.made is not None:
        return f"{place(unfed.made.site)} makes `{unfed.key}`, which is never used"
    if unfed.key is not None and unfed.giver is not None:
        return f"{place(unfed.giver)} gives `{unfed.key}`, which is never used"
    return f"{place(unfed.fed)} gives streams to this model" if unfed.fed is not None else None


def _other_place(unfed: UnfedRun) -> Labelled:
    made = unfed.made.site if unfed.made is not None else None
    if unfed.key is not None:
        return beside(unfed.call, ("makes the key that is never used", made), ("gives the key", unfed.giver))
    return beside(unfed.call, ("gives streams to this model", unfed.fed))


def _advice(run: ModuleRun, stream: str) -> str:
    if run.kind is RunKind.BIND:
        return f"bind the module with `bind(variables, rngs={{{stream!r}: <key>}})`"
    if run.streams:
        return f"add {stream!r} with a key of its own to `rngs`"
    return f"pass `rngs={{{stream!r}: <key>}}`"


def _missing(run: ModuleRun, known: set[int]) -> Draw | None:
    """Return the first draw that has no stream; RNG204 speaks of those that are given under a misspelt name."""
    if run.kind not in (RunKind.APPLY, RunKind.BIND) or run.bare:
        return None
    for draw in missing_draws(run):
        if draw.stream != "params" and not draw.setup and id(draw.site.node) not in known:
            return None if any(similar(name, [draw.stream]) for name in unread(run)) else draw
    return None
