"""# RNG210 unlifted-stream

## What it does

Reports a lifted transform of Linen (`nn.scan`, `nn.vmap`, `nn.RNN`, `nn.while_loop`, `nn.remat`, …) that does not
hand on a stream which its target draws, most often `'dropout'`. Also reports a transform that shares the
parameters between lanes or passes and still splits the `'params'` key.

## Why it matters

`nn.scan`, `nn.vmap` and `nn.while_loop` lift no stream unless `split_rngs` lists it, and `nn.RNN` lifts only
`'params'`. The draw then raises `flax.errors.InvalidRngError`; where a `'params'` key is given and lifted, it
silently draws from that one, and the dropout key has no effect. A split key for shared parameters raises a
`ValueError`.

## Example

```python
blocks = nn.scan(
    Block,
    variable_axes={"params": 0},
    split_rngs={"params": True},
    length=12,
)
```

## Use instead

```python
blocks = nn.scan(
    Block,
    variable_axes={"params": 0},
    split_rngs={"params": True, "dropout": True},
    length=12,
)
```

Not reported: targets that are not known, options that are not wholly visible, programs that give one key for
everything, from which every draw is made, and parameters that may be made outside of the transform, for instance by
a first step under `if self.is_initializing()`.

## Proven by

The exception, at the marked line; or, where the draw falls back to `'params'`, two runs with different dropout
keys and the same output.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import libcst as cst

from flake8_flax_rng.finding import Edit, Fix
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.lifts import parameters_split, stream_let_in, stream_split
from flake8_flax_rng.fixes.streams import named_stream, stream_left_out
from flake8_flax_rng.interpreter.domain.events import Event, Lifted, ModuleRun
from flake8_flax_rng.interpreter.domain.kinds import LiftProblem, RunKind
from flake8_flax_rng.records import replaced
from flake8_flax_rng.rules.keys_at_hand import fed
from flake8_flax_rng.rules.linen_runs import possibly_drawn
from flake8_flax_rng.rules.report import Report, place, rule

RULE = rule("RNG210", "unlifted-stream", "a lifted transform does not hand on a stream that its target draws", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report streams that do not get to where they are drawn."""
    lifted = [event for event in events if isinstance(event, Lifted)]
    served = {(event.site.node, event.stream) for event in lifted if event.problem is None}
    for event in lifted:
        if event.problem is LiftProblem.SHARED:
            yield Report(
                event.site,
                f"`{event.transform}` shares the parameters of {event.layer} ({place(event.drawn)}) and splits "
                "their key, which raises: set 'params' to False in `split_rngs`, or give the parameters an axis",
                related=(("drawn here", event.drawn),),
                fix=partial(stream_split, event.site, "params", splits=False, safe=True),
            )
        if event.problem is LiftProblem.FALLBACK and event.call is not None:
            yield Report(
                event.call,
                f"this call gives no {event.stream!r} key, so that {event.layer} ({place(event.drawn)}) draws from the "
                f"'params' key, which `{event.transform}` ({place(event.site)}) does not split: all lanes or steps "
                f"draw the same; pass `rngs={{{event.stream!r}: <key>}}`",
                related=(("the transform", event.site), ("drawn here", event.drawn)),
                fix=partial(_given, events, event),
            )
        if event.problem is LiftProblem.UNLIFTED and (event.run or (event.site.node, event.stream) not in served):
            related = (("drawn here", event.drawn),)
            yield Report(event.site, _unlifted(event), related, partial(_repair, events, event))


def _repair(events: Sequence[Event], event: Lifted) -> Fix:
    """Hand the stream on; the key that it fell back to is taken out of the calls where nothing else draws from it."""
    if event.stream == "params":
        return parameters_split(event.site, safe=True)
    if event.transform in _BY_FILTER:
        fix = stream_let_in(event.site, event.stream, safe=not event.fallback)
    else:
        fix = stream_split(event.site, event.stream, splits=True, safe=not event.fallback)
    return replaced(fix, edits=(*fix.edits, *_without_stand_in(events, event))) if event.fallback else fix


def _without_stand_in(events: Sequence[Event], event: Lifted) -> list[Edit]:
    edits: dict[cst.CSTNode, tuple[Edit, ...]] = {}
    for run in events:
        if not isinstance(run, ModuleRun) or run.kind is not RunKind.APPLY or "params" not in (run.streams or ()):
            continue
        fell_back = any(draw.unlifted and draw.stream == event.stream for path in run.draws for draw in path)
        if fell_back and event.stream in (run.streams or ()) and not possibly_drawn(run, "params"):
            place = run.places.get("params") or run.places.get("*", run.call)
            edits[run.call.node] = stream_left_out(place, run.call, "params", initialises=False).edits
    return [edit for found in edits.values() for edit in found]


def _given(events: Sequence[Event], event: Lifted) -> Fix:
    """Give the stream that is split."""
    run = next((run for run in events if isinstance(run, ModuleRun) and run.call == event.call), None)
    if run is None:
        raise NoFix("what the call is given is not known")
    if run.bare and "*" in run.places:
        return named_stream(run.places["*"], event.stream, safe=False)
    return fed(events, run, event.stream)


def _unlifted(event: Lifted) -> str:
    option = "rngs" if event.transform in _BY_FILTER else "split_rngs"
    advice = f"add it to `{option}`" if option == "rngs" else f"add {event.stream!r}: True to `split_rngs`"
    silent = "; with a 'params' key it silently falls back to that" if event.fallback else ""
    return (
        f"`{event.transform}` does not lift the stream {event.stream!r}, which {event.layer} draws on "
        f"{place(event.drawn)}{silent}: {advice}"
    )


_BY_FILTER = frozenset(
    f"nn.{name}"
    for name in ("remat", "jit", "map_variables", "fold_rngs", "cond", "switch", "vjp", "jvp", "grad", "value_and_grad")
)
