"""Keys that several runs of a function have in common: passes of a loop, calls, and lanes of a mapped function."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Parting, Reused, Shared

DOUBTFUL = "RNG188"
"""The rule that speaks of those that may well be meant, if it is asked for."""

_BY_SHARDS = "shard_map"


def calls_may_agree(event: Reused, parting: Parting, name: str) -> bool:
    """Return whether the calls of a function may well be meant to have the same numbers, of a key that it has captured.

    An object that holds a key can renew it, and a loop that goes on from what its last pass has drawn needs another
    one. Other calls may compare settings, or look at a model now and then.

    Args:
        event: the reuse.
        parting: the two calls.
        name: what the function calls the key, empty where it is no name.
    """
    return "." not in name and (event.apart or not parting.loop)


def lanes_may_agree(event: Shared) -> bool:
    """Return whether the lanes of a mapped function may well be meant to have the same numbers.

    Whoever maps a function that calls another one to draw maps whole evaluations, as those of several settings are.
    Shards of one array, which ``shard_map`` works on, have to agree on what they hold in common.
    """
    return event.inside[0].defined or event.transform.rpartition(".")[2] == _BY_SHARDS
