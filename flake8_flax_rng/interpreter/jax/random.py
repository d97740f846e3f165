"""Calls of ``jax.random`` and of initialisers: making, deriving and consuming keys."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.checks import key_contract
from flake8_flax_rng.interpreter.core import lifted, mapped
from flake8_flax_rng.interpreter.domain.events import Made, Misused, Use
from flake8_flax_rng.interpreter.domain.terms import Term
from flake8_flax_rng.interpreter.domain.values import (
    FALSE,
    NONE,
    Args,
    Const,
    Key,
    Keys,
    Native,
    Opaque,
    Rows,
    Stacked,
    Tuple,
    Value,
)
from flake8_flax_rng.interpreter.paths.conditions import timeless
from flake8_flax_rng.interpreter.paths.state import SHARED, LedgerKey
from flake8_flax_rng.interpreter.python import classes
from flake8_flax_rng.interpreter.python.array_shapes import in_shape
from flake8_flax_rng.interpreter.python.iteration import key_at, known_items, spread
from flake8_flax_rng.interpreter.python.subscripts import item
from flake8_flax_rng.semantics import jax_random as table

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State


def call_symbol(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call a function by its path; None when it has nothing to do with keys."""
    sampler = table.SAMPLERS.get(path)
    if sampler is not None:
        return _sample(engine, path, sampler, args, state)
    if path in table.SEEDS:
        return [(_seeded(engine, path, args, state), state)]
    if path == table.SPLIT:
        return _split(engine, args, state)
    if path == table.FOLD_IN:
        return _fold_in(engine, args, state)
    if path == table.CLONE:
        return [(Key(engine.terms.fresh("clone")), state)]
    if path == table.KEY_DATA:
        return _key_data(engine, args, state)
    if path == table.WRAP:
        return [(_wrapped(engine, args, state), state)]
    if path in table.INITIALIZER_FACTORIES:
        return [(Native(f"initializer.{path}", Const(None)), state)]
    if path in table.STACKING and args.positional and isinstance(args.positional[0], Stacked):
        return [(args.positional[0], state)]
    if path in table.STACKING and args.positional:
        items = known_items(args.positional[0], state)
        if items and (_alike(items) or any(isinstance(item, Key | Keys) for item in items)):
            return [(_in_rows(items), state)]
    if path == table.JOINING and args.positional:
        joined = _joined(engine, args.positional[0], state)
        return [(joined, state)] if joined is not None else None
    if path in table.REPEATING and args.positional and isinstance(args.positional[0], Key | Stacked):
        given = args.positional[0]
        lane = given.lane if isinstance(given, Stacked) and given.count == 1 else given
        return [(Stacked(lane, alike=True) if isinstance(lane, Key) else given, state)]
    if path in table.PICKING and len(args.positional) > 1:
        array, index = args.positional[:2]
        if isinstance(array, Keys):
            return [(item(engine, array, index, state), state)]
        engine.book.signs.orders.note(engine.term(array, state), engine.term(index, state))
    if path in table.FORWARDING and args.positional and isinstance(args.positional[0], Key | Keys | Rows | Stacked):
        shape = args.get(1, "shape")
        return [(reshaped(engine, args.positional[0], path, [] if shape is None else [shape]), state)]
    return None


def _in_rows(items: list[Value]) -> Rows | Stacked:
    """Return keys as the rows of an array; one key many times over is known as such."""
    return Stacked(items[0], alike=True) if _alike(items) else Rows(tuple(items))


def _alike(items: list[Value]) -> bool:
    """Return whether an array holds one value many times over, which may be a key."""
    one = items[0]
    return len(items) > 1 and isinstance(one, Key | Keys | Opaque) and all(item == one for item in items)


def _joined(engine: Engine, parts: Value, state: State) -> Rows | Stacked | None:
    """Return arrays of keys one behind the other, if all keys are known."""
    rows: list[Value] = []
    for part in known_items(parts, state) or []:
        if isinstance(part, Stacked) and part.count == 1:
            rows.append(part.lane)
        elif isinstance(part, Keys) and not part.inner and not part.reshaped:
            rows.extend(spread(engine, part, state) or [NONE])
        elif isinstance(part, Rows):
            rows.extend(part.items)
        elif isinstance(part, Opaque) and (row := _only_row(part.term)) is not None:
            rows.append(Opaque(row))
        else:
            return None
    if rows and any(isinstance(row, Key) for row in rows):
        # What stands beside keys in one array is a key, whatever else is known of it.
        rows = [Key(row.term) if isinstance(row, Opaque) else row for row in rows]
    return _in_rows(rows) if rows and (_alike(rows) or all(isinstance(row, Key) for row in rows)) else None


