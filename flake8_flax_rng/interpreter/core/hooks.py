"""Who is told of what the program does with its objects; the rooms below do not know those that listen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.values import Ref, Value
    from flake8_flax_rng.interpreter.paths.state import State


def _ignore(*_: object) -> None:
    """Take no notice."""


@dataclass
class Hooks:
    """Who is told.

    Args:
        stored: told of a value before it is stored in an attribute of an object: the path, the object, the name.
        written: told of a value that is stored in a variable of a module, and where.
        returned: told of what a function that is followed for any arguments returns, and on which path.
    """

    stored: Callable[[Ref, str, Value, State], None] = _ignore
    written: Callable[[Value, State, Site], None] = _ignore
    returned: Callable[[Value, State], None] = _ignore
