"""# RNG209 rng-outside-compact

## What it does

Reports a submodule or a `make_rng` where Linen cannot serve it: a layer made in a method without
`@nn.compact`, `make_rng` on a module that is not bound or in `__post_init__`, and `make_rng` in `setup`
when some call does not give that stream.

## Why it matters

Linen raises. The forgotten `@nn.compact` is the most common slip of all; a draw in `setup` makes the stream
mandatory in every call, even in evaluation.

## Example

```python
class Net(nn.Module):
    def __call__(self, x):
        return nn.Dense(3)(x)
```

## Use instead

```python
class Net(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dense(3)(x)
```

## Proven by

The exception, at the marked line: `AssignSubModuleError`, `ValueError` or `InvalidRngError`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.compact import compact
from flake8_flax_rng.interpreter.domain.events import Event, Misplaced, ModuleRun
from flake8_flax_rng.interpreter.domain.kinds import RunKind, Unserved
from flake8_flax_rng.rules.linen_runs import UNKNOWN, by_context, runs_by_call, surely_drawn
from flake8_flax_rng.rules.related import beside
from flake8_flax_rng.rules.report import Report, place, rule

RULE = rule("RNG209", "rng-outside-compact", "a submodule or draw where Linen cannot serve it", __doc__)

_ADVICE = {
    Unserved.METHOD: "`{what}` is made in `{owner}`, which is not compact: decorate the method with `@nn.compact`, "
    "or make the submodule in `setup`",
    Unserved.UNBOUND: "`{what}` on a module that is not bound: call it inside of a method that `apply` or `init` runs",
    Unserved.POST_INIT: "`{what}` in `{owner}`, where the module is not bound yet: draw in `__call__` or `setup`",
}


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report submodules and draws outside of where a scope serves them."""
    for event in events:
        if isinstance(event, Misplaced):
            fix = partial(compact, event.site) if event.where is Unserved.METHOD else None
            yield Report(event.site, _ADVICE[event.where].format(what=event.what, owner=event.owner), fix=fix)
    for runs in runs_by_call(events):
        for group in by_context([run for run in runs if run.kind in (RunKind.APPLY, RunKind.BIND)]):
            reports = [_drawn_in_setup(run) for run in group]
            if all(reports):
                yield from reports[0]


def _drawn_in_setup(run: ModuleRun) -> list[Report]:
    if run.streams is None or run.bare or "params" in run.streams:
        return []
    return [
        Report(
            draw.site,
            f"`make_rng({draw.stream!r})` in `setup` makes the stream mandatory, and the call on "
            f"{place(run.call)} does not give it: draw in the method that needs it",
            beside(draw.site, ("called without it here", run.call)),
        )
        for draw in surely_drawn(run)
        if draw.setup and draw.stream not in (*run.streams, UNKNOWN, "params") and not draw.unlifted
    ]
