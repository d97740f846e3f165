"""Haiku: transformed functions are given a key, and what they call asks for keys that come of it."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Makes, Objects

WITH_STATE: dict[str, bool] = {
    "haiku.transform": False,
    "haiku.transform_with_state": True,
    "haiku.multi_transform": False,
    "haiku.multi_transform_with_state": True,
}
"""What makes a function into ``init`` and ``apply``, and whether these hand on a state."""

MULTI: frozenset[str] = frozenset({"haiku.multi_transform", "haiku.multi_transform_with_state"})
"""Those whose function returns the one for ``init``, and those for ``apply``."""

WITHOUT_KEY = "haiku.without_apply_rng"
"""What gives ``apply`` no key any more."""

DRAWING: frozenset[str] = frozenset({"haiku.next_rng_key", "haiku.next_rng_keys"})
"""Functions that give keys which come of that of the run, and raise where it has none."""

MAYBE = "haiku.maybe_next_rng_key"
"""The same, but for None where it has none."""

TRANSFORMED = "haiku.Transformed"
RUNNING_INIT = "haiku.running_init"
WITH_KEY = "haiku.with_rng"
SEQUENCE = "haiku.PRNGSequence"
SEQUENTIAL = "haiku.Sequential"
DROPOUT = "haiku.dropout"

INSTEAD: dict[str, str] = {
    "jax.lax.scan": "hk.scan",
    "jax.lax.fori_loop": "hk.fori_loop",
    "jax.lax.while_loop": "hk.while_loop",
    "jax.lax.map": "hk.map",
    "jax.vmap": "hk.vmap(…, split_rng=True)",
    "vmap": "hk.vmap(…, split_rng=True)",
    "jax.pmap": "hk.vmap(…, split_rng=True)",
    "pmap": "hk.vmap(…, split_rng=True)",
}
"""What Haiku has in the place of JAX's loops and maps."""

_UNKNOWN_FUNCTION = Objects({"init": Consumer(0, "rng", makes=Makes.MODEL)})
# What ``apply`` does with its key depends on the function: a network without dropout ignores it.

LIBRARY = Library(
    "haiku",
    consumers={DROPOUT: Consumer(0, "rng"), SEQUENCE: Consumer(0, "key_or_seed")},
    objects={"|".join(path.replace(".", r"\.") for path in (*WITH_STATE, WITHOUT_KEY)): _UNKNOWN_FUNCTION},
    transforms={
        "haiku.vmap": "vmap",
        "haiku.remat": "same",
        "haiku.checkpoint": "same",
        "haiku.grad": "grad",
        "haiku.value_and_grad": "value_and_grad",
        "haiku.named_call": "same",
        "haiku.transparent": "same",
    },
    control={
        "haiku.scan": "scan",
        "haiku.fori_loop": "fori_loop",
        "haiku.while_loop": "while_loop",
        "haiku.map": "lax_map",
        "haiku.cond": "cond",
        "haiku.switch": "switch",
        "haiku.eval_shape": "eval_shape",
    },
    supplied={"haiku.vmap": "split_rng"},
    followed=frozenset({*DRAWING, MAYBE, WITH_KEY, RUNNING_INIT}),
    named_tuples=frozenset({TRANSFORMED}),
)
