"""# RNG108 stale-key

## What it does

Reports a draw from a key that is kept (in `self`, in a closure or `partial`, in a state that is carried) when
the call that makes it is repeated and the key is never renewed. Reports also a key that a function consumes and
then returns, or keeps in `self` or in a state, as the one to go on with; one that it yields, or stores in an object
of its caller, and then splits for itself; and a function that JAX traces while it asks an iterator from outside for
its next key: that happens once.

## Why it matters

The call looks stateful and is not: each one returns the same numbers.

## Example

```python
import jax


class Noise:
    def __init__(self, seed):
        self.key = jax.random.key(seed)

    def sample(self):
        return jax.random.normal(self.key, (8,))  # the key never changes


noise = Noise(0)
print(noise.sample() + noise.sample())
```

## Use instead

```python
import jax


class Noise:
    def __init__(self, seed):
        self.key = jax.random.key(seed)

    def sample(self):
        self.key, subkey = jax.random.split(self.key)
        return jax.random.normal(subkey, (8,))


noise = Noise(0)
print(noise.sample() + noise.sample())
```

Under `jax.jit` an attribute cannot be renewed: take the key as an argument, and return the new one.

## Proven by

The value ledger: the same key bits reach the draw in two calls, or a draw and what the next call makes of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.keys import split_before
from flake8_flax_rng.interpreter.domain.events import Event, HandedOn, Misused, Parting, Reused
from flake8_flax_rng.interpreter.domain.kinds import Handover, Holder, Misuse
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.rules.fixed_seeds import DOUBTFUL, is_of_fixed_seed
from flake8_flax_rng.rules.related import aliases, beside, head, loop
from flake8_flax_rng.rules.repairs import split_local
from flake8_flax_rng.rules.report import Report, consumer, key_name, key_site, line, one_key, place, rule, spelled
from flake8_flax_rng.rules.reuse import reuses, stale_site
from flake8_flax_rng.rules.wording import split_of

RULE = rule("RNG108", "stale-key", "a key that is kept is drawn from in every call and never renewed", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report kept keys that a repeated call consumes; each line once."""
    seen: set[int] = set()
    for report in (*_stale(events), *_misused(events), *_handed_on(events)):
        if line(report.site) not in seen:
            seen.add(line(report.site))
            yield report


def _stale(events: Sequence[Event]) -> Iterable[Report]:
    given = {_draws(event, parting) for code in _OF_THE_CALLER for event, parting in reuses(events, code)}
    for event, parting in reuses(events, RULE.code):
        site = stale_site(event, parting)
        if site is None or _draws(event, parting) in given:
            continue
        again = "in a loop" if parting.loop else f"again on {place(parting.second.site)}"
        name = _name(site)
        yield Report(
            site,
            f"{f'`{name}`' if name else 'this key'} is the same in every call of `{consumer(parting.second)}` "
            f"(called {again}), so that each draws the same numbers; {_advice(event, site, name)}",
            (
                *aliases(event.bound, *((step, site) for step in event.second.way)),
                *loop(parting.around),
                ("called again here", head(parting.second.site)),
            ),
            partial(_repair, event, site),
            event.trial,
            DOUBTFUL if is_of_fixed_seed(event, parting) else "",
        )


def _draws(event: Reused, parting: Parting) -> tuple[cst.CSTNode, ...]:
    """Return the two calls that repeat a draw, and the draw: what stands in for a key is repeated where that is."""
    return parting.first.site.node, parting.second.site.node, event.second.site.node


def _repair(event: Reused, site: Site) -> Fix:
    """Renew the key of an object in each call, where the object takes that."""
    if event.holders.get(site.node) is not Holder.ASSIGNED:
        raise NoFix("nothing here can renew the key")
    return split_before(site, event.spare)


def _handed_on(events: Sequence[Event]) -> Iterable[Report]:
    """Report used keys that are returned or kept; where a second use is in sight, that is what is reported."""
    again = {use.site.node for event in events if isinstance(event, Reused) for use in (event.first, event.second)}
    for event in events:
        if isinstance(event, HandedOn) and event.use.site.node not in again:
            step = next(step for step in event.use.way if step.turn is None)
            site = key_site(step, event.use)
            name = key_name(site, step, None)
            fix = partial(split_local, one_key(step, event.use), later=True)
            main, label, other = site, "given out here", event.site
            if event.how is Handover.CARRIED and event.site is not None:
                main, label, other = event.site, "consumed here", site
            words = _AFTERWARDS[event.how].format(by=consumer(step), name=event.name, at=place(other or site))
            yield Report(
                main,
                f"{name} {words}",
                beside(main, (label, other)),
                None if event.how is Handover.HANDED_OUT else fix,
            )


def _misused(events: Sequence[Event]) -> Iterable[Report]:
    for misused in events:
        if isinstance(misused, Misused) and misused.code in _MISUSED:
            label = "the key is made here" if misused.code is Misuse.CAPTURED else "traced in this call"
            yield Report(misused.site, _MISUSED[misused.code], beside(misused.site, (label, misused.other)))


_OF_THE_CALLER = ("RNG101", "RNG102")
"""The rules that speak of a caller who gives one key to several calls."""

_AFTERWARDS = {
    Handover.RETURNED: "is consumed by `{by}` here and then returned, so that what is made of it next repeats these "
    "numbers; return one that nothing has consumed",
    Handover.KEPT: "is consumed by `{by}` here and kept in `self.{name}`, so that the next call repeats these numbers; "
    "keep a key that nothing has consumed",
    Handover.COMPILED: "is consumed by `{by}` here in each call of the compiled function, and nothing renews "
    "`self.{name}`, so that each call draws the same numbers; take the key as an argument, and return the new one",
    Handover.STORED: "is consumed by `{by}` here and kept in `self.{name}`, which a method consumes again; split it, "
    "and keep one of the new keys",
    Handover.CARRIED: "was consumed by `{by}` on {at}, and the state that is returned keeps it in `{name}`, which the "
    "next call splits: its numbers repeat; keep a key that nothing has consumed",
    Handover.HANDED_OUT: "was given out on {at}, and whoever draws from it repeats what comes of this `{by}`; split it "
    "first, and give out one of the new keys",
}

_MISUSED = {
    Misuse.CAPTURED: "the compiled function keeps the key that it has read in its first call, whatever the name is "
    "bound to later; pass the key in as an argument",
    Misuse.LEAK: "JAX runs this once, while it traces the function: the key that is kept in the object is not renewed "
    "in later calls, and a tracer stays there; pass a key in, and return the new one",
    Misuse.ASKED: "JAX asks for this key once, while it traces the function, so that all its calls and steps draw from "
    "that one; ask for it outside, and pass it in",
}


def _name(site: Site) -> str:
    text = spelled(site)
    return text if text.replace(".", "").isidentifier() else ""


def _advice(event: Reused, site: Site, name: str) -> str:
    owner, _, attribute = name.rpartition(".")
    if not owner:
        return "make it an argument, and pass a new key into each call"
    if event.holders.get(site.node) is Holder.ASSIGNED:
        return f"renew it in each call, {split_of(name, event.spare)}, or pass a key in"
    if event.holders.get(site.node) is Holder.REPLACED:
        return f"pass a key in, or return `{owner}.replace({attribute}=…)` with a new key as well"
    return "pass a new key into each call"
