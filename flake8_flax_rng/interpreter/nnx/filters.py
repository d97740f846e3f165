"""Filters: which part of a state they take. Here it matters for the states of streams alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.values import NONE, Const, Symbol, Tuple, Value
from flake8_flax_rng.semantics.nnx import STATE_TYPES

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.values import Args
    from flake8_flax_rng.interpreter.paths.state import State

ELLIPSIS = Symbol("builtins.Ellipsis")

Options = Sequence[tuple[Value, Value]]
"""Filters, each with what is said of the state that it takes; the first one that takes a state speaks."""


def takes(filter_: Value, tag: str) -> bool | None:
    """Return whether a filter takes the state of a stream with a tag; None where that is not known."""
    if isinstance(filter_, Const):
        return _constant(filter_, tag)
    if isinstance(filter_, Symbol):
        return True if filter_ == ELLIPSIS else STATE_TYPES.get(filter_.path)
    if isinstance(filter_, Tuple):
        answers = [takes(item, tag) for item in filter_.items]
        return True if True in answers else None if None in answers else False
    return None


def takes_arrays(filter_: Value) -> bool | None:
    """Return whether a filter takes an array that is no variable; None where that is not known."""
    if isinstance(filter_, Symbol):
        return True if filter_ == ELLIPSIS else False if filter_.path in STATE_TYPES else None
    if isinstance(filter_, Tuple):
        answers = [takes_arrays(item) for item in filter_.items]
        return True if True in answers else None if None in answers else False
    if isinstance(filter_, Const) and not isinstance(filter_.value, str):
        return bool(filter_.value)
    return False if isinstance(filter_, Const) else None


def _constant(filter_: Const, tag: str) -> bool | None:
    if isinstance(filter_.value, bool):
        return filter_.value
    if filter_.value is None:
        return False
    return filter_.value == tag if isinstance(filter_.value, str) else None


def given(engine: Engine, args: Args, place: int | str, default: Value, state: State) -> Value:
    """Return a filter that a call is given; the text tells ``...``."""
    node = args.nodes.get(place)
    if isinstance(node, cst.Ellipsis):
        return ELLIPSIS
    if isinstance(place, str):
        return args.keywords.get(place, default)
    return args.positional[place] if place < len(args.positional) else default


def of_mapping(engine: Engine, node: cst.BaseExpression | None, state: State) -> Options | None:
    """Return what a mapping from filters says, None where the text does not show it."""
    if not isinstance(node, cst.Dict):
        return None
    found: list[tuple[Value, Value]] = []
    for element in node.elements:
        if not isinstance(element, cst.DictElement):
            return None
        key = element.key
        filter_ = ELLIPSIS if isinstance(key, cst.Ellipsis) else engine.eval_one(key, state)[0]
        found.append((filter_, engine.eval_one(element.value, state)[0]))
    return found


def option_for(options: Options, tag: str) -> Value:
    """Return what is said of a stream; None of Python where no filter takes it or that is not known."""
    for filter_, value in options:
        if takes(filter_, tag):
            return value
    return NONE
