"""How deep a text nests: what LibCST would not survive, or not finish in a lifetime, is not given to it.

Its parser recurses with each level, takes quadratic time for long chains of calls, and tries the brackets of a
pattern and of ``del`` again at each level (LibCST 1.9: twelve mappings in each other take three minutes).
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Sequence
from itertools import accumulate

from flake8_flax_rng.syntax.walk import children

DEPTH = 500
"""Expressions in each other; a chain of 250 method calls."""

OPERANDS = 8
"""Operands of one ``and`` or ``or`` that count as a level: the parser recurses, and takes linear time."""

TRIES = 4**8
"""Times that brackets may be tried again, when each level quadruples them."""

_SMALL = {ast.Assign, ast.Expr, ast.Return, ast.AugAssign, ast.AnnAssign, ast.Raise, ast.Assert, ast.ImportFrom}
_OPENING, _CLOSING = "([{", ")]}"


def too_deep(statements: Sequence[ast.stmt], text: str) -> str | None:
    """Return why a piece of text must not be parsed by LibCST, None when it may be.

    Statements need no look: Python allows 100 levels of indentation.

    Args:
        statements: the ``ast`` of the text.
        text: whole lines.
    """
    if len(text) < DEPTH and text.count("(") + text.count("[") + text.count("{") < 8:
        return None
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    ends = [0, *accumulate(len(line) + 1 for line in lines)]
    above = min(map(_first_line, statements))
    short = len(max(lines, key=len)) <= DEPTH
    retried = False
    pending = list(statements)
    while pending:
        statement = pending.pop()
        if short and statement.lineno == statement.end_lineno and type(statement) in _SMALL:
            continue
        body: list[ast.stmt] = getattr(statement, "body", [])
        last = body[0].lineno if body else statement.end_lineno or statement.lineno
        if body:
            pending += body
            pending += getattr(statement, "orelse", [])
            if isinstance(statement, (ast.Try, ast.TryStar)):
                pending += statement.finalbody
                pending += (part for handler in statement.handlers for part in handler.body)
                last = statement.end_lineno or last  # what is caught stands further below
        elif isinstance(statement, ast.Match):
            pending += (part for case in statement.cases for part in case.body)
            retried = True
        elif isinstance(statement, ast.Delete):
            retried = True
        # A level takes a character at least.
        length = ends[min(last - above + 1, len(lines))] - ends[_first_line(statement) - above]
        if length > DEPTH and _depth(statement) > DEPTH:
            return "it is nested too deeply"
    if retried and sum(_tries(text)) > TRIES:
        return "a pattern is nested too deeply"
    return None


def _first_line(statement: ast.stmt) -> int:
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    return min(statement.lineno, decorators[0].lineno) if decorators else statement.lineno


def _depth(statement: ast.stmt) -> int:
    """Return how deep the expressions of a statement nest, without the statements in it."""
    deepest = 0
    pending: list[tuple[ast.AST, int]] = [(statement, 0)]
    while pending:
        node, depth = pending.pop()
        deepest = max(deepest, depth)
        if isinstance(node, ast.BoolOp):
            depth += len(node.values) // OPERANDS
        pending += ((child, depth + 1) for child in children(node) if not isinstance(child, ast.stmt))
    return deepest


def _tries(text: str) -> Iterator[int]:
    """Go through the brackets of patterns and of what is deleted: how often the parser may try each."""
    counted, depth, start = False, 0, True
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT) or token.string == ";":
            counted, depth, start = False, 0, True
        elif token.type in (tokenize.NL, tokenize.COMMENT):
            continue
        elif start:
            counted, start = token.string in ("case", "del"), False
        elif token.string in _OPENING and token.type == tokenize.OP:
            depth += 1
            if counted:
                yield 4 ** min(depth, 20)
        elif token.string in _CLOSING and token.type == tokenize.OP:
            depth -= 1
        elif token.string == ":" and not depth:
            counted = False
