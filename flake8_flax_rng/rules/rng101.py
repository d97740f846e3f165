"""# RNG101 key-reuse

## What it does

Follows each random key through the program and reports the second place that consumes it: a sampler, a
`split`, an initialiser, or a Linen stream. Helpers, methods, closures, branches and containers are followed
too, also into other files of the project.

## Why it matters

A key is not a generator: it holds no state that moves on. Two draws from one key are the same numbers, or
strongly correlated ones, and nothing raises. A draw from a key that was split shares its randomness with
the children.

## Example

```python
import jax

key = jax.random.key(0)
weights = jax.random.normal(key, (3,))
bias = jax.random.normal(key, (3,))  # equals the weights
```

## Use instead

```python
import jax

key = jax.random.key(0)
weights_key, bias_key = jax.random.split(key)
weights = jax.random.normal(weights_key, (3,))
bias = jax.random.normal(bias_key, (3,))
```

Not reported, because it is common and right: one module initialised twice alike (a target network), one
permutation applied to several arrays, antithetic pairs (`-normal(key, …)`), two draws that an assertion says
must be equal (that they are compared, or must differ, says nothing), a draw that nobody reads, and `jax.random.clone`.
What a function shows with a key of a constant seed of its own is RNG189.

## Proven by

The value ledger: the same key bits reach two consuming calls, or the same place of a Linen stream is
folded twice from the same bits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.keys import one_for_each, split_before, used_instead
from flake8_flax_rng.interpreter.domain.events import Event, Parting, Reused
from flake8_flax_rng.interpreter.domain.kinds import UseKind
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.rules.fixed_seeds import DOUBTFUL, is_of_fixed_seed
from flake8_flax_rng.rules.related import way
from flake8_flax_rng.rules.report import (
    Report,
    consumer,
    is_array,
    is_exact,
    key_name,
    key_site,
    line,
    one_key,
    place,
    rule,
    spelled,
)
from flake8_flax_rng.rules.reuse import given_twice, reuses
from flake8_flax_rng.rules.wording import earlier_pass, inside, renewable, repeatable, split_of
from flake8_flax_rng.syntax.names_in_text import may_be_none, returns

RULE = rule("RNG101", "key-reuse", "a key is consumed a second time", __doc__)


Repair = Callable[[], Fix]

_FIRST = "before its first use"


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report keys that are consumed at two places of one path."""
    for event, parting in reuses(events, RULE.code):
        site = key_site(parting.second, event.second)
        before = key_site(parting.first, event.first)
        name = key_name(site, parting.second, event.name, event.second)
        back = earlier_pass(parting)
        consumed = f"consumed by `{consumer(parting.first)}` on {place(before)}{back}"
        related = way(event.first, event.second, parting, event.bound)
        instead = DOUBTFUL if is_of_fixed_seed(event, parting) else ""
        call = given_twice(event, parting, before, site)
        if call is not None:
            alias = f"it is `{spelled(before)}` there, for the call on {place(call.site)} gives one key for both"
            related = (("one key for both", call.site), *related)
            yield Report(site, f"{name} was already {consumed}; {alias}", related, trial=event.trial, instead=instead)
            continue
        said = f"was already {consumed}{'' if back else inside(parting.first, event.first)}"
        if parting.first.site.node is parting.second.site.node and not back:
            said = f"is given to `{consumer(parting.first)}` on {place(before)} twice"
        advice, fix = _advice(event, parting, name.strip("`"), before, site)
        yield Report(site, f"{name} {said}; {advice}", related, fix, event.trial, instead)


def _advice(event: Reused, parting: Parting, name: str, before: Site, site: Site) -> tuple[str, Repair | None]:
    if event.sibling == name and not event.offered:
        return f"the `{name}` that was split off beside it is never used: use that one", None
    if event.sibling is not None and not event.offered:
        exact = is_exact(parting.second, site)
        use = partial(used_instead, site, event.sibling) if exact else None
        return f"use `{event.sibling}`, which is never used", use
    if event.earlier is not None:
        use = partial(used_instead, before, event.earlier) if is_exact(parting.first, before) else None
        return f"use `{event.earlier}` there, which is never used", use
    same = name == spelled(site) == spelled(before) and name.partition(".")[0] not in event.rebound
    same = same and not may_be_none(name, site.chunk, line(site))
    steady = same and not is_array(parting.second, site) and renewable(event, site) and renewable(event, before)
    comes = steady and one_key(parting.first, event.first) is not None and _comes_round(parting, name)
    renew = partial(split_before, before, event.spare, _FIRST) if comes else _one_each(event, parting, before, site)
    here = event.first.site.node is parting.first.site.node
    if event.first.kind is UseKind.SPLIT and here:
        if event.second.kind is UseKind.SPLIT and event.second.site.node is parting.second.site.node:
            before_it = f", or split it before the first use: {split_of(name, event.spare)}" if steady else ""
            return f"both splits give the same keys: split once into as many keys as are needed{before_it}", renew
        return "after a split use only the keys that it returned", renew
    if steady:
        return f"split it before the first use: {split_of(name, event.spare)}{_if_meant(event)}", renew
    if same and not is_array(parting.second, site) and repeatable(before) and repeatable(site):
        keys = f"`{event.spare}, {event.spare}_2 = jax.random.split({name})`"
        return f"split it before the first use, and give one to each: {keys}{_if_meant(event)}", renew
    if is_array(parting.second, site):
        return f"it is an array of keys: make another one for this use{_if_meant(event)}", renew
    if is_array(parting.first, before):
        return f"make another key for this use{_if_meant(event)}", renew
    return f"split it before the first use, and use each key once{_if_meant(event)}", renew


def _one_each(event: Reused, parting: Parting, before: Site, site: Site) -> Repair | None:
    """Return the repair that gives each of the two places a key of its own, whatever they call the old one."""
    keys = one_key(parting.first, event.first), one_key(parting.second, event.second)
    return partial(one_for_each, before, site, event.spare) if None not in keys and parting.around is None else None


def _comes_round(parting: Parting, name: str) -> bool:
    """Return whether a name that is bound in one pass is what the next one reads, as it is in a loop of Python."""
    around = parting.around
    second = parting.second.site
    return around is None or not isinstance(around.site.node, cst.Call) or returns(name, second.chunk, line(second))


def _if_meant(event: Reused) -> str:
    """Say what to write where both are meant to be the same, as two alike calls may be."""
    alike = event.first.signature is not None and event.first.signature is event.second.signature
    return ", or use `jax.random.clone` if the same numbers are meant" if alike else ""
