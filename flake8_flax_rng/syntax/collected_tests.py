"""Which code only a test runner calls, by the rules by which pytest and unittest find tests."""

from __future__ import annotations

import ast
import os
from collections.abc import Sequence

from flake8_flax_rng.syntax.walk import statements

_FUNCTIONS = "test"
_CLASSES = "Test"
_FIXTURE = "fixture"


def is_test_file(name: str) -> bool:
    """Return whether pytest collects a file of this name, or reads its fixtures."""
    stem, kind = os.path.splitext(os.path.basename(name))
    return kind == ".py" and (stem.startswith("test_") or stem.endswith("_test") or stem == "conftest")


def is_tested_with(tree: Sequence[ast.stmt], line: int) -> bool:
    """Return whether a line stands in a test, a class of tests or a fixture, although the file's name says nothing.

    A function there that somebody has to give something is called by the program: ``test(params, batch)`` evaluates.

    Args:
        tree: statements of a file.
        line: the line, counted from 1.
    """
    covering = (found for found in statements(tree) if found.lineno <= line <= (found.end_lineno or 0))
    return any(map(_collected, covering))


def _collected(statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ClassDef):
        return statement.name.startswith(_CLASSES)
    if not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    if any(map(_is_fixture, statement.decorator_list)):
        return True
    return statement.name.startswith(_FUNCTIONS) and not (_is_given(statement.args) and not statement.decorator_list)


def _is_given(arguments: ast.arguments) -> bool:
    """Return whether a function needs more than the object that it is a method of."""
    plain = [*arguments.posonlyargs, *arguments.args]
    needed = [argument.arg for argument in plain[: len(plain) - len(arguments.defaults)]]
    return needed not in ([], ["self"], ["cls"]) or None in arguments.kw_defaults


def _is_fixture(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
    return name == _FIXTURE
