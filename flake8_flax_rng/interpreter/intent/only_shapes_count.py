"""Values of which a program only looks at the shapes: the demonstration at the end of a file, or an example for `init`.

That two of them were drawn from one key changes nothing that anybody sees. This module reads syntax; what it cannot
tell counts as looked at.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Sequence
from typing import TypeGuard

import libcst as cst

from flake8_flax_rng.interpreter.domain.budget import PARTS_READ
from flake8_flax_rng.interpreter.intent.evaluates_the_model import LIKE, SHAPES, occurrences
from flake8_flax_rng.interpreter.intent.meetings import function_around
from flake8_flax_rng.semantics.linen import INITIALISING
from flake8_flax_rng.syntax.cst_children import ancestors
from flake8_flax_rng.syntax.main_guard import is_main_guard
from flake8_flax_rng.syntax.walk import called_name, children, statements, walk

_MEASURING = frozenset({"len", "shape", "ndim", "size", "eval_shape", "param_count", "type"}) | LIKE
_REGROUPING = frozenset({"zip", "list", "tuple", "reversed"})
_RUNNING = frozenset({"apply", *INITIALISING})
_PASSING = (
    cst.Arg
    | cst.Attribute
    | cst.BinaryOperation
    | cst.Dict
    | cst.DictElement
    | cst.Element
    | cst.Index
    | cst.List
    | cst.ListComp
    | cst.StarredDictElement
    | cst.StarredElement
    | cst.Subscript
    | cst.SubscriptElement
    | cst.Tuple
    | cst.UnaryOperation
)


def only_shapes_count(module: cst.CSTNode, call: cst.CSTNode, modules: Collection[str]) -> bool:
    """Return whether a program looks at nothing but the shapes of what a call returns, and of what comes of that.

    Args:
        module: the text that the call stands in.
        call: the call; only one under ``if __name__ == "__main__"`` is part of a demonstration.
        modules: the names of imported modules and functions.
    """
    scope = next(
        (node for node in ancestors(module, call) if isinstance(node, cst.If) and _asks_for_main(node.test)), None
    )
    if scope is None:
        return False
    seen: set[str] = set()
    pending: list[cst.CSTNode] = [call]
    for node in pending:
        names = _flows_to(ancestors(scope, node), node, modules)
        if names is None or len(pending) > PARTS_READ:
            return False
        for name in names - seen:
            pending.extend(_reads(scope, name))
        seen |= names
    return True


def _asks_for_main(test: cst.BaseExpression) -> bool:
    equal = isinstance(test, cst.Comparison) and isinstance(test.comparisons[0].operator, cst.Equal)
    return equal and is_main_guard(test)


def _reads(scope: cst.CSTNode, name: str) -> list[cst.CSTNode]:
    """Return where a name is read; where it is bound does not count."""
    return [node for node in occurrences(scope, name) if not _is_bound(ancestors(scope, node), node)]


def _is_bound(around: list[cst.CSTNode], node: cst.CSTNode) -> bool:
    inner = node
    for outer in reversed(around):
        if isinstance(outer, (cst.AssignTarget, cst.Param)):
            return True
        if isinstance(outer, cst.CompFor | cst.For):
            return inner is outer.target
        if not isinstance(outer, (cst.Tuple, cst.List, cst.Element)):
            return False
        inner = outer
    return False


def _flows_to(around: list[cst.CSTNode], node: cst.CSTNode, modules: Collection[str]) -> set[str] | None:
    """Return the names that get what is computed from a value, None where somebody looks at it."""
    inner = node
    for outer in reversed(around):
        if isinstance(outer, cst.Attribute) and outer.attr.value in SHAPES:
            return set()
        if isinstance(outer, cst.Call):
            if inner is outer.func or _measures(outer, modules):
                # The value is called or asked for something: its methods may do anything, unless they measure.
                return set() if inner is not outer.func or _last(outer) in SHAPES else None
            if not _runs_a_model(outer) and not _regroups(outer):
                return None
        elif isinstance(outer, cst.Assign):
            return _targets(outer)
        elif isinstance(outer, cst.CompFor | cst.For) and inner is outer.iter:
            return _names_of(outer.target)
        elif isinstance(outer, cst.CompFor) or not isinstance(outer, _PASSING):
            return None
        inner = outer
    return None


def _measures(call: cst.Call, modules: Collection[str]) -> bool:
    """Return whether a call only asks for shapes: ``len(x)``, ``jnp.shape(x)``, ``tree.map(lambda x: x.shape, y)``."""
    if _last(call) in _MEASURING:
        return True
    function = call.args[0].value if call.args and _root(call.func) in modules else None
    if isinstance(function, cst.Lambda):
        return _only_measures(function)
    if _root(function) not in modules:
        return False
    return isinstance(function, cst.Attribute) and function.attr.value in SHAPES


def _only_measures(function: cst.Lambda) -> bool:
    """Return whether a lambda takes nothing but shapes of what it is given: ``lambda x: np.prod(x.shape)``."""
    names = [param.name.value for param in function.params.params]
    places = [ancestors(function.body, node) for name in names for node in occurrences(function.body, name)]
    return bool(places) and all(any(_is_shape(node) for node in around) for around in places)


def _is_shape(node: cst.CSTNode) -> bool:
    if isinstance(node, cst.Call):
        return _last(node) in _MEASURING
    return isinstance(node, cst.Attribute) and node.attr.value in SHAPES


def _runs_a_model(call: cst.Call) -> bool:
    """Return whether a call does nothing but to compute its result."""
    return isinstance(call.func, cst.Attribute) and call.func.attr.value in _RUNNING


def _regroups(call: cst.Call) -> bool:
    """Return whether a call only puts what it is given together in another way."""
    return isinstance(call.func, cst.Name) and call.func.value in _REGROUPING


def _root(node: cst.CSTNode | None) -> str:
    """Return the variable that a dotted name begins with, empty where it is none."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return node.value if isinstance(node, cst.Name) else ""


