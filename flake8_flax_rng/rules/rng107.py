"""# RNG107 key-default-argument

## What it does

Reports a parameter whose default is a random key, when two calls in sight, or one that is repeated, leave it out and
draw from it.

## Why it matters

A default is built once, when the function is defined. Every call that leaves it out draws the same numbers.

## Example

```python
import jax


def noisy(x, key=jax.random.key(0)):
    return x + jax.random.normal(key, x.shape)


first, second = noisy(images), noisy(labels)
```

## Use instead

```python
import jax


def noisy(x, key):
    return x + jax.random.normal(key, x.shape)


image_key, label_key = jax.random.split(jax.random.key(0))
first, second = noisy(images, image_key), noisy(labels, label_key)
```

Not reported: a default that one call relies on, or that every call in sight replaces. RNG193 speaks of one that is only
declared.

## Proven by

The value ledger: two calls that leave out the argument consume the same key.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.lost_keys import given_another
from flake8_flax_rng.fixes.passes import given_in_each_pass
from flake8_flax_rng.fixes.statements import way_to
from flake8_flax_rng.interpreter.domain.events import Event, Made, Parting, Reused
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, UseKind
from flake8_flax_rng.rules.related import Labelled, head, loop
from flake8_flax_rng.rules.report import Report, line, place, rule
from flake8_flax_rng.rules.reuse import reuses

RULE = rule("RNG107", "key-default-argument", "two calls draw from a key that is the default of an argument", __doc__)


def check(events: Sequence[Event]) -> Iterable[Report]:
    """Report default keys that two calls in sight draw from."""
    for reuse, parting in reuses(events, RULE.code):
        if reuse.default is not None:
            yield Report(
                reuse.default.site,
                f"the default of `{reuse.name or 'key'}` is built once, and {_what(reuse, parting)}; "
                "make it an argument that must be given, or default to a seed",
                _places(parting),
                partial(_repair, reuse.default, parting),
            )


def _places(parting: Parting) -> Labelled:
    first, second = head(parting.first.site), head(parting.second.site)
    again = () if parting.first.site.node is parting.second.site.node else (("called without it", first),)
    return (*loop(parting.around), *again, ("called without it again", second))


def _repair(default: Made, parting: Parting) -> Fix:
    """Give the later call a key of its own: an argument that must be given is for the author to make."""
    way = way_to(default.site)
    parameter = next((node for node in way if isinstance(node, cst.Param) and node.default is default.site.node), None)
    owner = next((node for node in reversed(way) if isinstance(node, cst.FunctionDef)), None)
    node = parting.second.site.node
    if parameter is None or owner is None or not isinstance(node, cst.Call):
        raise NoFix("the default is built elsewhere")
    if default.kind is MakeKind.SPLIT:
        raise NoFix("the default is an array of keys")
    names = {owner.name.value, *(node.name.value for node in way if isinstance(node, cst.ClassDef))}
    call, name = parting.second.site, parameter.name.value
    if call.chunk.code(node.func).rpartition(".")[2] not in names:
        raise NoFix("another call hides the one that leaves it out")
    if parting.around is not None:
        return given_in_each_pass(call, name, default.site.chunk.code(default.site.node), parting.around.site)
    return given_another(call, name, default.site)


def _what(reuse: Reused, parting: Parting) -> str:
    """Say which calls rely on the default, and what they do with it."""
    draw = UseKind.SPLIT not in (reuse.first.kind, reuse.second.kind)
    first, second = parting.first.site, parting.second.site
    if first.node is second.node:
        does = "draws, again and again, the same numbers" if draw else "uses the same key again and again"
        return f"the call on {place(second)} {does}"
    do = "both draw the same numbers" if draw else "both use this one key"
    if first.chunk.file == second.chunk.file and line(first) == line(second):
        return f"two calls on {place(second)} {do}"
    return f"the calls on {place(first)} and on {place(second)} {do}"
