"""What rules are made of: reports, and the words for keys and places."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.finding import Fix, Rule
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import Key, Keys, Opaque, Stacked, Tuple
from flake8_flax_rng.interpreter.domain.walk import any_inside
from flake8_flax_rng.records import record

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Step, Use
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Value

_NAME_SHOWN = 40


@record()
class Report:
    """What a rule has to say.

    Args:
        site: the place that is wrong.
        message: one line, without the code.
        related: other places that a reader needs to see, each with a few words for it, in the order of the program.
        fix: makes the repair; only called where somebody asks for it. It may raise ``NoFix``.
        trial: whether the numbers belong to a trial, of which RNG198 speaks.
        instead: the code of the rule that speaks of it in place of the one that has found it; empty if that one does.
    """

    site: Site
    message: str
    related: tuple[tuple[str, Site], ...] = ()
    fix: Callable[[], Fix | None] | None = None
    trial: bool = False
    instead: str = ""

    def place(self) -> tuple[int, int]:
        """Return the line and the column."""
        return self.site.chunk.position(self.site.node)


def rule(code: str, name: str, summary: str, documentation: str | None, default: bool = True) -> Rule:
    """Make a rule from its module's docstring."""
    return Rule(code, name, summary, default, inspect.cleandoc(documentation or ""))


def line(site: Site) -> int:
    """Return the line of a place."""
    return site.chunk.position(site.node)[0]


def place(site: Site) -> str:
    """Return what a reader finds a place by: its line, and its file when that is another one."""
    return f"line {line(site)}" + (f" of {site.chunk.shown}" if site.chunk.file else "")


def spelled(site: Site) -> str:
    """Return the source text of a place, shortened."""
    text = site.chunk.code(site.node)
    return text if len(text) <= _NAME_SHOWN else text[: _NAME_SHOWN - 1] + "…"


def key_site(step: Step, use: Use) -> Site:
    """Return the argument of a call that carries the consumed key, else the call itself.

    What was split from that key does not carry it: another part of the call does, a captured name for instance.
    """
    for term in (use.term, *_lineage(use.term)):
        for node, value in step.arguments:
            if _carries(value, term) and not (term is use.term and isinstance(value, Keys)):
                return Site(_innermost(node, value, term), step.site.chunk)
    return step.site


def key_sites(step: Step, use: Use) -> list[Site]:
    """Return the arguments of a call that are the consumed key, or the one that it comes of."""
    for term in (use.term, *_lineage(use.term)):
        found = [Site(node, step.site.chunk) for node, value in step.arguments if _carries(value, term)]
        if found:
            return found
    return []


def carrying(step: Step, term: Term) -> Site | None:
    """Return the argument of a call that is some key, None where there is none."""
    found = (node for node, value in step.arguments if _carries(value, term) and not isinstance(value, Tuple))
    return next((Site(node, step.site.chunk) for node in found), None)


def carries(step: Step, use: Use) -> bool:
    """Return whether a call is given the consumed key itself, rather than an object that holds it."""
    terms = [use.term, *(term for term in _lineage(use.term) if term.kind is not Kind.ATTRIBUTE)]
    held = use.term.kind is Kind.ATTRIBUTE
    return any(_carries(value, term) for term in terms[: 1 if held else None] for _, value in step.arguments)


def _innermost(node: cst.CSTNode, value: Value, term: Term) -> cst.CSTNode:
    """Return the element of a dict, list or tuple display that is the key, rather than the whole."""
    if not isinstance(value, Tuple) or not isinstance(node, (cst.Dict, cst.List, cst.Tuple)):
        return node
    if len(node.elements) != len(value.items):
        return node
    for element, item in zip(node.elements, value.items, strict=True):
        if _carries(item, term):
            return element.value
    return node


def _carries(value: Value, term: Term) -> bool:
    def is_it(inner: Value) -> bool:
        if isinstance(inner, Keys):
            return inner.parent is term
        return isinstance(inner, (Key, Opaque)) and inner.term is term

    return any_inside(value, {}, is_it, (Tuple,))


_TAKEN_OR_DERIVED = frozenset(
    {Kind.CHILD, Kind.STREAM, Kind.ATTRIBUTE, Kind.SUBSCRIPT, Kind.ITEM, Kind.LANE, Kind.ROW, Kind.SHAPED}
)


def _lineage(term: Term) -> list[Term]:
    """Return what a key was taken or derived from, the nearest first."""
    found: list[Term] = []
    while term.kind in _TAKEN_OR_DERIVED and term.parts:
        term = term.parts[0]
        found.append(term)
    return found


def key_name(site: Site, step: Step, name: str | None, use: Use | None = None) -> str:
    """Return what a reader knows the key by: the argument's text, or the name of a key that is captured.

    Args:
        site: the argument.
        step: the call.
        name: that name, if there is one.
        use: the consumption, where the argument may be an object that holds the key.

    Returns:
        the words, with backquotes where they are source text.
    """
    if use is not None and _holds(_value_at(step, site.node), use.term):
        return f"a key in `{spelled(site)}`"
    if site.node is not step.site.node and is_exact(step, site):
        return f"`{spelled(site)}`"
    return f"`{name}`" if name else f"a key in `{spelled(site)}`"


def _holds(value: Value | None, key: Term) -> bool:
    """Return whether a value is an object of which a key is an attribute."""
    between = [key, *_lineage(key)]
    at = between.index(value.term) if isinstance(value, Opaque) and value.term in between else 0
    return any(term.kind is Kind.ATTRIBUTE for term in between[:at])


def is_exact(step: Step, site: Site) -> bool:
    """Return whether an argument is a key by itself, which has a name: no call, and nothing that holds it."""
    exact = isinstance(site.node, (cst.Name, cst.Attribute, cst.Subscript))
    return exact and not any(isinstance(value, Tuple) for node, value in step.arguments if node is site.node)


def one_key(step: Step, use: Use) -> Site | None:
    """Return the argument of a call that is the consumed key, and can be split there: it is no array, nor an object.

    Args:
        step: the call.
        use: the consumption, of the key itself or of one that is split from it.
    """
    site = key_site(step, use)
    value = _value_at(step, site.node)
    term = use.term
    while isinstance(value, (Key, Opaque)) and term is not value.term and term.kind is Kind.CHILD and term.parts:
        term = term.parts[0]
    single = isinstance(value, (Key, Opaque)) and term is value.term
    return site if single and is_exact(step, site) else None


def _value_at(step: Step, wanted: cst.CSTNode) -> Value | None:
    """Return the value of an argument, or of an element of a display that is one."""
    for node, value in step.arguments:
        if node is wanted:
            return value
        if isinstance(value, Tuple) and isinstance(node, (cst.Dict, cst.List, cst.Tuple)):
            elements: list[cst.CSTNode] = [element.value for element in node.elements]
            if wanted in elements and len(elements) == len(value.items):
                return value.items[elements.index(wanted)]
    return None


def is_array(step: Step, site: Site) -> bool:
    """Return whether an argument is an array of keys, which cannot be split as one key can."""
    return any(node is site.node and isinstance(value, (Keys, Stacked)) for node, value in step.arguments)


def consumer(step: Step) -> str:
    """Return what a call consumes a key with, as a reader knows it: its name, or else what the text calls there."""
    node = step.site.node
    if step.label or not isinstance(node, cst.Call):
        return step.label or "this call"
    return spelled(Site(node.func, step.site.chunk))
