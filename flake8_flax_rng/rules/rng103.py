"""# RNG103 repeated-fold

## What it does

Reports a `fold_in` that makes a key which exists already: the same key folded with the same number twice, a
number that does not change from pass to pass, fractions that are cut off to the same integer, and numbers
that a `split` of the same key has used (`fold_in(key, i)` is `split(key, n)[i]`).

## Why it matters

Two equal keys draw the same numbers, and nothing raises. `fold_in` takes the integer part of a float, so all
of `i / n` are 0.

## Example

```python
import jax

key = jax.random.key(0)
for epoch in range(10):
    for step in range(100):
        noise = jax.random.normal(jax.random.fold_in(key, step), (8,))  # the same in every epoch
```

## Use instead

```python
import jax

key = jax.random.key(0)
for epoch in range(10):
    epoch_key = jax.random.fold_in(key, epoch)
    for step in range(100):
        noise = jax.random.normal(jax.random.fold_in(epoch_key, step), (8,))
```

## Proven by

The value ledger: two calls make equal key bits, and both are consumed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.keys import one_for_each
from flake8_flax_rng.interpreter.domain.events import Event, Parting, Remade, Use, part
from flake8_flax_rng.interpreter.domain.kinds import MakeKind
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.rules.related import beside, made_twice
from flake8_flax_rng.rules.repairs import key_of, renewed_each_pass, split_between
from flake8_flax_rng.rules.report import Report, consumer, key_site, place, rule, spelled
from flake8_flax_rng.rules.reuse import remade
from flake8_flax_rng.rules.wording import earlier_pass

RULE = rule("RNG103", "repeated-fold", "a key is folded with the same number again", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report folds that make a key which was made before, and both are consumed."""
    for event in remade(events, RULE.code):
        if event.inside is not None:
            yield _inside(event, event.inside)
            continue
        parting = part(event.first, event.second)
        if parting.loop:
            yield Report(
                parting.second.site,
                f"{_key(event)} is folded with the same number in several passes of the loop, which makes the same key "
                "again; fold in the number of the pass, and where loops are nested one number for each",
                made_twice(event.first, event.second, parting, parting.second.site),
                partial(_in_each_pass, event, parting),
            )
        else:
            yield Report(
                parting.second.site,
                f"`{consumer(parting.second)}` makes the same key as `{spelled(parting.first.site)}` on "
                f"{place(parting.first.site)}{earlier_pass(parting)}{_how(event)}, so both draw the same numbers; fold "
                "in another number, or split the key first",
                made_twice(event.first, event.second, parting, parting.second.site),
                partial(_apart, event, parting),
            )


def _key(event: Remade) -> str:
    """Return what the fold in the loop is given, as it is written there."""
    fold = event.second.site
    arguments = fold.node.args if isinstance(fold.node, cst.Call) and event.second.kind is MakeKind.FOLD else ()
    given = (argument.value for argument in arguments if argument.keyword is None or argument.keyword.value == "key")
    node = next(given, None)
    return f"`{spelled(Site(node, fold.chunk))}`" if node is not None else "a key"


def _how(event: Remade) -> str:
    if {event.first.kind, event.second.kind} == {MakeKind.FOLD, MakeKind.SPLIT}:
        return " (`fold_in(key, i)` is `split(key)[i]`)"
    return ""


def _inside(event: Remade, sampler: Use) -> Report:
    fold = event.second
    parting = part(sampler, fold) if event.fold_is_later else part(fold, sampler)
    other = sampler.site if event.fold_is_later else parting.first.site
    return Report(
        parting.second.site,
        f"`{sampler.label}` splits its key and draws from the parts, and a fold of the same key with 0 or 1 is one of "
        f"them ({place(other)}); split the key first, and give one part to each",
        beside(parting.second.site, *_places(event, sampler, parting)),
        partial(split_between, key_of(parting.first, fold), key_of(parting.second, fold)),
    )


def _places(event: Remade, sampler: Use, parting: Parting) -> Iterator[tuple[str, Site]]:
    """Go through the place of the other of the two, and that of the sampler where a call hides it."""
    first = key_site(parting.first, sampler) if event.fold_is_later else parting.first.site
    yield "the same key here" if event.fold_is_later else "folded here", first
    if sampler.site.node not in (parting.first.site.node, parting.second.site.node):
        yield f"split here by `{sampler.label}`", sampler.site


def _in_each_pass(event: Remade, parting: Parting) -> Fix:
    return renewed_each_pass(key_of(parting.second, event.second), parting, event.second)


def _apart(event: Remade, parting: Parting) -> Fix:
    first, second = key_of(parting.first, event.first), key_of(parting.second, event.second)
    try:
        return split_between(first, second)
    except NoFix:
        if (
            first is None
            or second is None
            or parting.around is not None
            or event.first.source is not event.second.source
        ):
            raise
        return one_for_each(first, second)
