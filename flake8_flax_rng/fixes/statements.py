"""The statement that a node stands in, and statements before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.fixes.edits import NoFix, inserted
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.cst_children import ancestors
from flake8_flax_rng.syntax.source import lines_of

if TYPE_CHECKING:
    from flake8_flax_rng.finding import Edit

_COMPREHENSIONS = (cst.ListComp, cst.SetComp, cst.DictComp, cst.GeneratorExp)
_HEADERS: dict[type[cst.CSTNode], str] = {cst.If: "test", cst.For: "iter", cst.With: "items", cst.Match: "subject"}
"""What a compound statement evaluates once, before its block."""


def way_to(site: Site) -> list[cst.CSTNode]:
    """Return the nodes that a place stands in, the outermost first, and its own last."""
    return [*ancestors(site.chunk.module, site.node), site.node]


def parent_of(site: Site) -> Site:
    """Return the node that a place stands directly in."""
    return Site(way_to(site)[-2], site.chunk)


def statement_of(site: Site) -> Site:
    """Return the statement that a place stands in: one small statement, or a compound one by whose head it stands.

    What is evaluated anywhere else than right before the statement's own work has none: a decorator, a default, the
    body of a lambda or of a comprehension, the test of ``while`` or ``elif``.

    Raises:
        NoFix: if it has none.
    """
    way = way_to(site)
    for outer, inner in zip(way[-2::-1], way[:0:-1], strict=True):
        if isinstance(inner, cst.BaseSmallStatement):
            return Site(inner, site.chunk)
        if isinstance(inner, (cst.Lambda, cst.CompFor)) or isinstance(outer, _COMPREHENSIONS):
            raise NoFix("it stands in a lambda or a comprehension")
        if isinstance(outer, cst.BaseCompoundStatement):
            return _headed(outer, inner, Site(outer, site.chunk))
    raise NoFix("it stands in no statement")


def _headed(outer: cst.BaseCompoundStatement, inner: cst.CSTNode, site: Site) -> Site:
    """Return a compound statement by whose head something stands, if that is evaluated once and before all else."""
    head = getattr(outer, _HEADERS.get(type(outer), ""), None)
    first = head[0] if isinstance(head, (list, tuple)) else head
    if inner is not first or _is_elif(site):
        raise NoFix("no statement can stand right before it")
    return site


def _is_elif(site: Site) -> bool:
    outer = parent_of(site).node
    return isinstance(outer, cst.If) and outer.orelse is site.node


def before(site: Site, *statements: str) -> Edit:
    """Return the edit that puts statements before the one that a place stands in.

    Args:
        site: a node in that statement.
        statements: a line of text each.

    Raises:
        NoFix: if nothing can stand right before it.
    """
    statement = statement_of(site)
    line, column = statement.chunk.position(statement.node)
    if statement.chunk.file:
        raise NoFix("it stands in another file")
    above = parent_of(statement).node
    if isinstance(above, cst.SimpleStatementLine) and above.body[0] is not statement.node:
        return inserted(line, column, "".join(f"{text}; " for text in statements))
    if isinstance(above, cst.SimpleStatementSuite):
        raise NoFix("its block stands on the line of its head")
    return inserted(line, column, "".join(f"{text}\n{indentation(statement)}" for text in statements))


def indentation(site: Site) -> str:
    """Return the white space before a statement.

    Args:
        site: the statement.
    """
    line, column = site.chunk.position(site.node)
    space = lines_of(site.chunk.text)[line - site.chunk.first_line][:column]
    if space.strip():
        raise NoFix("something stands before it on its line")
    return space
