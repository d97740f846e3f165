"""LibCST's parser, which leaves out what it checks of each node once more, and makes each kind of space once.

These checks are for trees that a program builds; what the parser builds is as Python's grammar says, and checking it
takes a fifth of the time. Half of the nodes are the spaces between words and at the ends of lines, of which nobody
asks where they stand.
"""

from __future__ import annotations

from functools import lru_cache

import libcst as cst

_check = cst.CSTNode.__post_init__


class _Parsing:
    """Whether the parser makes the nodes that are made now; another thread that makes some loses checks at most."""

    active = False


def _check_unless_parsed(node: cst.CSTNode) -> None:
    if not _Parsing.active:
        _check(node)


# Put in place once: whatever changes a class costs all that Python remembers of how its attributes are found.
cst.CSTNode.__post_init__ = _check_unless_parsed  # type: ignore[method-assign, assignment]
# Nodes are told apart by their identity, and LibCST's own method, which is written in Python, says nothing else.
cst.CSTNode.__hash__ = object.__hash__  # type: ignore[method-assign]

_SPACES = ("SimpleWhitespace", "Newline", "TrailingWhitespace")
_KINDS = {name: getattr(cst, name) for name in _SPACES}
_SPACES_KEPT = 512
"""Spaces of each kind: those of one text have few lengths."""
_ONCE = {name: lru_cache(maxsize=_SPACES_KEPT)(kind) for name, kind in _KINDS.items()}
"""What makes them. Comments, which stand in what ends a line, are told apart too: each is another node."""


def parsed(text: str) -> cst.Module:
    """Return the tree of a text.

    Args:
        text: whole statements.

    Raises:
        ParserSyntaxError: LibCST cannot parse it.
    """
    _Parsing.active = True
    vars(cst).update(_ONCE)  # the parser asks for each class by its name
    try:
        return cst.parse_module(text)
    finally:
        vars(cst).update(_KINDS)
        _Parsing.active = False
