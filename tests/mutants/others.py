"""Faults that need no split."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from .edits import Drop, Put
from .mutation import Found
from .program import Function, Loop, Program, prefixes, spelled
from .roles import last_name
from .scope import Scope, stored

_ON = ("train", "training", "is_training", "enable_dropout")
_OFF = ("deterministic",)
_MAKERS = ("__init__", "__post_init__", "setup")


def constant_fold(scope: Scope) -> Found:
    """Fold a constant into a key, in the place of what differs from pass to pass or from call to call."""
    for step in scope.flow.steps:
        for part in step.parts:
            for call in own_calls(part):
                data = _fold_data(scope.program, call)
                if data is not None and _varies(scope, call, data):
                    yield call, [Put(scope.program.span(data), "0")]


def rngs(program: Program) -> Found:
    """Give no keys to a model in training mode."""
    for call in program.calls():
        if last_name(call) not in ("apply", "apply_fn"):
            continue
        given = {keyword.arg: keyword.value for keyword in call.keywords}
        if "rngs" in given and any(_is(given.get(flag), flag in _ON) for flag in (*_ON, *_OFF)):
            yield call, [Drop(program.span(given["rngs"]))]


def split_rngs(program: Program) -> Found:
    """Forget a stream in the ``split_rngs`` of a lifted transform."""
    for call in program.calls():
        for keyword in call.keywords:
            if keyword.arg == "split_rngs" and isinstance(keyword.value, ast.Dict):
                for key, value in zip(keyword.value.keys, keyword.value.values, strict=True):
                    if key is not None:
                        yield value, [Drop(program.span(value))]


def dropped_not(program: Program) -> Found:
    """Say ``deterministic=train``, in a file that knows Flax: other libraries have such an argument too."""
    for call in program.calls() if program.imports("flax") else ():
        for keyword in call.keywords:
            value = keyword.value
            if keyword.arg == "deterministic" and isinstance(value, ast.UnaryOp) and isinstance(value.op, ast.Not):
                yield value, [Put(program.span(value), program.segment(value.operand))]


def _is(value: ast.expr | None, wanted: bool) -> bool:
    return isinstance(value, ast.Constant) and value.value is wanted


def own_calls(part: ast.AST) -> Iterator[ast.Call]:
    """Go through the calls of a statement that are not those of an inner function."""
    if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return
    if isinstance(part, ast.Call):
        yield part
    for child in ast.iter_child_nodes(part):
        yield from own_calls(child)


def _fold_data(program: Program, call: ast.Call) -> ast.expr | None:
    if program.path(call.func) != "jax.random.fold_in":
        return None
    named = [keyword.value for keyword in call.keywords if keyword.arg == "data"]
    return next(iter((*call.args[1:2], *named)), None)


def _varies(scope: Scope, call: ast.Call, data: ast.expr) -> bool:
    """Return whether what is folded in differs while the key does not, in another pass, call or lane."""
    names = {node.id for node in ast.walk(data) if isinstance(node, ast.Name)}
    if any(scope.program.path(node) == "jax.lax.axis_index" for node in ast.walk(data)):
        return True
    key = prefixes(spelled(call.args[0])) if call.args else set()
    for above in scope.program.around(call):
        if above is scope.node:
            break
        changed = set(_changed(above))
        if changed & names and not changed & key:
            return True
    own = {node for node in ast.walk(data) if isinstance(node, ast.Attribute) and spelled(node.value) == "self"}
    if own:
        return any(_counts(scope.program, node) for node in own)
    return bool(names & scope.parameters)


def _counts(program: Program, attribute: ast.Attribute) -> bool:
    """Return whether an attribute changes after its object was made."""
    for node in ast.walk(program.tree):
        if isinstance(node, ast.Attribute) and node.attr == attribute.attr and isinstance(node.ctx, ast.Store):
            function = next((above for above in program.around(node) if isinstance(above, Function)), None)
            if function is not None and function.name not in _MAKERS:
                return True
    return False


def _changed(node: ast.AST) -> Iterator[str]:
    """Go through what differs from one pass of a loop or comprehension to the next; nothing for other nodes."""
    if isinstance(node, Loop):
        parts: list[ast.AST] = [node]
    else:
        parts = [generator.target for generator in getattr(node, "generators", [])]
    yield from (text for part in parts for inner in ast.walk(part) for text in stored(inner))
