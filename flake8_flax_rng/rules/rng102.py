"""# RNG102 key-reuse-in-loop

## What it does

Reports a call in a loop that consumes the same key in every pass: in `for` and `while` loops,
comprehensions, the bodies of `lax.scan`, `fori_loop`, `while_loop` and `lax.map`, and `jax.tree.map`.

## Why it matters

Every pass draws the same numbers: the same noise, the same batch, the same dropout mask in each training
step. The loss still goes down, so nobody notices.

## Example

```python
import jax

key = jax.random.key(0)
for step in range(100):
    noise = jax.random.normal(key, (8,))  # a hundred times the same noise
```

## Use instead

```python
import jax

key = jax.random.key(0)
for step in range(100):
    noise = jax.random.normal(jax.random.fold_in(key, step), (8,))
```

`key, subkey = jax.random.split(key)` in the loop, or `for subkey in jax.random.split(key, 100)`, are as good.

## Proven by

The value ledger: the same key bits reach the same call in two passes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import partial

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.keys import split_before
from flake8_flax_rng.fixes.passes import folded_in_jax, folded_in_python
from flake8_flax_rng.interpreter.domain.events import Event, Parting, Reused, Step, Use
from flake8_flax_rng.interpreter.domain.kinds import UseKind
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.values import Value
from flake8_flax_rng.rules.fixed_seeds import DOUBTFUL, is_of_fixed_seed
from flake8_flax_rng.rules.related import way
from flake8_flax_rng.rules.report import (
    Report,
    consumer,
    is_array,
    key_name,
    key_site,
    key_sites,
    line,
    one_key,
    place,
    rule,
)
from flake8_flax_rng.rules.reuse import reuses
from flake8_flax_rng.rules.wording import (
    CARRIED,
    COMPREHENSION,
    LEAVES,
    LOOP,
    MAPPED,
    fold_of,
    inside,
    is_name,
    loop_label,
    renewable,
    repeatable,
    repeater,
    split_of,
)
from flake8_flax_rng.semantics.transforms import CONTROL
from flake8_flax_rng.syntax.names_in_text import returns

RULE = rule("RNG102", "key-reuse-in-loop", "a key does not change from one pass of a loop to the next", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report keys that one place consumes in several passes of a loop."""
    for event, parting in reuses(events, RULE.code):
        site = key_site(parting.second, event.second)
        name = key_name(site, parting.second, event.name, event.second)
        splits = event.second.kind is UseKind.SPLIT and event.second.site.node is parting.second.site.node
        kind, passes = repeater(parting, event.second)
        what = f"`{consumer(parting.second)}`{inside(parting.second, event.second)}"
        words = name.strip("`")
        instead = DOUBTFUL if is_of_fixed_seed(event, parting) else ""
        if event.first.site.node is not event.second.site.node:
            related = way(event.first, event.second, parting, event.bound)
            yield Report(site, _of_two_uses(event, parting, name, passes), related, trial=event.trial, instead=instead)
            continue
        if _in_an_inner_loop(event, parting):
            advice = "start each pass with a key of its own"
        else:
            advice = _of_a_split(event, site, words, kind) if splits else _of_a_draw(event, parting, site, words, kind)
        yield Report(
            site,
            f"{name} is the same {passes}, so {what} gives the same {'keys' if splits else 'numbers'} each time; "
            f"{advice}",
            way(event.first, event.second, parting, event.bound),
            partial(_repair, event, parting, site, kind) if one_key(parting.second, event.second) else None,
            event.trial,
            instead,
        )


def _repair(event: Reused, parting: Parting, site: Site, kind: str) -> Fix:
    """Split the key in each pass where that renews it, else fold the number of the pass in."""
    if parting.around is None or _in_an_inner_loop(event, parting) or is_array(parting.second, site):
        raise NoFix("the passes have no key of their own")
    name = site.chunk.code(site.node)
    renews = kind == LOOP and name.partition(".")[0] not in event.rebound
    if event.second.kind is UseKind.SPLIT and kind == LOOP:
        renews = True
    renews = renews or (kind == CARRIED and returns(name, site.chunk, line(site)))
    if renews and renewable(event, site):
        with suppress(NoFix):
            return split_before(site, event.spare, "in each pass")
    if kind in (LOOP, COMPREHENSION):
        return folded_in_python(site)
    return folded_in_jax(site, parting.around.site, CONTROL.get(loop_label(parting.around, event.second), ""))


def _in_an_inner_loop(event: Reused, parting: Parting) -> bool:
    """Return whether the use stands in a loop of JAX that the loop which repeats it runs: that one starts alike."""
    way = event.second.way
    if parting.around is None:
        return False
    between = way[way.index(parting.around) + 1 : way.index(parting.second)]
    return any(step.turn is not None for step in between)


def _of_two_uses(event: Reused, parting: Parting, name: str, passes: str) -> str:
    """Say what two places within one call do with a key, one in an earlier pass and the other in a later one."""
    call = consumer(parting.second)
    before, after = (f"`{use.label}` on {place(use.site)}" for use in (event.first, event.second))
    if parting.first.arguments and _given(parting.first, event.first) == _given(parting.second, event.second):
        return f"{name} is the same {passes}, and `{call}` consumes it by {before} as well as by {after}; use a new one"
    return (
        f"{name} was already consumed in an earlier pass, by {before} in `{call}`, which consumes it again by {after}; "
        "hand on a key that nothing has consumed"
    )


def _given(step: Step, use: Use) -> list[Value]:
    """Return the arguments of a call that carry the key which it uses, or one that this comes of."""
    nodes = {site.node for site in key_sites(step, use)}
    return [value for node, value in step.arguments if node in nodes]


def _of_a_split(event: Reused, site: Site, name: str, kind: str) -> str:
    if kind == CARRIED:
        if renewable(event, site) and returns(name, site.chunk, line(site)):
            return f"return one of the new keys for the next pass: {split_of(name, event.spare)}"
        return f"return one of the new keys for the next pass, or fold the step in{fold_of(site)}"
    if not renewable(event, site):
        return f"use another key in each pass{fold_of(site)}"
    return f"keep one of the new keys for the next pass: {split_of(name, event.spare)}"


def _of_a_draw(event: Reused, parting: Parting, site: Site, name: str, kind: str) -> str:
    if is_array(parting.second, site):
        return "make new keys in each pass"
    if kind == COMPREHENSION:
        keys = f", `for k in jax.random.split({name}, n)`" if is_name(name) and repeatable(site) else ""
        return f"loop over as many keys{keys}"
    if kind == LEAVES:
        return "split it into one key for each leaf, and map over the keys as well"
    if kind == MAPPED:
        return "split it into one key for each call, and map over the keys as well"
    if kind == CARRIED and renewable(event, site) and returns(name, site.chunk, line(site)):
        return f"split it in the body, and return the new one: {split_of(name, event.spare)}"
    if kind == CARRIED:
        return f"carry the key and split it in the body, or fold the step in{fold_of(site)}"
    if not renewable(event, site) or name.partition(".")[0] in event.rebound:
        return f"use another key in each pass{fold_of(site)}"
    return f"split it in each pass: {split_of(name, event.spare)}"
