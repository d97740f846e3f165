"""Places in small texts, and what these become."""

from __future__ import annotations

import ast

import libcst as cst

from flake8_flax_rng.finding import Edit, Fix
from flake8_flax_rng.fixes.edits import applied
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.cst_children import nodes_of
from flake8_flax_rng.syntax.source import chunks


def sites(text: str, kind: type[cst.CSTNode]) -> list[Site]:
    """Return the nodes of a kind in the order of the text."""
    found = [
        Site(node, chunk)
        for chunk in chunks(text, ast.parse(text))
        for node in nodes_of(chunk.module)
        if isinstance(node, kind)
    ]
    return sorted(found, key=lambda site: site.chunk.position(site.node))


def name(text: str, value: str) -> Site:
    """Return the first place of a name."""
    return next(site for site in sites(text, cst.Name) if site.node.value == value)


def call(text: str, func: str) -> Site:
    """Return the first call of something."""
    found = sites(text, cst.Call)
    return next(site for site in found if site.chunk.code(site.node.func) == func)


def after(text: str, edit: Edit | Fix) -> str:
    """Return a text after an edit, or after a fix."""
    changed = applied(text, edit.edits if isinstance(edit, Fix) else [edit])
    ast.parse(changed)
    return changed
