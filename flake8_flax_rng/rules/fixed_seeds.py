"""Keys of a fixed seed that one function builds and gives to several calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.values import Ref

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Parting, Reused, Step

DOUBTFUL = "RNG189"
"""The rule that speaks of them, if it is asked for."""


def is_of_fixed_seed(event: Reused, parting: Parting) -> bool:
    """Return whether a repeat may well be meant, or of no consequence, for all that the text shows.

    It is one of a key that the function has built from a constant of its own, where one of the two calls is one of the
    project's own functions, and what comes of them neither meets nor is carried on by a loop, as in a training. A key
    beside it that nobody uses shows another intention, and an object that holds a key can renew it.
    """
    if not event.only_shown or event.sibling is not None or parting.second.method:
        return False
    if parting.around is not None and not (event.apart and _takes_no_object(parting.second)):
        return False
    if parting.around is None and _are_alike(parting.first, parting.second):
        return False  # nothing is compared where all is the same
    return parting.first.defined or parting.second.defined


def _takes_no_object(step: Step) -> bool:
    """Return whether a call is given no object, which it could change for the passes that follow."""
    return not any(isinstance(value, Ref) for _, value in step.arguments)


def _are_alike(first: Step, second: Step) -> bool:
    """Return whether two calls are of one function, with the same arguments."""
    ours, theirs = ([value for _, value in step.arguments] for step in (first, second))
    return first.label == second.label and ours == theirs
