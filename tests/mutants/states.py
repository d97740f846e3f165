"""Faults of programs that take NNX modules apart."""

from __future__ import annotations

import ast

from .edits import Drop, Put
from .mutation import Found
from .others import own_calls
from .program import Program, spelled
from .scope import Scope, bound


def state_not_returned(scope: Scope) -> Found:
    """Lose what a call has made of the streams of a module: it is not put back, or the old state is returned."""
    old: dict[str, str] = {}
    for step in scope.flow.steps:
        node = step.node
        if isinstance(node, ast.Expr) and _puts_back(scope, node):
            yield node, [Drop(scope.program.span(node))]
        if isinstance(node, ast.Assign) and (merge := _call(scope.program, node.value, "flax.nnx.merge")) is not None:
            old[spelled(node.targets[0])] = spelled(merge.args[1]) if len(merge.args) > 1 else ""
        if isinstance(node, ast.Return) and node.value is not None:
            for call in own_calls(node.value):
                state = _call(scope.program, call, "flax.nnx.state")
                before = old.get(spelled(state.args[0]), "") if state is not None and state.args else ""
                if before:
                    yield call, [Put(scope.program.span(call), before)]


def _puts_back(scope: Scope, statement: ast.Expr) -> bool:
    """Return whether a module is updated with a state that a function has returned beside something else."""
    update = _call(scope.program, statement.value, "flax.nnx.update")
    if update is None or len(update.args) < 2 or not scope.program.alone(statement):
        return False
    for step in scope.flow.steps:
        if isinstance(step.node, ast.Assign) and isinstance(step.node.value, ast.Call):
            texts = {text for target in step.node.targets for text in bound(target)}
            only_moved = scope.program.path(step.node.value.func).startswith(("jax.", "flax."))
            if len(texts) > 1 and spelled(update.args[1]) in texts and not only_moved:
                return True
    return False


def _call(program: Program, node: ast.expr, path: str) -> ast.Call | None:
    return node if isinstance(node, ast.Call) and program.path(node.func) == path else None
