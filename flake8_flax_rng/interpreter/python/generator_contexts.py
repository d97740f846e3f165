"""Context managers that generator functions make: what they change on entering, and change back on leaving.

Such a function is not followed. The names and containers of the file that it sets are unknown from then on.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.domain.values import Function
from flake8_flax_rng.interpreter.python.decorators import undecorated
from flake8_flax_rng.interpreter.python.names import lookup
from flake8_flax_rng.syntax.cst_children import nodes_of
from flake8_flax_rng.syntax.mutators import CHANGING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.values import Value
    from flake8_flax_rng.interpreter.paths.state import State


def forget(engine: Engine, manager: Value, state: State) -> None:
    """Forget what the body of a context manager changes of the text around it."""
    function = undecorated(manager)
    if not isinstance(function, Function) or not isinstance(function.code.node, cst.FunctionDef):
        return
    for name, rebound in _changed(function.code.node.body):
        value = lookup(engine, name, state)
        frame = next((frame for frame in function.frames if state.lookup(frame, name) is not None), None)
        if frame is not None and rebound:
            state.bind(frame, name, engine.unknown(name))
        elif frame is not None:
            unknown_code.escape(engine, value, state)


def _changed(body: cst.CSTNode) -> Iterator[tuple[str, bool]]:
    """Go through the names that a text changes, and whether it is the name itself or what it stands for."""
    for node in nodes_of(body):
        if isinstance(node, (cst.Global, cst.Nonlocal)):
            yield from ((item.name.value, True) for item in node.names if isinstance(item.name, cst.Name))
        elif isinstance(node, (cst.AssignTarget, cst.AugAssign, cst.AnnAssign)):
            yield from _root(node.target)
        elif isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) and node.func.attr.value in CHANGING:
            yield from _root(node.func)


def _root(node: cst.BaseExpression) -> Iterator[tuple[str, bool]]:
    """Return the name of the object in which something is set."""
    if isinstance(node, (cst.Tuple, cst.List)):
        for element in node.elements:
            yield from _root(element.value)
    inner = node
    while isinstance(inner, (cst.Attribute, cst.Subscript)):
        inner = inner.value
    if inner is not node and isinstance(inner, cst.Name):
        yield inner.value, False
