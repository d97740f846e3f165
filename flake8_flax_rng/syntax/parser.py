"""LibCST's parser, which leaves out what it checks of each node once more.

These checks are for trees that a program builds; what the parser builds is as Python's grammar says, and checking it
takes a fifth of the time.
"""

from __future__ import annotations

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


def parsed(text: str) -> cst.Module:
    """Return the tree of a text.

    Args:
        text: whole statements.

    Raises:
        ParserSyntaxError: LibCST cannot parse it.
    """
    _Parsing.active = True
    try:
        return cst.parse_module(text)
    finally:
        _Parsing.active = False
