"""Repairs of the mode of a module of NNX, where it is set in a way that does nothing."""

from __future__ import annotations

import libcst as cst

from flake8_flax_rng.finding import Fix
from flake8_flax_rng.fixes.edits import NoFix, inserted, range_of, replaced
from flake8_flax_rng.fixes.statements import indentation, parent_of, statement_of
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.semantics.linen import TRAINING_FLAGS

_OTHER = {"True": "False", "False": "True"}


def called(method: Site) -> Fix:
    """Return the fix that calls what is only named.

    Args:
        method: the method, which is a statement of its own.
    """
    place = range_of(method)
    return Fix("call it", (inserted(place.end_line, place.end_column, "()"),), safe=True)


def alone(call: Site) -> Fix:
    """Return the fix that calls ``eval`` or ``train`` as a statement, where a name is bound to what it returns.

    Args:
        call: the call.
    """
    statement = statement_of(call)
    node = statement.node
    target = node.targets[0].target if isinstance(node, cst.Assign) and len(node.targets) == 1 else None
    method = call.node.func if isinstance(call.node, cst.Call) else None
    whole = isinstance(node, cst.Assign) and node.value is call.node
    if not whole or not isinstance(target, cst.Name) or not isinstance(method, cst.Attribute):
        raise NoFix("its result is part of something else")
    code = call.chunk.module.code_for_node
    if code(method.value) == target.value:
        return Fix("call it as a statement", (replaced(statement, code(call.node)),), safe=True)
    line = parent_of(statement).node
    if not isinstance(line, cst.SimpleStatementLine) or len(line.body) != 1:
        raise NoFix("it is not alone on its line")
    built = f"{target.value} = {code(method.value)}"
    text = f"{built}\n{indentation(statement)}{target.value}.{method.attr.value}()"
    return Fix("call it as a statement", (replaced(statement, text),), safe=True)


def result_kept(call: Site) -> Fix:
    """Return the fix that binds a changed module to the name of the one that was given, where it is thrown away.

    Args:
        call: the call that returns it, ``nnx.view`` for instance.
    """
    statement = statement_of(call)
    module = call.node.args[0].value if isinstance(call.node, cst.Call) and call.node.args else None
    thrown = isinstance(statement.node, cst.Expr) and statement.node.value is call.node
    if not thrown or not isinstance(module, cst.Name):
        raise NoFix("the module has no name")
    line, column = call.chunk.position(call.node)
    return Fix(f"bind it to `{module.value}`", (inserted(line, column, f"{module.value} = "),), safe=False)


def mode_by_method(call: Site) -> Fix:
    """Return the fix that sets a mode as modules know it, where it is given a training flag; the call raises.

    Args:
        call: the call of ``set_attributes``, ``nnx.view``, ``train`` or ``eval``.
    """
    node = call.node
    given = [arg for arg in node.args if arg.keyword is not None] if isinstance(node, cst.Call) else []
    flag = given[0] if len(given) == 1 else None
    value = call.chunk.code(flag.value) if flag is not None else ""
    named = flag is not None and flag.keyword is not None and flag.keyword.value in TRAINING_FLAGS
    if flag is None or not isinstance(node, cst.Call) or not named or value not in _OTHER:
        raise NoFix("which mode is meant is not known")
    if len(node.args) > 1:
        text = f"deterministic={_OTHER[value]}"
        return Fix(f"write `{text}`", (replaced(Site(flag, call.chunk), text),), safe=True)
    if not isinstance(node.func, cst.Attribute) or not _drops(call):
        raise NoFix("which mode is meant is not known")
    return _method(call, node.func, value)


def without_mode(call: Site) -> Fix:
    """Return the fix of ``train(False)``, which is ``eval()``, and of its kin.

    Args:
        call: the call.
    """
    node = call.node
    method = node.func if isinstance(node, cst.Call) else None
    if not isinstance(node, cst.Call) or not isinstance(method, cst.Attribute) or len(node.args) != 1:
        raise NoFix("which mode is meant is not known")
    value = call.chunk.code(node.args[0].value)
    if value not in _OTHER or method.attr.value != "train":
        raise NoFix("which mode is meant is not known")
    return _method(call, method, value)


def _method(call: Site, method: cst.Attribute, trains: str) -> Fix:
    name = "train" if trains == "True" else "eval"
    text = f"{call.chunk.code(method.value)}.{name}()"
    return Fix(f"call `{name}()`", (replaced(call, text),), safe=False)


def _drops(call: Site) -> bool:
    """Return whether what a call returns goes nowhere."""
    statement = statement_of(call)
    return isinstance(statement.node, cst.Expr) and statement.node.value is call.node