def _only_row(term: Term) -> Term | None:
    """Return ``x`` of ``x[None]``."""
    place = term.part(1) if term.kind == "subscript" else None
    return term.part(0) if place is not None and place.kind == "const" and place.value is None else None


def reshaped(engine: Engine, value: Value, how: str, shape: list[Value]) -> Value:
    """Return keys in another shape; of their number nothing is known any more where the shape is not known."""
    if not how.endswith(("shape", "squeeze", "ravel", "flatten", "T", "at")):
        return value
    if how.endswith("squeeze"):
        if isinstance(value, Stacked) and value.count == 1:
            return value.lane
        if isinstance(value, Keys) and value.count == 1 and not value.inner:
            return key_at(engine, value, 0)
    if isinstance(value, Key):
        return Stacked(value, count=1) if how.endswith("reshape") else value
    if isinstance(value, Stacked) and not isinstance(value.lane, Key):
        # The rows of the lanes may lie along one axis now: what a lane had is no row any more.
        return Opaque(engine.terms.make("reshaped", engine.terms.fresh("shape")))
    if isinstance(value, Keys | Rows):
        known = in_shape(engine, value, how, shape)
        if known is not None:
            return known
    if isinstance(value, Rows):
        return engine.unknown("rows")
    if not isinstance(value, Keys):
        return value
    if value.inner:
        return Opaque(engine.terms.make("reshaped", value.parent, engine.terms.fresh("shape")))
    return replace(value, count=None, reshaped=True)


def _seeded(engine: Engine, path: str, args: Args, state: State) -> Value:
    seed = args.get(0, "seed")
    term = engine.term(seed, state) if seed is not None else engine.terms.fresh("seed")
    key_contract.check_seed(engine, seed, term, args)
    legacy = path in table.LEGACY and not engine.typed_keys
    if legacy:
        engine.emit(Misused("legacy", engine.context.stack[-1].site))
    origin = _made(engine, "seed", 0, term, legacy, isinstance(seed, Const))
    impl = args.keywords.get("impl")
    default = impl is None or impl in (NONE, Const("threefry2x32"))
    parts = [term] if default or impl is None else [term, engine.term(impl, state)]
    return Key(engine.terms.make("seed", *parts), origin)


def _made(
    engine: Engine,
    kind: str,
    parent: int,
    source: Term,
    legacy: bool | None = None,
    constant: bool = False,
    varied: bool = False,
) -> int:
    """Note a call that makes keys, and return its number."""
    origin = engine.number()
    place = "module" if engine.context.activations else "traced" if engine.context.traces else ""
    engine.book.origins.add(
        origin, Made(tuple(engine.context.stack), kind, parent, source, legacy, constant, place, varied=varied)
    )
    return origin


def _key_data(engine: Engine, args: Args, state: State) -> Outcomes:
    """Return the bits of a key as an array of words, which remembers the key that they are."""
    key = args.get(0, "keys")
    found = key_term(key)
    if found is not None:
        return [(Opaque(engine.terms.make("key data", *found)), state)]
    return engine.pure_call(table.KEY_DATA, args, state)


def _arithmetic(term: Term) -> bool:
    """Return whether a value is computed from the bits of a key."""
    return term.kind == "op" and any(
        part.kind == "key data" or _arithmetic(part) for part in map(_unpacked, term.parts)
    )


def _unpacked(term: Term) -> Term:
    """Return an array inside of functions that only copy it."""
    while term.kind == "pure" and term.args[0] in table.COPYING and isinstance(term.args[1], Term):
        term = term.args[1]
    return term


def _wrapped(engine: Engine, args: Args, state: State) -> Value:
    """Return the key that some words are: the bits of a key are that key again."""
    data = args.get(0, "key_bits_array")
    if isinstance(data, Key):
        return Key(data.term, _made(engine, "wrap", data.origin, data.term, legacy=False))
    term = _unpacked(data.term) if isinstance(data, Opaque) else None
    if term is None or term.kind != "key data":
        if term is not None and _arithmetic(term):
            engine.emit(Misused("buffer", engine.context.stack[-1].site, "words"))
        return Key(engine.terms.fresh("wrapped"))
    key, parent = term.args
    assert not isinstance(key, str | int | float | bytes | complex) and key is not None and isinstance(parent, int)
    return Key(key, _made(engine, "wrap", parent, key, legacy=False))


