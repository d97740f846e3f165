"""Models: what is known of callables that the program does not define.

Each file that knows some lists them, as ``CALLS`` and ``METHODS``; ``dispatch.registry`` finds the one for a call.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from flake8_flax_rng.records import record

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.heap import Instance
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.values import Args, Value
    from flake8_flax_rng.interpreter.paths.state import State

Model = Callable[["Engine", str, "Args", "State", "Site"], "Outcomes | None"]
"""Follows a call of the callable at a path; None where it leaves the call to the next model."""

Method = Callable[["Engine", str, "Value", "Args", "State", "Site"], "Outcomes"]
"""Follows a call of a method by its name and its receiver."""


Managed = Callable[["Engine", "Instance", str, "State"], "Outcomes"]
"""Follows the entering or leaving of a context manager, by the name of the method."""


@record()
class Calls:
    """Which calls a model follows.

    Args:
        model: follows them.
        paths: the dotted paths of the callables.
        prefixes: how further such paths begin.
        family: tells whether another path is one of them, by the path alone.
    """

    model: Model
    paths: Collection[str] = ()
    prefixes: tuple[str, ...] = ()
    family: Callable[[str], bool] | None = None

    def cover(self, path: str) -> bool:
        """Return whether the callable at a path is one of these."""
        if path in self.paths or path.startswith(self.prefixes):
            return True
        return self.family is not None and self.family(path)


def any_path(path: str) -> bool:
    """Return that a callable may be one of the family, which its path alone does not tell."""
    return True
