"""# RNG207 malformed-rngs

## What it does

Reports streams that are given in a form, or in a place, where Linen does not take them: by position or as `rng=`
where it has to be `rngs=`, as a `FrozenDict`, as a bare key to `bind`, and as a bare key to a model that asks
`has_rng` for a stream of another name, or has a lifted transform that hands on that stream and not `'params'`.

## Why it matters

Most of these raise, with a message that does not name the mistake. By position the key can land in a parameter like
`deterministic`, where it counts as true and turns dropout off in silence; so does `has_rng`, which knows no fallback.

## Example

```python
y = model.apply(variables, x, rng={"dropout": dropout_key})
```

## Use instead

```python
y = model.apply(variables, x, train=True, rngs={"dropout": dropout_key})
```

Not reported: a method that has a parameter for keys, frozen *variables*, and a bare key where `make_rng` falls back
to it.

## Proven by

The exception at the marked line, or a differential run: another key, or none, gives the same output. The facts are
those of flax 0.8.2 and later (`make_rng` falls back to the `'params'` stream; before, it raised).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.streams import keyword_right, keyword_with_flag, named_stream, thawed
from flake8_flax_rng.interpreter.domain.events import Draw, Event, Malformed, ModuleRun
from flake8_flax_rng.interpreter.domain.kinds import Malformation, RunKind, TurnedOff
from flake8_flax_rng.rules.linen_runs import active, missing, others_may_stand_there, runs_by_call, settled
from flake8_flax_rng.rules.report import Report, place, rule

RULE = rule("RNG207", "malformed-rngs", "keys are given to a Linen call in a form that it does not take", __doc__)

_MESSAGES = {
    Malformation.FROZEN: "`{call}` does not take its streams as a FrozenDict: pass a plain dict",
    Malformation.POSITIONAL: "`{call}` takes its streams by the keyword `rngs` only, and here they are {where}: "
    "write `rngs=…`",
    Malformation.KEYWORD: "`{call}` knows no `{name}` for its streams: write `rngs=…`",
    Malformation.BARE: "`{call}` does not take a bare key: name the stream, `rngs={{'dropout': <key>}}`",
    Malformation.BOUND: "`{call}` takes its streams by the keyword `rngs` only, and forgets these: write `rngs=…`",
}


_CUT_OFF = (
    "a bare key is the stream 'params', which a lifted transform keeps from {layer} on {line}: "
    "write `rngs={{{stream!r}: <key>}}`"
)
_IN_VAIN = (
    "`{call}` asks `has_rng({stream!r})` on {line}, which a bare key does not answer, and never reads the key: "
    "write `rngs={{{stream!r}: <key>}}`"
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report streams that are not given as Linen takes them."""
    runs = [event for event in events if isinstance(event, ModuleRun)]
    for event in events:
        if isinstance(event, Malformed) and not others_may_stand_there(event, runs):
            where = f"the parameter `{event.name}`" if event.name else "one argument too many"
            message = _MESSAGES[event.what].format(call=event.call, name=event.name, where=where)
            yield Report(event.site, message, fix=partial(_repair, event))
    for group in runs_by_call(events):
        known = [run for run in group if run.resolved]
        for of_run, words, resolved in ((_cut_off, _CUT_OFF, known), (_asked_in_vain, _IN_VAIN, settled(group))):
            found = [of_run(run) for run in resolved]
            first = found[0] if found else None
            if first is not None and all(found):
                run = resolved[0]
                layer = first.layer or "`make_rng`"
                message = words.format(call=run.name, stream=first.stream, layer=layer, line=place(first.site))
                given = run.places.get("*", run.call)
                fix = partial(named_stream, given, first.stream, safe=of_run is _cut_off)
                yield Report(given, message, (("drawn here", first.site),), fix)


def _repair(event: Malformed) -> Fix:
    """Write the keys as Linen takes them."""
    if event.what is Malformation.FROZEN:
        return thawed(event.site)
    if event.what is Malformation.BARE:
        return named_stream(event.site, "dropout", safe=False)
    if event.what is Malformation.POSITIONAL and event.name:
        return keyword_with_flag(event.site, event.name)
    return keyword_right(event.site, safe=event.what is Malformation.KEYWORD)


def _cut_off(run: ModuleRun) -> Draw | None:
    """Return a draw that cannot fall back to a bare key, because a lifted transform does not hand that on."""
    found = missing(run) if run.kind is RunKind.APPLY and run.bare else []
    return found[0] if found else None


def _asked_in_vain(run: ModuleRun) -> Draw | None:
    """Return where a model asks for a stream that a bare key is not, if nothing else reads that key."""
    if run.kind is not RunKind.APPLY or not run.bare or any(draw.random for path in run.draws for draw in active(path)):
        return None
    asked = [draw for path in run.draws for draw in path if draw.off is TurnedOff.ASKED and draw.stream != "params"]
    return asked[0] if asked else None
