"""Who is told of what the program does with its objects; the rooms below do not know those that listen."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flake8_flax_rng.records import record

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.domain.heap import Instance
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.values import Args, Class, Function, FunctionCode, Ref, Value
    from flake8_flax_rng.interpreter.paths.state import State


def _ignore(*_: object) -> None:
    """Take no notice."""


def _unknown(*_: object) -> Outcomes | None:
    """Know nothing."""
    return None


def _never(_: State) -> bool:
    """Need nothing."""
    return False


@record(frozen=False)
class Hooks:
    """Who is told.

    Args:
        stored: told of a value before it is stored in an attribute of an object: the path, the object, the name.
        written: told of a value that is stored in a variable of a module, and where.
        left_open: called with a method that its class leaves to those that derive from it, and with what it is given;
            what it leads to, if that is known.
        returned: told of what a function that is followed for any arguments returns, on which path, and where.
        lacking: asked for an attribute that neither an object nor the text of its class has, and where it is read.
        dropped: told of the value of a statement that is an expression, and where it stands.
        unpacked: told of an object that is unpacked into so many names, and where.
        declared: told of an object that is the default of a parameter, and where that is written.
        defaulted: told of such an object that a call relies on, and of the parameter.
        annotated: asked for an object that stands for any of a class, which a parameter is said to be.
        managed: asked what entering or leaving a context manager does whose class is not in the text.
        unseen: told of what is called and not followed, and on which path.
        wanted: asked whether a path needs to know what a function does that names nothing of interest.
    """

    stored: Callable[[Ref, str, Value, State], None] = _ignore
    written: Callable[[Value, State, Site], None] = _ignore
    returned: Callable[[Value, State, Site], None] = _ignore
    lacking: Callable[[Ref, Instance, str, State, Site], Outcomes | None] = _ignore
    dropped: Callable[[Value, State, Site], None] = _ignore
    unpacked: Callable[[Instance, int, State, Site], None] = _ignore
    declared: Callable[[Value, State, Site], None] = _ignore
    defaulted: Callable[[Value, tuple[FunctionCode, str], State], None] = _ignore
    annotated: Callable[[Class, State], Ref | None] = _ignore
    managed: Callable[[Instance, str, State], Outcomes | None] = _ignore
    left_open: Callable[[Function, Args, State], Outcomes | None] = _unknown
    unseen: Callable[[Value, State], None] = _ignore
    wanted: Callable[[State], bool] = _never
