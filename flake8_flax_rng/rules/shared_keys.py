"""Keys that the lanes of a mapped function may well be meant to have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Shared

DOUBTFUL = "RNG188"
"""The rule that speaks of them, if it is asked for."""

_BY_SHARDS = "shard_map"


def lanes_may_agree(event: Shared) -> bool:
    """Return whether the lanes of a mapped function may well be meant to have the same numbers.

    Whoever maps a function that calls another one to draw maps whole evaluations, as those of several settings are.
    Shards of one array, which ``shard_map`` works on, have to agree on what they hold in common. And where
    each lane maps over the same keys, the lanes are settings, each of which is tried with the same seeds.
    """
    return event.crossed or event.inside[0].defined or event.transform.rpartition(".")[2] == _BY_SHARDS
