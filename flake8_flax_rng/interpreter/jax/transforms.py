"""JAX's function transforms and control flow: calling the functions they are given as they really do."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.context import Lanes
from flake8_flax_rng.interpreter.core.lifted import raw
from flake8_flax_rng.interpreter.core.mapped import mapping
from flake8_flax_rng.interpreter.domain.budget import LANES_COMPARED, PASSES
from flake8_flax_rng.interpreter.domain.events import Step
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Args,
    Bound,
    Class,
    Const,
    Function,
    FunctionCode,
    Key,
    Keys,
    Native,
    Opaque,
    Partial,
    Ref,
    Rows,
    Stacked,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.interpreter.python import generator_contexts
from flake8_flax_rng.interpreter.python.decorators import compacted, undecorated
from flake8_flax_rng.interpreter.python.iteration import iterate, key_at, known_items, named_tuple_items, spread
from flake8_flax_rng.semantics.transforms import CONTROL, KEYWORD_OF_FUNCTION, RAW_REPEATS, TRACING, WRAPPERS

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_CALLABLE = (Function, Class, Bound, Native, Partial, Symbol, Wrapped)


def call_symbol(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call a transform or control-flow function by its path; None when it is not one."""
    kind = CONTROL.get(path)
    if kind is not None:
        repeats = raw(engine, site, path) if path in RAW_REPEATS else nullcontext()
        with engine.tracing() if path.startswith("jax.lax.") else nullcontext(), repeats:
            return _CONTROLS[kind](engine, args, state, site)
    transform = WRAPPERS.get(path)
    if transform is None:
        return None
    if transform == "unknown" and args.positional:
        generator_contexts.forget(engine, args.positional[0], state)
    return [(_wrap(engine, transform, path, args), state)]


def _wrap(engine: Engine, transform: str, path: str, args: Args) -> Value:
    function = args.get(0, None)
    for name in KEYWORD_OF_FUNCTION:
        function = function or args.keywords.get(name)
    if function is None:
        return Partial(Symbol(path), (), tuple(args.keywords.items()))
    if transform == "factory":
        return Native("identity", NONE)
    if transform == "identity":
        return function
    if transform == "compact":
        return compacted(function)
    if transform == "unknown":
        return engine.unknown("decorated")
    if transform in TRACING and isinstance(inner := undecorated(function), Function):
        engine.jitted.add(inner.code)
    if transform == "cached" and isinstance(inner := undecorated(function), Function):
        engine.cached.add(inner.code)
    options = dict(args.keywords)
    if len(args.positional) > 1:
        options.setdefault("in_axes", args.positional[1])
    return Wrapped(transform, function, tuple(options.items()))


