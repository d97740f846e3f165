"""# RNG106 discarded-split

## What it does

Reports a `split` or `fold_in` whose result is thrown away, or bound to names that nobody reads, while the
key that it was derived from is used on. RNG195 speaks of keys that are merely never used.

Also reports a call that gets a key which was used before, while another key of the same split has a name and is never
read. Here the call need not be one that can be followed, and a key that was split may stand within a tuple: the key
that was made for the call is at hand. If the first use is such a call too, this must be the only key left over of three
or more.

## Why it matters

Keys never change in place. A `split` alone does nothing: the old key still gives the old numbers.

## Example

```python
import jax

key = jax.random.key(0)
first = jax.random.normal(key, (8,))
jax.random.split(key)  # the result is lost
second = jax.random.normal(key, (8,))
```

## Use instead

```python
import jax

key = jax.random.key(0)
key, subkey = jax.random.split(key)
first = jax.random.normal(subkey, (8,))
second = jax.random.normal(key, (8,))
```

## Proven by

The value ledger: none of the keys that the call made is consumed, and the old key is. For a key that is used again:
both uses consume it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.keys import used_instead
from flake8_flax_rng.fixes.lost_keys import drawn_from_children, kept
from flake8_flax_rng.interpreter.domain.events import Discarded, Event, Overlooked, Reused, Step, Use, part
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, UseKind
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.rules.related import Labelled, head
from flake8_flax_rng.rules.report import Report, consumer, is_exact, key_name, key_site, place, rule, spelled

RULE = rule(
    "RNG106", "discarded-split", "the result of a split or fold is never used, while the key itself is used on", __doc__
)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report derived keys that nobody uses, unless the call is wrong for another reason."""
    reused = {event.second.site.node for event in events if isinstance(event, Reused)}
    told = {part(event.first, event.second).second.site.node for event in events if isinstance(event, Reused)}
    overlooked = [event for event in events if isinstance(event, Overlooked)]
    overlooked = [event for event in overlooked if part(event.first, event.second).second.site.node not in told]
    calls: dict[tuple[object, str], set[object]] = defaultdict(set)
    for beside in overlooked:
        calls[beside.made.site.node, beside.name].add(_call(beside)[0].site.node)
    for beside in overlooked:
        yield _overlooked(beside, len(calls[beside.made.site.node, beside.name]))
    for event in events:
        if not isinstance(event, Discarded) or not event.used_on:
            continue
        if event.name is not None and event.site.node in reused:
            continue
        step = event.made.way[-1]
        key = spelled(Site(step.arguments[0][0], step.site.chunk)) if step.arguments else "key"
        lost = "is thrown away" if event.name is None else f"is bound to `{event.name}`, which is never used"
        yield Report(
            event.site,
            f"the result of `{step.label}` {lost}, and `{key}` itself stays as it was; {_advice(event, key)}",
            fix=partial(_repair, event),
        )


def _repair(event: Discarded) -> Fix:
    """Use the new keys where the old one goes on, or bind one of them to its name."""
    step = event.made.way[-1]
    if event.site.node is not step.site.node or not step.arguments:
        raise NoFix("the call that derives the keys stands elsewhere")
    key = Site(step.arguments[0][0], step.site.chunk)
    if event.name is not None:
        return drawn_from_children(event.site, key)
    if not event.renewable:
        raise NoFix("the key cannot be bound again here")
    return kept(event.site, key, event.made.kind is MakeKind.FOLD)


def _call(event: Overlooked) -> tuple[Step, Use, Step]:
    """Return the call that should be given the key that is never used, its use of the other key, and the other call."""
    parting = part(event.first, event.second)
    if event.second.kind is UseKind.UNKNOWN:
        return parting.second, event.second, parting.first
    return parting.first, event.first, parting.second


def _overlooked(event: Overlooked, calls: int) -> Report:
    call, use, other = _call(event)
    site = key_site(call, use)
    name, given = key_name(site, call, None), f"`{consumer(other)}` on {place(other.site)}"
    said = f"was already given to {given}" if use is event.second else f"is given to {given} too"
    advice = "pass that key" if calls == 1 else f"split that key: {calls} calls need one each"
    idle = f"while `{event.name}` of the split on {place(event.made.site)} is never used; {advice}"
    fix = partial(used_instead, site, event.name) if calls == 1 and is_exact(call, site) else None
    return Report(site, f"{name} {said}, {idle}", _places(event, other.site), fix)


def _places(event: Overlooked, other: Site) -> Labelled:
    return ("split here", event.made.site), ("given to this call too", head(other))


def _advice(event: Discarded, key: str) -> str:
    if event.made.kind is MakeKind.FOLD:
        return "use the key that it returns"
    if not event.renewable:
        return "hand on the keys that it returns, and use those"
    name = key
    other = event.spare if event.spare != name else "other_key"
    return f"use the keys that it returns: `{name}, {other} = jax.random.split({key})`"
