"""Changes of a text that leave the rest of it as it is."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import libcst as cst
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from .program import Span


class Put(NamedTuple):
    """Another expression in the place of one.

    Args:
        span: where the old one stands.
        text: the new one.
    """

    span: Span
    text: str


class Drop(NamedTuple):
    """A statement, an argument or an entry of a dict is taken away.

    Args:
        span: where the statement stands, or the value of the argument or the entry.
    """

    span: Span


class Hoist(NamedTuple):
    """A statement of a loop is moved to before the loop.

    Args:
        span: where it stands.
        loop: where the loop stands.
    """

    span: Span
    loop: Span


Edit = Put | Drop | Hoist


def edited(text: str, edits: Sequence[Edit]) -> str | None:
    """Return a text with some changes; None if one of them cannot be made, or it is no Python after them."""
    try:
        result = _edited(text, edits)
        return result if result is not None and _differ(text, result) else None
    except (cst.ParserSyntaxError, cst.CSTValidationError, SyntaxError, RecursionError):
        return None


def _differ(one: str, other: str) -> bool:
    return ast.dump(ast.parse(one)) != ast.dump(ast.parse(other))


def _edited(text: str, edits: Sequence[Edit]) -> str | None:
    wrapper = MetadataWrapper(cst.parse_module(text), unsafe_skip_copy=True)
    places = wrapper.resolve(PositionProvider)
    editor = _Editor(places, edits)
    result = wrapper.module.visit(editor).code
    return None if editor.waiting else result


class _Editor(cst.CSTTransformer):
    def __init__(self, places: Mapping[cst.CSTNode, CodeRange], edits: Sequence[Edit]) -> None:
        super().__init__()
        self._places = places
        self._hoisted: dict[Span, cst.BaseStatement] = {}
        self._loops = {edit.loop: edit for edit in edits if isinstance(edit, Hoist)}
        self.waiting = {edit.span: edit for edit in edits}

    def on_leave(
        self, original_node: cst.CSTNodeT, updated_node: cst.CSTNodeT
    ) -> cst.CSTNodeT | cst.RemovalSentinel | cst.FlattenSentinel[cst.CSTNodeT]:
        node = super().on_leave(original_node, updated_node)
        if isinstance(original_node, cst.For | cst.While):
            hoist = self._loops.get(self._span(original_node))
            if hoist is not None and hoist.loop in self._hoisted:
                return cst.FlattenSentinel([self._hoisted[hoist.loop], updated_node])  # type: ignore[list-item]
        edit = self.waiting.get(self._span(_named(original_node)))
        if isinstance(edit, Put) and isinstance(updated_node, cst.BaseExpression):
            del self.waiting[edit.span]
            return _put(updated_node, edit.text)  # type: ignore[return-value]
        removable = isinstance(updated_node, cst.Arg | cst.DictElement | cst.SimpleStatementLine)
        if edit is None or isinstance(edit, Put) or not removable:
            return node
        del self.waiting[edit.span]
        if isinstance(edit, Hoist):
            assert isinstance(updated_node, cst.SimpleStatementLine)
            self._hoisted[edit.loop] = updated_node
        return cst.RemoveFromParent()

    def _span(self, node: cst.CSTNode) -> Span:
        place = self._places.get(node)
        if place is None:
            return Span(0, 0, 0, 0)
        return Span(place.start.line, place.start.column, place.end.line, place.end.column)


def _named(node: cst.CSTNode) -> cst.CSTNode:
    """Return the part of a removable node that an edit names it by."""
    if isinstance(node, cst.Arg | cst.DictElement):
        return node.value
    return node.body[0] if isinstance(node, cst.SimpleStatementLine) and len(node.body) == 1 else node


def _put(old: cst.BaseExpression, text: str) -> cst.BaseExpression:
    new = cst.parse_expression(text)
    return new.with_changes(lpar=[*old.lpar, *new.lpar], rpar=[*new.rpar, *old.rpar])
