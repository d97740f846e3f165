"""What rules are made of: reports, and the words for keys and places."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.finding import Rule
from flake8_flax_rng.interpreter.events import Site
from flake8_flax_rng.interpreter.values import Key, Keys, Opaque, Tuple

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.events import Step, Use
    from flake8_flax_rng.interpreter.terms import Term
    from flake8_flax_rng.interpreter.values import Value

_NAME_SHOWN = 40


@dataclass(frozen=True)
class Report:
    """What a rule has to say.

    Args:
        site: the place that is wrong.
        message: one line, without the code.
    """

    site: Site
    message: str


def rule(code: str, name: str, summary: str, documentation: str | None, default: bool = True) -> Rule:
    """Make a rule from its module's docstring."""
    return Rule(code, name, summary, default, inspect.cleandoc(documentation or ""))


def line(site: Site) -> int:
    """Return the line of a place."""
    return site.chunk.position(site.node)[0]


def spelled(site: Site) -> str:
    """Return the source text of a place, shortened."""
    text = site.chunk.code(site.node)
    return text if len(text) <= _NAME_SHOWN else text[: _NAME_SHOWN - 1] + "…"


def key_site(step: Step, use: Use) -> Site:
    """Return the argument of a call that carries the consumed key, else the call itself."""
    carriers = [node for node, value in step.arguments if _carries(value, use.term)]
    if not carriers:
        lineage = _lineage(use.term)
        carriers = [node for node, value in step.arguments if any(_carries(value, term) for term in lineage)]
    node = carriers[0] if carriers else step.site.node
    return Site(_innermost(node), step.site.chunk)


def _innermost(node: cst.CSTNode) -> cst.CSTNode:
    """Return the value of a dict display's only entry: the key rather than the dict around it."""
    if isinstance(node, cst.Dict) and len(node.elements) == 1:
        return node.elements[0].value
    return node


def _carries(value: Value, term: Term) -> bool:
    if isinstance(value, Key | Opaque):
        return value.term is term
    if isinstance(value, Keys):
        return value.parent is term
    if isinstance(value, Tuple):
        return any(_carries(item, term) for item in value.items)
    return False


def _lineage(term: Term) -> list[Term]:
    """Return what a key was taken or derived from, the nearest first."""
    found: list[Term] = []
    while term.kind in ("child", "attribute", "subscript", "item", "lane", "row", "shaped") and term.args:
        if not term.parts:
            break
        term = term.parts[0]
        found.append(term)
    return found


def key_name(site: Site, step: Step, name: str | None) -> str:
    """Return what a reader knows the key by: the argument's text, or the name of a key that is captured."""
    if site.node is not step.site.node:
        return spelled(site)
    return name or spelled(site)


def consumer(step: Step) -> str:
    """Return what a call consumes a key with, as a reader knows it."""
    return step.label or "this call"
