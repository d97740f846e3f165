"""How deep a text nests: what LibCST would not survive, or not finish in a lifetime, is not given to it.

Its parser recurses with each level, takes quadratic time for long chains of calls, and tries the brackets of a
pattern and of ``del`` again at each level (LibCST 1.9: twelve mappings in each other take three minutes).
"""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterator, Sequence

from flake8_flax_rng.syntax.walk import children

DEPTH = 500
"""Expressions and statements in each other; a chain of 250 method calls."""

OPERANDS = 8
"""Operands of one ``and`` or ``or`` that count as a level: the parser recurses, and takes linear time."""

TRIES = 4**8
"""Times that brackets may be tried again, when each level quadruples them."""

_OPENING, _CLOSING = "([{", ")]}"


def too_deep(statements: Sequence[ast.stmt], text: str) -> str | None:
    """Return why a piece of text must not be parsed by LibCST, None when it may be.

    Args:
        statements: the ``ast`` of the text.
        text: whole lines.
    """
    if len(text) < DEPTH and text.count("(") + text.count("[") + text.count("{") < 8:
        return None
    retried = False
    pending: list[tuple[ast.AST, int]] = [(statement, 0) for statement in statements]
    while pending:
        node, depth = pending.pop()
        if depth > DEPTH:
            return "it is nested too deeply"
        retried = retried or isinstance(node, ast.Match | ast.Delete)
        if isinstance(node, ast.BoolOp):
            depth += len(node.values) // OPERANDS
        elif isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
            # Most likely an `elif`, which costs the parser little.
            pending.append((node.orelse[0], depth))
            pending.extend((child, depth + 1) for child in (node.test, *node.body))
            continue
        depth += 1
        pending += [(child, depth) for child in children(node)]
    if retried and sum(_tries(text)) > TRIES:
        return "a pattern is nested too deeply"
    return None


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
