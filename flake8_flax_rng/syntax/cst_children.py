"""What stands directly in a node of LibCST, many times faster than ``CSTNode.children``, which makes a visitor."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import lru_cache

import libcst as cst

_SKIPPED: frozenset[type] = frozenset(
    {
        str,
        bool,
        type(None),
        cst.MaybeSentinel,
        cst.SimpleWhitespace,
        cst.ParenthesizedWhitespace,
        cst.TrailingWhitespace,
        cst.EmptyLine,
        cst.Comma,
        cst.Semicolon,
        cst.LeftParen,
        cst.RightParen,
        cst.LeftSquareBracket,
        cst.RightSquareBracket,
        cst.LeftCurlyBrace,
        cst.RightCurlyBrace,
        cst.AssignEqual,
        cst.Colon,
        cst.Dot,
    }
)
_SPACES = ("whitespace", "leading_lines", "lines_", "header", "footer", "lpar", "rpar", "trailing")
_ORDER: dict[type[cst.CSTNode], tuple[str, ...]] = {
    cst.Arg: ("keyword", "value"),
    cst.ClassDef: ("decorators", "name", "type_parameters", "bases", "keywords", "body"),
    cst.ExceptHandler: ("type", "name", "body"),
    cst.ExceptStarHandler: ("type", "name", "body"),
    cst.FunctionDef: ("decorators", "asynchronous", "name", "type_parameters", "params", "returns", "body"),
    cst.IfExp: ("body", "test", "orelse"),
    cst.CompFor: ("asynchronous",),
    cst.MatchCase: ("pattern", "guard", "body"),
    cst.Parameters: ("posonly_params", "posonly_ind", "params"),
    cst.For: ("asynchronous",),
    cst.With: ("asynchronous",),
}
"""The order of the text, where the class declares its fields in another one."""

_WITH_STATEMENTS: frozenset[type] = frozenset(
    {
        cst.ClassDef,
        cst.Else,
        cst.ExceptHandler,
        cst.ExceptStarHandler,
        cst.Finally,
        cst.For,
        cst.FunctionDef,
        cst.If,
        cst.IndentedBlock,
        cst.Match,
        cst.MatchCase,
        cst.Try,
        cst.TryStar,
        cst.While,
        cst.With,
    }
)

_FIELDS: dict[type[cst.CSTNode], tuple[str, ...]] = {}


def _fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    names = [field.name for field in dataclasses.fields(kind) if not field.name.startswith(_SPACES)]
    order = [*_ORDER.get(kind, ()), *names]
    return tuple(sorted(names, key=order.index))


def children_of(node: cst.CSTNode) -> list[cst.CSTNode]:
    """Return what stands directly in a node, without space, brackets and commas."""
    kind = type(node)
    fields = _FIELDS.get(kind)
    if fields is None:
        fields = _FIELDS[kind] = _fields(kind)
    found: list[cst.CSTNode] = []
    for name in fields:
        value = getattr(node, name)
        if type(value) is list or type(value) is tuple:
            found += [item for item in value if type(item) not in _SKIPPED]
        elif type(value) not in _SKIPPED:
            found.append(value)
    return found


def nodes_of(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Go through a node and all that stands in it, in no particular order."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(children_of(part))


def functions_in(module: cst.Module) -> Iterator[cst.FunctionDef]:
    """Go through the functions and methods of a text, in its order; only statements are looked at."""
    waiting: list[cst.CSTNode] = [module]
    while waiting:
        node = waiting.pop()
        if type(node) is cst.FunctionDef:
            yield node
        waiting.extend(reversed([child for child in children_of(node) if type(child) in _WITH_STATEMENTS]))


def holds(node: cst.CSTNode, wanted: cst.CSTNode) -> bool:
    """Return whether one piece of syntax stands in another, or is that other one."""
    return any(part is wanted for part in nodes_of(node))


def ancestors(root: cst.CSTNode, wanted: cst.CSTNode) -> list[cst.CSTNode]:
    """Return the nodes that a node stands in, outermost first; empty when it stands elsewhere."""
    parents = _parents(root)
    path: list[cst.CSTNode] = []
    node = parents.get(wanted)
    while node is not None:
        path.append(node)
        node = parents.get(node)
    return path[::-1]


@lru_cache(maxsize=4)
def _parents(root: cst.CSTNode) -> dict[cst.CSTNode, cst.CSTNode]:
    """Return what each node stands in; a walk for each question would take a long text's time squared."""
    parents: dict[cst.CSTNode, cst.CSTNode] = {}
    waiting = [root]
    while waiting:
        node = waiting.pop()
        for child in children_of(node):
            parents[child] = node
            waiting.append(child)
    return parents