def key_term(value: Value | None) -> tuple[Term, int] | None:
    """Return the term and origin of a value that is used as one key, None if it cannot be one."""
    if isinstance(value, Key):
        return value.term, value.origin
    if isinstance(value, Opaque):
        return value.term, 0
    return None


def consume(
    engine: Engine,
    value: Value | None,
    state: State,
    kind: str,
    label: str,
    signature: Term | None = None,
    subject: Term | None = None,
    settings: Term | None = None,
    derived: int = 0,
) -> None:
    """Enter the consumption of a key into the ledger of a path."""
    found = key_term(value)
    if found is None or value is None:
        return
    engine.book.read(value)
    term, origin = found
    if engine.context.runs and engine.context.runs[-1].draws_for_nothing(term):
        return
    use = Use(
        tuple(engine.context.stack),
        kind,
        label,
        term,
        origin,
        signature=signature,
        subject=subject,
        settings=settings,
        derived=derived,
        builders=classes.builders(engine),
    )
    engine.book.uses.consume(LedgerKey(term), use, state)
    for twin in mapped.twins(engine, term):
        engine.book.uses.consume(
            LedgerKey(twin.term), replace(use, term=twin.term, origin=twin.origin, twin=True), state
        )
    if kind == "draw":
        mapped.check(engine, use)
        lifted.drawn_from(engine, term)
        key_contract.check_constant(engine, term, origin, signature)
        _share(engine, term, use, state)


def _share(engine: Engine, term: Term, use: Use, state: State) -> None:
    """Note the data that is drawn from a key, apart from the models that it initialises."""
    engine.book.uses.share(LedgerKey(term, SHARED), use, state)


def _sample(engine: Engine, path: str, sampler: table.Sampler, args: Args, state: State) -> Outcomes:
    key = args.get(sampler.key, sampler.name)
    key_contract.check_key(engine, args, sampler.key, sampler.name, path)
    found = key_term(key)
    rest = [engine.term(value, state) for value in args.values() if value is not key]
    names = [engine.terms.const(name) for name in args.keywords]
    subject, settings = None, None
    if sampler.subject is not None:
        given = args.get(sampler.subject, sampler.subject_name)
        subject = engine.term(given, state) if given is not None else None
        settings = _settings(engine, sampler, args, state)
    if found is None and isinstance(key, Keys) and not key.reshaped:
        engine.book.read(key)  # JAX refuses it, so that nothing is drawn from the keys in it.
        return [(engine.unknown(key_contract.REFUSED), state)]
    if isinstance(key, Const | Tuple):
        return [(engine.unknown(key_contract.REFUSED), state)]  # it raises, whatever else is a key
    if found is None:
        return engine.pure_call(path, args, state)
    drawn = engine.terms.make("draw", found[0], path, *rest, *names)
    if not args.complete():
        drawn = engine.terms.make("draw", found[0], path, engine.terms.fresh("rest"))
    consume(engine, key, state, "draw", path, drawn, subject, settings)
    for index in _inner_children(path, args):
        _enter_inner(engine, path, found[0], index, state)
    return [(Opaque(drawn), state)]


def _settings(engine: Engine, sampler: table.Sampler, args: Args, state: State) -> Term:
    """Return what a call says beside its key and its array; to write a default says nothing."""
    assert sampler.subject is not None
    said: list[Term] = []
    for place, (name, default) in enumerate(sampler.options, sampler.subject + 1):
        value = args.get(place, name)
        if value is not None and value != (Tuple(()) if isinstance(default, tuple) else Const(default)):
            said += [engine.terms.const(name), timeless(engine, engine.term(value, state))]
    return engine.terms.make("settings", *said)


def _inner_children(path: str, args: Args) -> tuple[int, ...]:
    """Return which children of its key a sampler draws from."""
    if path == "jax.random.choice":
        if args.get(4, "p") is not None or not args.complete():
            return ()
        replaced = args.get(3, "replace")
        if replaced is not None:
            return table.SPLITTING["jax.random.permutation"] if replaced == FALSE else ()
    return table.SPLITTING.get(path, ())


