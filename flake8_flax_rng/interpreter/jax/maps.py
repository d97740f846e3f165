"""Functions that call a function once for each row or leaf: ``map``, ``lax.map``, ``tree.map`` and their kin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.models import Calls
from flake8_flax_rng.interpreter.domain.budget import PASSES, TREE_NODES_READ
from flake8_flax_rng.interpreter.domain.events import Step
from flake8_flax_rng.interpreter.domain.heap import DictObject, ListObject
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term, is_elementwise, parts
from flake8_flax_rng.interpreter.domain.values import (
    Args,
    Const,
    Opaque,
    Ref,
    Symbol,
    Tuple,
    Value,
)
from flake8_flax_rng.interpreter.domain.walk import children
from flake8_flax_rng.interpreter.jax.control_flow import passes, row, traced
from flake8_flax_rng.interpreter.python.iteration import iterate, known_items, spread
from flake8_flax_rng.semantics.computing import ARRAYS, FLATTENING
from flake8_flax_rng.semantics.transforms import calling

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

_SAMPLERS = "jax.random."


def _map(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    function = args.get(0, "f")
    rows = args.get(1, "xs")
    if function is None or rows is None:
        return unknown_code.unknown_call(engine, Symbol(path), args, state)
    columns = [iterate(engine, value, state) for value in [rows, *args.positional[2:]]]
    exact = any(column.exact for column in columns)
    count = min(len(column.passes) for column in columns)
    turns = [[column.passes[turn] for column in columns] for turn in range(count)]
    return _each(engine, function, turns, exact, state, site)


def _starmap(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Follow ``itertools.starmap``, which spreads each row over the function's parameters."""
    function, rows = args.get(0, None), args.get(1, None)
    if function is None or rows is None:
        return unknown_code.unknown_call(engine, Symbol(path), args, state)
    iteration = iterate(engine, rows, state)
    turns = [spread(engine, value, state) for value in iteration.passes]
    known = [turn for turn in turns if turn is not None]
    if len(known) < len(turns):
        return unknown_code.unknown_call(engine, Symbol(path), args, state)
    return _each(engine, function, known, iteration.exact, state, site)


def _reduce(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Follow ``functools.reduce``: each pass gets what the last one has made."""
    function, rows = args.get(0, None), args.get(1, None)
    if function is None or rows is None:
        return unknown_code.unknown_call(engine, Symbol(path), args, state)
    iteration = iterate(engine, rows, state)
    items = iteration.passes
    start = args.get(2, "initial")
    if start is None:
        start, items = (items[0] if items else engine.unknown("first")), items[1:]
    paths: Outcomes = [(start, state)]
    for turn, item in enumerate(items):
        with engine.step(Step(site, turn=turn)):
            paths = engine.merge_outcomes(
                [made for value, at in paths for made in engine.call(function, Args([value, item]), at, site)]
            )
    return paths if iteration.exact else [(engine.unknown("reduced"), after) for _, after in paths]


def _lax_map(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Follow ``lax.map``, which takes a row of each array in a tree, as ``scan`` does."""
    function, rows = args.get(0, "f"), args.get(1, "xs")
    if function is None or rows is None:
        return unknown_code.unknown_call(engine, Symbol(path), args, state)
    serial = engine.number()
    turns = [[row(engine, rows, serial, turn, state)] for turn in range(passes(None, rows))]
    return _each(engine, function, turns, False, state, site)


def _tree_map(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    function = args.get(0, "f")
    trees = args.positional[1:] or [value for name, value in args.keywords.items() if name == "tree"]
    if function is None or not trees:
        return unknown_code.unknown_call(engine, Symbol(path), args, state)
    if _is_array(trees[0]):
        return engine.call(function, Args(trees), state, site)
    leaves = [_leaves(engine, tree, state) for tree in trees]
    known = all(exact for _, exact in leaves) and len({len(items) for items, _ in leaves}) == 1
    count = len(leaves[0][0]) if known else min(PASSES, *(len(items) for items, _ in leaves), PASSES)
    turns = [[items[turn] for items, _ in leaves] for turn in range(count)]
    return _each(engine, function, turns, known, state, site)


def _is_array(value: Value) -> bool:
    """Return whether a tree is certain to be one array, which is its only leaf."""
    return isinstance(value, Opaque) and any(map(_makes_array, parts(value.term, into=is_elementwise)))


def _makes_array(term: Term) -> bool:
    if term.kind is Kind.DRAW:
        return str(term.at(1)).startswith(_SAMPLERS)
    if term.kind is Kind.SUBSCRIPT and term.owner is not None and term.index is not None:
        return term.owner.function in FLATTENING and term.index.value == 0
    return term.kind is Kind.PURE and term.function in ARRAYS


def _leaves(engine: Engine, tree: Value, state: State) -> tuple[list[Value], bool]:
    """Return the leaves of a tree, and whether these are all; two leaves stand for all of a part that is not known.

    Of a tree with many nodes only the first leaves are returned: what is shared counts as often as it is held.
    """
    found: list[Value] = []
    exact, nodes = True, 0
    pending = [tree]
    while pending and nodes < TREE_NODES_READ:
        node = pending.pop()
        nodes += 1
        if node is not tree and not isinstance(node, (Ref, Tuple)):
            found.append(node)
            continue
        items = _inside(node, state)
        if items is None:
            serial, term = engine.number(), engine.term(node, state)
            found.extend(Opaque(engine.terms.make(Kind.ITEM, serial, term, turn)) for turn in range(PASSES))
            exact = False
        else:
            pending.extend(reversed(items))
    return found, exact and not pending


def _inside(node: Value, state: State) -> Sequence[Value] | None:
    """Return what a node of a tree holds, None where that is not known."""
    found = state.heap.get(node.address) if isinstance(node, Ref) else None
    if isinstance(found, DictObject):
        return children(node, state.heap) if found.complete else None
    return None if isinstance(node, Const) else known_items(node, state)


def _each(engine: Engine, function: Value, turns: list[list[Value]], exact: bool, state: State, site: Site) -> Outcomes:
    """Call a function once for each row, and gather the results in a list."""
    paths: list[tuple[list[Value], State]] = [([], state)]
    for turn, given in enumerate(turns):
        with engine.step(Step(site, turn=turn)):
            after: Outcomes = [
                (engine.allocate(end, ListObject((*made, value))), end)
                for made, at in paths
                for value, end in engine.call(function, Args(list(given)), at, site)
            ]
            paths = [(known_items(value, end) or [], end) for value, end in engine.merge_outcomes(after)]
    return [(engine.allocate(end, ListObject(tuple(made), exact)), end) for made, end in paths]


CALLS = (
    Calls(_map, calling("map")),
    Calls(_starmap, calling("starmap")),
    Calls(_reduce, calling("reduce")),
    Calls(traced(_lax_map), calling("lax_map")),
    Calls(_tree_map, calling("tree_map")),
)
