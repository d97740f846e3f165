"""Calls of assertions: what they demand of the values that they are given."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import NESTING_NAMED
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import Ref, Tuple
from flake8_flax_rng.semantics.comparisons import Demand, demand, says_equal
from flake8_flax_rng.semantics.libraries import trusted

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Args, Value
    from flake8_flax_rng.interpreter.paths.state import State

_ORDERED = {Demand.LESS: Kind.LESS, Demand.GREATER: Kind.GREATER}


def note(engine: Engine, name: str, args: Args, state: State, site: Site) -> None:
    """Note what a call demands, if it is one of an assertion.

    Args:
        engine: the analysis.
        name: the name of what is called.
        args: its arguments.
        state: the path.
        site: the place of the call.
    """
    what = _demand(engine, name, site)
    if what is None:
        return
    terms = [contents(engine, value, state) for value in args.values()]
    demanded, make = engine.book.signs.assertions.demand, engine.terms.make
    if what in (Demand.TRUE, Demand.FALSE):
        for term in terms[:1]:
            demanded(term, what is Demand.TRUE)
    elif what in _ORDERED:
        for one, other in list(pairwise(terms))[:1]:
            demanded(make(_ORDERED[what], one, other), True)
    else:
        drawn = [term for term in terms if term.draws]
        for one, other in pairwise(drawn if len(drawn) > 1 else [*drawn, engine.terms.const(0)]):
            demanded(make(Kind.EQUAL, one, other), True)


def _demand(engine: Engine, name: str, site: Site) -> Demand | None:
    """Return what a call demands; one of which nothing is known, and that returns nothing of use, is an assertion."""
    found = demand(name)
    if found is None and says_equal(name) and not trusted(name) and engine.book.signs.is_unused(site.node):
        return Demand.EQUAL
    return found


def contents(engine: Engine, value: Value, state: State, depth: int = 0) -> Term:
    """Return a term for a value by what it holds, that of an object too."""
    found = state.heap.get(value.address) if isinstance(value, Ref) else None
    inner: list[Value] | None = None
    if isinstance(value, Tuple):
        inner = list(value.items)
    elif isinstance(found, Instance):
        inner = list(found.attributes.values())
    elif isinstance(found, ListObject):
        inner = list(found.items)
    elif isinstance(found, DictObject):
        inner = [item for _, item in found.entries]
    if inner is None or depth > NESTING_NAMED:
        return engine.term(value, state)
    return engine.terms.make(Kind.TUPLE, *(contents(engine, item, state, depth + 1) for item in inner))