def _last(call: cst.Call) -> str:
    last = call.func.attr if isinstance(call.func, cst.Attribute) else call.func
    return last.value if isinstance(last, cst.Name) else ""


def _targets(node: cst.Assign) -> set[str] | None:
    names: set[str] = set()
    for target in node.targets:
        found = _names_of(target.target)
        if found is None:
            return None
        names |= found
    return names


def _names_of(target: cst.BaseExpression) -> set[str] | None:
    """Return the names that a target binds, None where it is a part of something else."""
    if isinstance(target, cst.Name):
        return {target.value}
    if not isinstance(target, (cst.Tuple, cst.List)):
        return None
    parts = [_names_of(element.value) for element in target.elements]
    return None if None in parts else {name for part in parts if part is not None for name in part}


def is_example(text: Sequence[ast.stmt], place: tuple[int, int]) -> bool:
    """Return whether a script binds what a call draws to a name, and the file gives that to ``init`` and reads no more.

    Args:
        text: the statements of the file.
        place: where the call begins: the line, and the column counted from 0.
    """
    if function_around(text, [place[0]]) is not None:
        return False
    name = next((name for name, value in _bound(text) if _holds(value, place)), None)
    if name is None:
        return False
    nodes = [node for statement in text for node in walk(statement)]
    given = [part for node in nodes if _initialises(node) for part in _given(node)]
    shaped = [node.value for node in nodes if isinstance(node, ast.Attribute) and node.attr in SHAPES]
    harmless = {id(node) for node in (*given, *shaped)}
    read = [node for node in nodes if _is_read(node, name)]
    return all(id(node) in harmless for node in read) and any(_is_read(node, name) for node in given)


def _bound(text: Sequence[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for statement in statements(text):
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                yield name, value


def _holds(value: ast.expr, place: tuple[int, int]) -> bool:
    return any(isinstance(node, ast.Call) and (node.lineno, node.col_offset) == place for node in walk(value))


def _is_read(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Store)


def _initialises(node: ast.AST) -> TypeGuard[ast.Call]:
    return isinstance(node, ast.Call) and INITIALISING.get(called_name(node)) is False


def _given(call: ast.Call) -> Iterator[ast.AST]:
    """Go through what a call is given, without what other calls make of it but for arrays of its shape."""
    waiting: list[ast.AST] = [*call.args, *(keyword.value for keyword in call.keywords)]
    while waiting:
        node = waiting.pop()
        yield node
        if not isinstance(node, ast.Call):
            waiting += children(node)
        elif called_name(node) in LIKE:
            waiting += node.args
