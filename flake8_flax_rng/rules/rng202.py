"""# RNG202 missing-params-stream

## What it does

Reports an `init` that is given no `'params'` key, only a dropout key for instance, and an `apply` of a model that
draws from `'params'` without being given it: `make_rng()` without a name, or `self.make_rng('params')` as an argument
of `self.variable`.

## Why it matters

The call raises `flax.errors.InvalidRngError`: nothing else can stand in for the `'params'` key. An argument of
`self.variable` is computed in every call, also where the variable exists already.

## Example

```python
variables = model.init({"dropout": dropout_key}, x)
```

## Use instead

```python
variables = model.init({"params": params_key}, x)
```

or just `model.init(params_key, x)`. Not reported: models without parameters, and streams that are not wholly known.

## Proven by

The exception, at the marked line. The facts are those of flax 0.8.2 and later (`make_rng` falls back to the
`'params'` stream; before, it raised).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.streams import stream_drawn, stream_renamed
from flake8_flax_rng.interpreter.domain.events import Draw, Event, ModuleRun
from flake8_flax_rng.rules.linen_runs import by_context, missing, runs_by_call, similar, unread
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, line, place, rule
from flake8_flax_rng.semantics.linen import INITIALISING

RULE = rule("RNG202", "missing-params-stream", "the key that parameters are drawn from is missing", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report calls that lack the ``'params'`` stream on every path through the module."""
    for runs in runs_by_call(events):
        for group in by_context(runs):
            lacking = [_lacking(run) for run in group]
            first = lacking[0]
            if first is None or not all(lacking):
                continue
            yield _report(group[0], first)
            break


def _lacking(run: ModuleRun) -> Draw | None:
    if run.bare or "params" in (run.streams or ()):
        return None
    wanted = [draw for draw in missing(run) if draw.stream == "params" or run.kind in INITIALISING]
    return wanted[0] if wanted else None


def _report(run: ModuleRun, draw: Draw) -> Report:
    drawn = f"{draw.layer or 'self.param'} on {place(draw.site)}"
    if draw.stored:
        return Report(
            draw.site,
            "this draws from 'params' in every call, also where the variable exists, and the call on line "
            f"{line(run.call)} gives no such key: pass a function, `lambda: init(self.make_rng('params'), …)`",
            beside(draw.site, ("called without it here", run.call)),
        )
    if run.kind not in INITIALISING:
        return Report(
            run.call,
            f"`{run.name}` draws from the stream 'params' (`make_rng` on {place(draw.site)}) and is not given it: "
            "name another stream in `make_rng`, or add a 'params' key to `rngs`",
            beside(run.call, ("drawn here", draw.site)),
            partial(_named, run, draw),
        )
    meant = similar("params", run.streams or ())
    streams = ", ".join(repr(stream) for stream in run.streams or ())
    given = f"only gets {streams}" if streams else "gets no key"
    advice = f"write 'params' for {meant!r}" if meant else "pass `{'params': <key>}`, or just the key"
    message = f"`{run.name}` draws its parameters ({drawn}) and {given}: {advice}"
    return Report(run.call, message, related=(("drawn here", draw.site),), fix=partial(_repair, run, meant))


def _named(run: ModuleRun, draw: Draw) -> Fix:
    """Draw from the stream that the call gives, and that nothing reads."""
    idle = unread(run)
    if len(idle) != 1:
        raise NoFix("which stream is meant is not known")
    return stream_drawn(draw.site, idle[0])


def _repair(run: ModuleRun, meant: str) -> Fix:
    """Give the key under the name ``'params'`` that is the only one, or was meant to be it."""
    names = run.streams or ()
    if not meant and len(names) != 1:
        raise NoFix("no key is at hand")
    name = meant or names[0]
    place = run.places.get(name) or run.places.get("*", run.call)
    return stream_renamed(place, run.call, name, "params", safe=bool(meant))