def call_wrapped(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    """Call the result of a transform."""
    options = dict(wrapped.options)
    if wrapped.transform in ("vmap", "pmap"):
        with nullcontext() if _is_one_for_all(options, state) else raw(engine, site, f"jax.{wrapped.transform}"):
            return map_lanes(engine, wrapped, options.get("in_axes"), args, state, site)
    if wrapped.transform == "shard":
        return _sharded(engine, wrapped, options.get("in_specs"), args, state, site)
    if wrapped.transform == "jit":
        engine.book.signs.call_compiled(site.node)
        with engine.tracing(_compiled(wrapped), _kept(wrapped, args)):
            return engine.call(wrapped.function, args, state, site)
    if wrapped.transform in ("grad", "value_and_grad"):
        engine.book.signs.call_gradient(site.node)
        aux = options.get("has_aux")
        with_aux = isinstance(aux, Const) and bool(aux.value)
        return [
            (_gradient(engine, wrapped.transform, with_aux, value), after)
            for value, after in engine.call(wrapped.function, args, state, site)
        ]
    if wrapped.transform.startswith(("abstract", "cached")):
        return [(engine.unknown("abstract"), state)]
    return engine.call(wrapped.function, args, state, site)


def map_lanes(engine: Engine, wrapped: Wrapped, axes: Value | None, args: Args, state: State, site: Site) -> Outcomes:
    """Call a function once for all lanes."""
    out_axes = dict(wrapped.options).get("out_axes")
    quiet = _is_one_for_all(dict(wrapped.options), state)
    mapped = Lanes(
        site,
        wrapped.transform,
        engine.terms.count,
        quiet=quiet,
        models=engine.context.models,
    )
    given = _lanes(engine, args, axes, state)
    for before, after in _pairs(args, given):
        mapped.varying.update(_new(engine, before, after, state))
        mapped.twins.update(_twins(engine, before, after))
        if isinstance(before, Stacked) and before.alike:
            mapped.repeated.add(engine.term(after, state))
    with mapping(engine, mapped), engine.tracing(eager=wrapped.transform == "vmap"):
        outcomes = engine.call(wrapped.function, given, state, site)
    for before, after in _pairs(args, given):
        engine.book.escapes.note_lanes(after, before)
    first = out_axes is None or out_axes == Const(0)
    count = next((c for value in args.values() if (c := _length(value)) is not None), None) if first else None
    return [(_stacked(engine, value, count, after), after) for value, after in outcomes]


def _is_one_for_all(options: dict[str, Value], state: State) -> bool:
    """Return whether a result is one for all lanes: whoever says so knows what the lanes share."""
    out_axes = options.get("out_axes")
    return out_axes is not None and any(axis == NONE for axis in known_items(out_axes, state) or [out_axes])


def _length(value: Value) -> int | None:
    return value.count if isinstance(value, Keys) else len(value.items) if isinstance(value, Rows) else None


def _sharded(engine: Engine, wrapped: Wrapped, specs: Value | None, args: Args, state: State, site: Site) -> Outcomes:
    """Call a function once for all shards; an empty specification gives the whole argument to each."""
    known = known_items(specs, state) if specs is not None else None
    per_argument = known if known is not None else [specs] * len(args.positional)
    mapped = Lanes(
        site,
        "shard_map",
        engine.terms.count,
        quiet=specs is None,
        models=engine.context.models,
    )
    given = args.shift(0)
    for index, value in enumerate(args.positional):
        spec = per_argument[index] if index < len(per_argument) else None
        whole = isinstance(spec, Opaque) and spec.term.kind == "pure" and len(spec.term.args) == 1
        if not whole:
            block = engine.terms.make("block", engine.term(value, state))
            given.positional[index] = (
                replace(value, parent=block, count=None) if isinstance(value, Keys) else Opaque(block)
            )
            mapped.varying.add(block)
    with mapping(engine, mapped), engine.tracing():
        outcomes = engine.call(wrapped.function, given, state, site)
    return [(engine.unknown("sharded"), after) for _, after in outcomes]


def _pairs(before: Args, after: Args) -> list[tuple[Value, Value]]:
    names = before.keywords
    return [
        *zip(before.positional, after.positional, strict=True),
        *((names[name], after.keywords[name]) for name in names),
    ]


def _twins(engine: Engine, before: Value, after: Value) -> dict[Term, tuple[Key, ...]]:
    """Return the keys of the other lanes, by that of the first lane, which is the one that is followed."""
    if not isinstance(after, Key):
        return {}
    others: list[Value] = []
    if isinstance(before, Rows):
        others = list(before.items[1:])
    elif isinstance(before, Keys) and not before.reshaped:
        others = [key_at(engine, before, index) for index in range(1, min(before.count or 0, LANES_COMPARED))]
    return {after.term: tuple(key for key in others if isinstance(key, Key))}


def _new(engine: Engine, before: Value, after: Value, state: State) -> list[Term]:
    """Return the terms of what differs from lane to lane."""
    if isinstance(before, Stacked) and before.alike:
        return []
    if isinstance(after, Tuple) and isinstance(before, Tuple):
        pairs = zip(before.items, after.items, strict=True)
        return [term for one, other in pairs for term in _new(engine, one, other, state)]
    if isinstance(after, Ref) and isinstance(before, Ref):
        ours, theirs = state.heap.get(before.address), state.heap.get(after.address)
        if isinstance(ours, ListObject) and isinstance(theirs, ListObject):
            return _new(engine, Tuple(ours.items), Tuple(theirs.items), state)
        if isinstance(ours, DictObject) and isinstance(theirs, DictObject):
            one, other = (Tuple(tuple(item for _, item in found.entries)) for found in (ours, theirs))
            return _new(engine, one, other, state)
        if isinstance(ours, Instance) and isinstance(theirs, Instance):
            one, other = (Tuple(tuple(found.attributes.values())) for found in (ours, theirs))
            return _new(engine, one, other, state)
        return []
    if before is after and not isinstance(before, Ref):
        return []
    if isinstance(after, Keys):
        return [engine.term(after, state), after.parent]
    return [engine.term(after, state)]


def _compiled(wrapped: Wrapped) -> FunctionCode | None:
    function = undecorated(wrapped.function)
    if isinstance(function, Bound):
        function = undecorated(function.function)
    return function.code if isinstance(function, Function) else None


def _kept(wrapped: Wrapped, args: Args) -> Value | None:
    """Return the object whose method was compiled, if that is not an argument which may change."""
    if isinstance(wrapped.function, Bound):
        return wrapped.function.receiver
    options = dict(wrapped.options)
    static = options.get("static_argnums")
    if static in (Const(0), Tuple((Const(0),))) and args.positional:
        return args.positional[0]
    return None


def _gradient(engine: Engine, transform: str, aux: bool, value: Value) -> Value:
    gradient = engine.unknown("gradient")
    if transform == "value_and_grad":
        return Tuple((value, gradient))
    if aux:
        extra = value.items[1] if isinstance(value, Tuple) and len(value.items) == 2 else engine.unknown("aux")
        return Tuple((gradient, extra))
    return gradient


def _lanes(engine: Engine, args: Args, axes: Value | None, state: State) -> Args:
    """Return the arguments as one lane of ``vmap`` sees them."""
    per_argument = known_items(axes, state) if isinstance(axes, Tuple | Ref) else None
    lanes = args.shift(0)
    for index, value in enumerate(args.positional):
        axis = axes
        if per_argument is not None:
            axis = per_argument[index] if index < len(per_argument) else NONE
        lanes.positional[index] = _along(engine, value, axis, state)
    lanes.keywords = {name: lane(engine, value, state) for name, value in args.keywords.items()}
    return lanes


def _along(engine: Engine, value: Value, axis: Value | None, state: State) -> Value:
    """Return what one lane gets of an argument; its axes may form a tree like the argument's own."""
    if axis == NONE:
        return value
    ours = state.heap.get(value.address) if isinstance(value, Ref) else None
    theirs = state.heap.get(axis.address) if isinstance(axis, Ref) else None
    if isinstance(ours, DictObject) and isinstance(theirs, DictObject):
        entries = tuple((key, _along(engine, item, theirs.get(key), state)) for key, item in ours.entries)
        return engine.allocate(state, DictObject(entries, ours.complete))
    if isinstance(ours, Instance) and isinstance(theirs, Instance):
        fields = {n: _along(engine, item, theirs.attributes.get(n), state) for n, item in ours.attributes.items()}
        return engine.allocate(state, replace(ours, attributes=fields))
    items, parts = known_items(value, state), known_items(axis, state) if axis is not None else None
    if items is not None and parts is not None and len(items) == len(parts):
        return Tuple(tuple(_along(engine, item, part, state) for item, part in zip(items, parts, strict=True)))
    return lane(engine, value, state)


def lane(engine: Engine, value: Value, state: State) -> Value:
    """Return what one lane gets of a mapped value: the first element stands for all."""
    if isinstance(value, Keys):
        engine.book.read(value)
        return key_at(engine, value, 0)
    if isinstance(value, Stacked):
        return value.lane
    if isinstance(value, Rows) and value.items:
        engine.book.read(value)
        return value.items[0]
    if isinstance(value, Key):
        return Key(engine.terms.make("lane", value.term), value.origin)
    if isinstance(value, Tuple):
        return Tuple(tuple(lane(engine, item, state) for item in value.items))
    if isinstance(value, Opaque):
        stacked = value.term.kind == "stacked" and value.term.args[0]
        if stacked and not isinstance(stacked, str | int | float | bytes | complex):
            return Opaque(stacked)
        return Opaque(engine.terms.make("lane", value.term))
    if isinstance(value, Ref):
        found = state.heap.get(value.address)
        if isinstance(found, DictObject):
            entries = tuple((key, lane(engine, item, state)) for key, item in found.entries)
            return engine.allocate(state, DictObject(entries, found.complete))
        if isinstance(found, ListObject):
            items = tuple(lane(engine, item, state) for item in found.items)
            return engine.allocate(state, ListObject(items, found.complete))
        if isinstance(found, Instance) and any(map(_is_stacked, found.attributes.values())):
            fields = {n: lane(engine, v, state) if _is_stacked(v) else v for n, v in found.attributes.items()}
            return engine.allocate(state, replace(found, attributes=fields))
    return value


def _is_stacked(value: Value) -> bool:
    return isinstance(value, Stacked) or (isinstance(value, Opaque) and value.term.kind == "stacked")


def _stacked(engine: Engine, value: Value, count: int | None, state: State) -> Value:
    """Return what the lanes have made: of a tree, each leaf is an array of what they have there."""
    if isinstance(value, Tuple):
        return Tuple(tuple(_stacked(engine, item, count, state) for item in value.items))
    found = state.heap.get(value.address) if isinstance(value, Ref) else None
    if isinstance(found, DictObject) and found.complete:
        entries = tuple((key, _stacked(engine, item, count, state)) for key, item in found.entries)
        return engine.allocate(state, DictObject(entries))
    if isinstance(found, ListObject) and found.complete:
        return engine.allocate(state, ListObject(tuple(_stacked(engine, item, count, state) for item in found.items)))
    if isinstance(found, Instance) and (found.frozen or named_tuple_items(found) is not None):
        fields = {name: _stacked(engine, item, count, state) for name, item in found.attributes.items()}
        return engine.allocate(state, replace(found, attributes=fields))
    if isinstance(value, Const) and value.value is None:
        return value
    if isinstance(value, Key | Keys):
        return Stacked(value, count=count)
    return Opaque(engine.terms.make("stacked", engine.term(value, state)))


def as_array(engine: Engine, value: Value) -> Value:
    """Return a number as it is inside of a trace: an array, of which Python cannot tell the value."""
    if isinstance(value, Tuple):
        return Tuple(tuple(as_array(engine, item) for item in value.items))
    number = value.value if isinstance(value, Const) else None
    if isinstance(number, int) and not isinstance(number, bool):
        return Opaque(engine.terms.const(number), number)
    return value


def _scan(engine: Engine, args: Args, state: State, site: Site) -> Outcomes:
    function, carry, rows = args.get(0, "f"), args.get(1, "init"), args.get(2, "xs")
    if function is None or carry is None:
        return engine.unknown_call(Symbol("jax.lax.scan"), args, state)
    serial = engine.number()
    paths: Outcomes = [(as_array(engine, carry), state)]
    count = _count(engine, args.get(4, "length"), rows, state)
    over: Outcomes = []
    for turn in range(passes(args.get(4, "length"), rows)):
        if turn:
            over = [path for path in paths if conditions.certainly_one(engine, [count], path[1])]
            paths = [path for path in paths if path not in over]
        with engine.step(Step(site, turn=turn)):
            paths = engine.merge_outcomes(
                [
                    (first_of_pair(engine, value), after)
                    for current, at in paths
                    for value, after in engine.call(
                        function, Args([current, row(engine, rows, serial, turn, at)]), at, site
                    )
                ]
            )
    return [(Tuple((value, engine.unknown("ys"))), after) for value, after in [*paths, *over]]


def _count(engine: Engine, length: Value | None, rows: Value | None, state: State) -> Term | None:
    """Return the term that names how often a scan runs: its length, or ``n`` of ``arange(n)``."""
    if length is not None and length != NONE:
        return engine.term(length, state)
    if isinstance(rows, Opaque) and rows.term.kind == "pure" and rows.term.args[0] == "jax.numpy.arange":
        return rows.term.part(1)
    return None


def passes(length: Value | None, rows: Value | None = None) -> int:
    """Return how many passes to follow: fewer than usual where the loop is known to be shorter."""
    known = length.value if isinstance(length, Const) else _length(rows) if rows is not None else None
    return min(PASSES, max(0, known)) if isinstance(known, int) else PASSES


def first_of_pair(engine: Engine, value: Value) -> Value:
    """Return the carry of what the body of a scan returns."""
    if isinstance(value, Tuple) and len(value.items) == 2:
        return value.items[0]
    return engine.unknown("carry")


def row(engine: Engine, rows: Value | None, serial: int, turn: int, state: State) -> Value:
    """Return what pass ``turn`` of a scan gets of ``xs``."""
    if rows is None or rows == NONE:
        return NONE
    if isinstance(rows, Keys):
        engine.book.read(rows)
        return key_at(engine, rows, turn)
    if isinstance(rows, Stacked) and rows.alike:
        return rows.lane
    if isinstance(rows, Rows) and turn < len(rows.items):
        engine.book.read(rows)
        return rows.items[turn]
    if isinstance(rows, Tuple):
        return Tuple(tuple(row(engine, item, serial, turn, state) for item in rows.items))
    if isinstance(rows, Ref):
        found = state.heap.get(rows.address)
        if isinstance(found, DictObject) and found.complete:
            entries = tuple((key, row(engine, item, serial, turn, state)) for key, item in found.entries)
            return engine.allocate(state, DictObject(entries))
    if isinstance(rows, Opaque) and rows.term.kind == "pure" and rows.term.args[0] == "jax.numpy.arange":
        return Opaque(engine.terms.make("item", serial, rows.term, turn), turn)
    return Opaque(engine.terms.make("item", serial, engine.term(rows, state), turn))


def _fori_loop(engine: Engine, args: Args, state: State, site: Site) -> Outcomes:
    lower, body, carry = args.get(0, "lower"), args.get(2, "body_fun"), args.get(3, "init_val")
    if body is None or carry is None:
        return engine.unknown_call(Symbol("jax.lax.fori_loop"), args, state)
    start = lower.value if isinstance(lower, Const) and isinstance(lower.value, int) else None
    upper = args.get(1, "upper")
    last = upper.value if isinstance(upper, Const) and isinstance(upper.value, int) else None
    length = Const(last - start) if last is not None and start is not None else None
    serial = engine.number()
    count = engine.term(upper, state) if upper is not None and start == 0 else None
    paths: Outcomes = [(as_array(engine, carry), state)]
    over: Outcomes = []
    for turn in range(passes(length)):
        if turn:
            over = [path for path in paths if conditions.certainly_one(engine, [count], path[1])]
            paths = [path for path in paths if path not in over]
        number = None if start is None else start + turn
        index = Opaque(engine.terms.make("item", serial, "range", turn), number, None if last is None else last - 1)
        with engine.step(Step(site, turn=turn)):
            paths = engine.merge_outcomes(
                [outcome for current, at in paths for outcome in engine.call(body, Args([index, current]), at, site)]
            )
    return [*paths, *over]


def _while_loop(engine: Engine, args: Args, state: State, site: Site) -> Outcomes:
    test, body, carry = args.get(0, "cond_fun"), args.get(1, "body_fun"), args.get(2, "init_val")
    if test is None or body is None or carry is None:
        return engine.unknown_call(Symbol("jax.lax.while_loop"), args, state)
    paths: Outcomes = [(as_array(engine, carry), state)]
    for turn in range(PASSES):
        with engine.step(Step(site, turn=turn)):
            entering = [
                (current, after) for current, at in paths for _, after in engine.call(test, Args([current]), at, site)
            ]
            paths = engine.merge_outcomes(
                [
                    outcome
                    for current, at in engine.merge_outcomes(entering)
                    for outcome in engine.call(body, Args([current]), at, site)
                ]
            )
    return paths


def cond(engine: Engine, args: Args, state: State, site: Site) -> Outcomes:
    """Follow ``cond``: one of two functions runs."""
    test = args.get(0, "pred")
    yes, no = args.get(1, "true_fun"), args.get(2, "false_fun")
    operands = args.positional[3:]
    if "operand" in args.keywords:
        operands = [args.keywords["operand"]]
    yes_operands = no_operands = operands
    if (
        len(args.positional) == 5
        and isinstance(args.positional[2], _CALLABLE)
        and isinstance(args.positional[4], _CALLABLE)
    ):
        yes, no = args.positional[2], args.positional[4]
        yes_operands, no_operands = [args.positional[1]], [args.positional[3]]
    if test is None or yes is None or no is None:
        return engine.unknown_call(Symbol("jax.lax.cond"), args, state)
    result: Outcomes = []
    for held, path in conditions.branch(engine, test, state):
        function, given = (yes, yes_operands) if held else (no, no_operands)
        result.extend(engine.call(function, Args(list(given)), path, site))
    return engine.merge_outcomes(result)


def switch(engine: Engine, args: Args, state: State, site: Site) -> Outcomes:
    """Follow ``switch``: one of several functions runs."""
    index, branches = args.get(0, "index"), args.get(1, "branches")
    functions = known_items(branches, state) if branches is not None else None
    if functions is None or index is None:
        return engine.unknown_call(Symbol("jax.lax.switch"), args, state)
    operands = args.positional[2:]
    result: Outcomes = []
    for number, function in enumerate(functions):
        chosen = conditions.compared(engine, "==", index, Const(number), state)
        path = conditions.assume(engine, chosen, True, state.fork())
        if path is not None:
            result.extend(engine.call(function, Args(list(operands)), path, site))
    return engine.merge_outcomes(result)


def _map(engine: Engine, args: Args, state: State, site: Site) -> Outcomes:
    function = args.get(0, "f")
    rows = args.get(1, "xs")
    if function is None or rows is None:
        return engine.unknown_call(Symbol("map"), args, state)
    columns = [iterate(engine, value, state) for value in [rows, *args.positional[2:]]]
    exact = any(column.exact for column in columns)
    count = min(len(column.passes) for column in columns)
    turns = [[column.passes[turn] for column in columns] for turn in range(count)]
    return _each(engine, function, turns, exact, state, site)


def _starmap(engine: Engine, args: Args, state: State, site: Site) -> Outcomes:
    """Follow ``itertools.starmap``, which spreads each row over the function's parameters."""
    function, rows = args.get(0, None), args.get(1, None)
    if function is None or rows is None:
        return engine.unknown_call(Symbol("itertools.starmap"), args, state)
    iteration = iterate(engine, rows, state)
    turns = [spread(engine, value, state) for value in iteration.passes]
    known = [turn for turn in turns if turn is not None]
    if len(known) < len(turns):
        return engine.unknown_call(Symbol("itertools.starmap"), args, state)
    return _each(engine, function, known, iteration.exact, state, site)


def _reduce(engine: Engine, args: Args, state: State, site: Site) -> Outcomes:
    """Follow ``functools.reduce``: each pass gets what the last one has made."""
    function, rows = args.get(0, None), args.get(1, None)
    if function is None or rows is None:
        return engine.unknown_call(Symbol("functools.reduce"), args, state)
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


def _lax_map(engine: Engine, args: Args, state: State, site: Site) -> Outcomes:
    """Follow ``lax.map``, which takes a row of each array in a tree, as ``scan`` does."""
    function, rows = args.get(0, "f"), args.get(1, "xs")
    if function is None or rows is None:
        return engine.unknown_call(Symbol("jax.lax.map"), args, state)
    serial = engine.number()
    turns = [[row(engine, rows, serial, turn, state)] for turn in range(passes(None, rows))]
    return _each(engine, function, turns, False, state, site)


def _tree_map(engine: Engine, args: Args, state: State, site: Site) -> Outcomes:
    function = args.get(0, "f")
    trees = args.positional[1:] or [value for name, value in args.keywords.items() if name == "tree"]
    if function is None or not trees:
        return engine.unknown_call(Symbol("jax.tree.map"), args, state)
    leaves = [_leaves(engine, tree, state) for tree in trees]
    known = all(exact for _, exact in leaves) and len({len(items) for items, _ in leaves}) == 1
    count = len(leaves[0][0]) if known else min(PASSES, *(len(items) for items, _ in leaves), PASSES)
    turns = [[items[turn] for items, _ in leaves] for turn in range(count)]
    return _each(engine, function, turns, known, state, site)


def _leaves(engine: Engine, tree: Value, state: State) -> tuple[list[Value], bool]:
    """Return the leaves of a tree that is known, else two leaves that stand for all."""
    items: list[Value] | None = None
    if isinstance(tree, Ref):
        found = state.heap.get(tree.address)
        if isinstance(found, DictObject) and found.complete:
            items = [value for _, value in found.entries]
    if items is None and not isinstance(tree, Const):
        items = known_items(tree, state)
    if items is None:
        serial = engine.number()
        term = engine.term(tree, state)
        return [Opaque(engine.terms.make("item", serial, term, turn)) for turn in range(PASSES)], False
    parts = [_leaves(engine, item, state) if isinstance(item, Ref | Tuple) else ([item], True) for item in items]
    return [leaf for leaves, _ in parts for leaf in leaves], all(exact for _, exact in parts)


def _each(engine: Engine, function: Value, turns: list[list[Value]], exact: bool, state: State, site: Site) -> Outcomes:
    """Call a function once for each row, and gather the results in a list."""
    paths: list[tuple[list[Value], State]] = [([], state)]
    for turn, row in enumerate(turns):
        with engine.step(Step(site, turn=turn)):
            after: Outcomes = [
                (engine.allocate(end, ListObject((*made, value))), end)
                for made, at in paths
                for value, end in engine.call(function, Args(list(row)), at, site)
            ]
            paths = [(known_items(value, end) or [], end) for value, end in engine.merge_outcomes(after)]
    return [(engine.allocate(end, ListObject(tuple(made), exact)), end) for made, end in paths]


def _vjp(engine: Engine, args: Args, state: State, site: Site) -> Outcomes:
    function = args.get(0, "fun")
    if function is None:
        return engine.unknown_call(Symbol("jax.vjp"), args, state)
    given = args.positional[1:]
    if len(given) == 2 and all(isinstance(value, Tuple) for value in given):
        inner = known_items(given[0], state) or []
        given = inner
    return [
        (Tuple((value, engine.unknown("pullback"))), after)
        for value, after in engine.call(function, Args(list(given)), state, site)
    ]


def _eval_shape(engine: Engine, args: Args, state: State, site: Site) -> Outcomes:
    function = args.get(0, "fun")
    target = function.function if isinstance(function, Partial) else function
    known = isinstance(target, Native) or (isinstance(target, Function) and target.code.name == "<lambda>")
    if function is not None and known:
        with engine.book.uses.for_shapes_only(), engine.tracing():
            engine.call(function, args.shift(1), state.fork(), site)
    return [(engine.unknown("shapes"), state)]


_Control = Callable[["Engine", Args, "State", "Site"], "Outcomes"]

_CONTROLS: dict[str, _Control] = {
    "scan": _scan,
    "fori_loop": _fori_loop,
    "while_loop": _while_loop,
    "cond": cond,
    "switch": switch,
    "map": _map,
    "starmap": _starmap,
    "reduce": _reduce,
    "lax_map": _lax_map,
    "tree_map": _tree_map,
    "vjp": _vjp,
    "eval_shape": _eval_shape,
}
