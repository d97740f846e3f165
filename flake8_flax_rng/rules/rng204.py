"""# RNG204 unknown-stream

## What it does

Reports a key that is given under a name that nothing in the model reads: a typo, or the wrong name of a collection.

## Why it matters

If the stream that was meant is missing, the call raises `flax.errors.InvalidRngError`. If a `'params'` key is given
too, nothing is said at all: the model falls back to that one, and the key is never used.

## Example

```python
y = model.apply(variables, x, train=True, rngs={"params": params_key, "dropouts": dropout_key})
```

## Use instead

```python
y = model.apply(variables, x, train=True, rngs={"params": params_key, "dropout": dropout_key})
```

Not reported: a stream that another method of the model reads, or that it reads under another flag (RNG205 speaks of
those), helpers that serve any model, and models that are not wholly known. Where a stream is missing that is not
spelt alike, RNG203 reports that one instead.

## Proven by

The exception at the marked line, or a differential run: another key, or none, gives the same output. The facts are
those of flax 0.8.2 and later (`make_rng` falls back to the `'params'` stream; before, it raised).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.streams import stream_left_out, stream_renamed
from flake8_flax_rng.interpreter.domain.events import Draw, Event, ModuleRun
from flake8_flax_rng.interpreter.domain.kinds import RunKind
from flake8_flax_rng.records import replaced
from flake8_flax_rng.rules.linen_runs import UNKNOWN, missing, possibly_drawn, runs_by_call, settled, similar, unread
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, rule

RULE = rule("RNG204", "unknown-stream", "a key is given under a name that nothing in the model reads", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report streams that no run of a call reads."""
    for runs in runs_by_call(events):
        resolved = settled(runs)
        if not resolved or any(run.kind not in (RunKind.APPLY, RunKind.BIND) for run in resolved):
            continue
        for stream in unread(resolved[0]):
            meant = [_meant(run, stream) for run in resolved]
            if any(answer is None for answer in meant) or (len(resolved) < len(runs) and not all(meant)):
                continue
            run = resolved[0]
            yield Report(
                run.places.get(stream) or run.places.get("*", run.call),
                f"nothing in `{run.name.rpartition('.')[0]}` reads the stream {stream!r}: "
                + (f"write {meant[0]!r}" if meant[0] else "leave it out, or draw from it"),
                related=beside(run.call, *(("drawn here", draw.site) for draw in _drawn(run, meant[0])[:1])),
                fix=partial(_repair, run, stream, meant[0]),
            )


def _drawn(run: ModuleRun, stream: str | None) -> list[Draw]:
    """Return the draws from the stream that was meant."""
    return [draw for path in run.draws for draw in path if draw.stream == stream and not draw.off]


def _repair(run: ModuleRun, stream: str, meant: str | None) -> Fix:
    """Give the key to the stream that was meant, or to none."""
    given = run.places.get(stream) or run.places.get("*", run.call)
    if not meant or not possibly_drawn(run, meant):
        return stream_left_out(given, run.call, stream, initialises=False)
    renamed = stream_renamed(given, run.call, stream, meant, safe=bool(missing(run)))
    if missing(run):
        return renamed
    if possibly_drawn(run, "params"):
        raise NoFix("another key stands in for it, which others read too")
    idle = stream_left_out(run.places.get("params") or given, run.call, "params", initialises=False)
    return replaced(renamed, edits=(*renamed.edits, *idle.edits))


def _meant(run: ModuleRun, stream: str) -> str | None:
    """Return the stream that was meant, empty if there is none alike, None if this one is not wrong."""
    if stream not in unread(run):
        return None
    lacking = [draw.stream for draw in missing(run)]
    if lacking:
        return similar(stream, lacking) or None
    if run.kind is RunKind.BIND:
        return None
    read = {draw.stream for path in run.draws for draw in path}.union(*run.reads)
    alike = similar(stream, read - set(run.streams or ()))
    # A part that another instance of the class may have could read the stream, but not one that is misspelt.
    return alike or (None if UNKNOWN in read else "")
