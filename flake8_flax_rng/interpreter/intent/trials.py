"""Trials: a function, or a script, that measures how long something takes, on numbers from a seed of its own.

What it draws twice harms nobody: the times are what is looked at. A program that only tells how long it has taken is
another matter: its loop carries on what comes of the numbers from pass to pass, or they go into a file or a figure.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.events import part
from flake8_flax_rng.interpreter.domain.kinds import MakeKind
from flake8_flax_rng.interpreter.intent.evaluates_the_model import reads_a_parameter
from flake8_flax_rng.interpreter.intent.outcomes import Reach, outcomes
from flake8_flax_rng.syntax.names_in_text import function_around

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Made, Step, Use
    from flake8_flax_rng.interpreter.intent.stopwatches import Stopwatches


def is_trial(
    text: Sequence[ast.stmt], first: Use, second: Use, lines: Iterable[Iterable[Made]], clocks: Stopwatches
) -> bool:
    """Return whether two uses of a key, or of two equal ones, belong to a trial.

    Args:
        text: the statements of the file.
        first: the one use.
        second: the other one.
        lines: for each of the two the calls that made its key, the nearest first.
        clocks: the functions that read a clock.
    """
    calls = _measured(first, second, clocks)
    sites = [call.site for call in calls]
    if not calls or any(site.chunk.file for site in sites):
        return False
    reached = outcomes(text, [site.chunk.position(site.node) for site in sites])
    if reached is None:
        return False
    if all(reach <= {Reach.WAITED, Reach.TRACED} for reach in reached):
        return True
    if any(Reach.CARRIED in reach for reach in reached) or all(Reach.GIVEN in reach for reach in reached):
        return False
    return all(of_own_seed(line, calls[0].owner) for line in lines)


def _measured(first: Use, second: Use, clocks: Stopwatches) -> tuple[Step, ...]:
    """Return the two calls that a function makes which reads a clock, or the one that leads it to both uses."""
    parting = part(first, second)
    if clocks.measure(parting.second.owner):
        return parting.first, parting.second
    shared = [step for step, other in zip(first.way, second.way, strict=False) if step is other and step.turn is None]
    return tuple(step for step in shared if clocks.measure(step.owner))[-1:]


def of_own_seed(line: Iterable[Made], owner: int) -> bool:
    """Return whether a key comes of a constant, by splits alone, in one function.

    Args:
        line: the calls that made the key and those that it comes of, the nearest first.
        owner: the number of the function, -1 for the body of the file.
    """
    line = list(line)
    if not line or any(made.kind not in (MakeKind.SPLIT, MakeKind.SEED) for made in line):
        return False
    seed = line[-1]
    return seed.kind is MakeKind.SEED and seed.constant and seed.way[-1].owner == owner and not _is_given(seed)


def _is_given(seed: Made) -> bool:
    """Return whether the seed of a key comes of a parameter, so that the caller has a say in it."""
    text = function_around(seed.site.chunk, seed.site.chunk.position(seed.site.node)[0])
    return text is not None and reads_a_parameter(seed.site.node, text)