def _enter_inner(engine: Engine, path: str, term: Term, index: int, state: State) -> None:
    """Enter a child that a sampler draws from: a fold of the same key with its number makes it too."""
    child = engine.terms.child(term, engine.terms.const(index))
    engine.book.uses.consume(
        LedgerKey(child), Use(tuple(engine.context.stack), "inner", path, child, derived=engine.number()), state
    )


def _split(engine: Engine, args: Args, state: State) -> Outcomes:
    key = args.get(0, "key")
    key_contract.check_key(engine, args, 0, "key", table.SPLIT)
    found = key_term(key)
    if found is None:
        return [(engine.unknown(key_contract.REFUSED), state)]
    origin = _made(engine, "split", found[1], found[0])
    consume(engine, key, state, "split", table.SPLIT, derived=origin)
    count = args.get(1, "num")
    if count is None:
        count = Const(2) if args.complete() else engine.unknown()
    if isinstance(count, Const) and isinstance(count.value, int):
        return [(Keys(found[0], count=count.value, origin=origin), state)]
    shape = known_items(count, state)
    if shape is not None and len(shape) == 1 and isinstance(shape[0], Const) and isinstance(shape[0].value, int):
        return [(Keys(found[0], count=shape[0].value, origin=origin), state)]
    if shape is not None and len(shape) > 1:
        lengths = [length.value if isinstance(length, Const) else None for length in shape]
        first = lengths[0] if isinstance(lengths[0], int) else None
        rest = tuple(length for length in lengths[1:] if isinstance(length, int))
        rest = rest if len(rest) == len(lengths) - 1 else ()
        shaped = engine.terms.make("shaped", found[0])
        return [(Keys(shaped, count=first, inner=True, origin=origin, rest=rest), state)]
    return [(Keys(found[0], origin=origin), state)]


def _fold_in(engine: Engine, args: Args, state: State) -> Outcomes:
    key, data = args.get(0, "key"), args.get(1, "data")
    key_contract.check_key(engine, args, 0, "key", table.FOLD_IN)
    found = key_term(key)
    if found is None or key is None or data is None:
        return [(engine.unknown(key_contract.REFUSED), state)]
    key_contract.check_data(engine, data, args.node(1, "data"))
    engine.book.read(key)
    origin = _made(engine, "fold", found[1], found[0], varied=not isinstance(data, Const))
    child = engine.terms.child(found[0], fold_data(engine, data, state))
    if not isinstance(data, Const):
        lifted.varied(engine, child)
    return [(Key(child, origin), state)]


def fold_data(engine: Engine, data: Value, state: State) -> Term:
    """Return the term of fold data: a loop variable is its number, and floats are cut off as JAX does."""
    if isinstance(data, Opaque) and data.known is not None:
        return engine.terms.const(data.known)
    if isinstance(data, Const) and isinstance(data.value, float | bool) and abs(data.value) < 1 << 31:
        return engine.terms.const(int(data.value))
    term = engine.term(data, state)
    cut = _truncated(term)
    return term if cut is None else engine.terms.const(cut)


def _truncated(term: Term) -> int | None:
    """Return the integer that is left of a fraction of a loop's index: ``i / n`` and ``i * 0.1`` are 0."""
    sign, left, right = term.args[0] if term.kind == "op" else "", term.part(1), term.part(2)
    turn = left.args[-1] if left is not None and left.kind == "item" else None
    if left is None or right is None or not isinstance(turn, int):
        return None
    by = right.value
    if sign == "/" and (right in left.parts or (isinstance(by, int | float) and by > turn)):
        return 0
    return int(turn * by) if sign == "*" and isinstance(by, float) and 0 < by < 1 else None


def initialise(engine: Engine, path: str, args: Args, state: State) -> Outcomes:
    """Call an initialiser: ``f(key, shape, dtype)``."""
    key = args.get(0, "key")
    key_contract.check_key(engine, args, 0, "key", path)
    found = key_term(key)
    if found is None:
        return [(engine.unknown("initial"), state)]
    rest = [engine.term(value, state) for value in args.values() if value is not key]
    drawn = engine.terms.make("draw", found[0], path, *rest)
    consume(engine, key, state, "draw", path, drawn)
    return [(Opaque(drawn), state)]
