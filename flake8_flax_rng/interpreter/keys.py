"""Calls of ``jax.random`` and of initialisers: making, deriving and consuming keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter import classes
from flake8_flax_rng.interpreter.conditions import timeless
from flake8_flax_rng.interpreter.events import Use
from flake8_flax_rng.interpreter.sequences import known_items
from flake8_flax_rng.interpreter.state import LedgerKey
from flake8_flax_rng.interpreter.values import Args, Const, Key, Keys, Native, Opaque, Tuple, Value
from flake8_flax_rng.semantics import jax_random as table

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.engine import Engine, Outcomes
    from flake8_flax_rng.interpreter.events import Site
    from flake8_flax_rng.interpreter.state import State
    from flake8_flax_rng.interpreter.terms import Term


def call_symbol(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call a function by its path; None when it has nothing to do with keys."""
    sampler = table.SAMPLERS.get(path)
    if sampler is not None:
        return _sample(engine, path, sampler, args, state)
    if path in table.SEEDS:
        return [(_seeded(engine, args, state), state)]
    if path == table.SPLIT:
        return _split(engine, args, state)
    if path == table.FOLD_IN:
        return _fold_in(engine, args, state)
    if path == table.CLONE:
        return [(Key(engine.terms.fresh("clone")), state)]
    if path == table.WRAP:
        return [(Key(engine.terms.fresh("wrapped")), state)]
    if path in table.INITIALIZER_FACTORIES:
        return [(Native(f"initializer.{path}", Const(None)), state)]
    if path in table.STACKING and args.positional:
        items = known_items(args.positional[0], state)
        if items and any(isinstance(item, Key | Keys) for item in items):
            return [(Tuple(tuple(items)), state)]
    if path in table.FORWARDING and args.positional and isinstance(args.positional[0], Key | Keys):
        return [(args.positional[0], state)]
    return None


def _seeded(engine: Engine, args: Args, state: State) -> Value:
    seed = args.get(0, "seed")
    term = engine.term(seed, state) if seed is not None else engine.terms.fresh("seed")
    origin = engine.number()
    return Key(engine.terms.make("seed", term), origin)


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
    engine.ledger.touch(value)
    term, origin = found
    use = Use(
        tuple(engine.stack),
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
    engine.ledger.consume(LedgerKey(term), use, state)


def _sample(engine: Engine, path: str, sampler: table.Sampler, args: Args, state: State) -> Outcomes:
    key = args.get(sampler.key, sampler.name)
    found = key_term(key)
    rest = [engine.term(value, state) for value in args.values() if value is not key]
    names = [engine.terms.const(name) for name in args.keywords]
    subject, settings = None, None
    if sampler.subject is not None:
        given = args.get(sampler.subject, sampler.subject_name)
        subject = engine.term(given, state) if given is not None else None
        others = [
            timeless(engine, engine.term(value, state))
            for value in args.values()
            if value is not key and value is not given
        ]
        settings = engine.terms.make("settings", *others)
    if found is None:
        return engine.pure_call(path, args, state)
    drawn = engine.terms.make("draw", found[0], path, *rest, *names)
    if not args.complete():
        drawn = engine.terms.make("draw", found[0], path, engine.terms.fresh("rest"))
    consume(engine, key, state, "draw", path, drawn, subject, settings)
    return [(Opaque(drawn), state)]


def _split(engine: Engine, args: Args, state: State) -> Outcomes:
    key = args.get(0, "key")
    found = key_term(key)
    if found is None:
        return [(engine.unknown("split"), state)]
    origin = engine.number()
    consume(engine, key, state, "split", table.SPLIT, derived=origin)
    count = args.get(1, "num")
    if count is None:
        count = Const(2) if args.complete() else engine.unknown()
    if isinstance(count, Const) and isinstance(count.value, int):
        return [(Keys(found[0], count=count.value, origin=origin), state)]
    shape = known_items(count, state)
    if shape is not None and len(shape) > 1:
        return [(Keys(engine.terms.make("shaped", found[0]), inner=True, origin=origin), state)]
    return [(Keys(found[0], origin=origin), state)]


def _fold_in(engine: Engine, args: Args, state: State) -> Outcomes:
    key, data = args.get(0, "key"), args.get(1, "data")
    found = key_term(key)
    if found is None or key is None or data is None:
        return [(engine.unknown("fold"), state)]
    engine.ledger.touch(key)
    origin = engine.number()
    return [(Key(engine.terms.child(found[0], fold_data(engine, data, state)), origin), state)]


def fold_data(engine: Engine, data: Value, state: State) -> Term:
    """Return the term of fold data: a loop variable is its number, and floats are cut off as JAX does."""
    if isinstance(data, Opaque) and data.known is not None:
        return engine.terms.const(data.known)
    if isinstance(data, Const) and isinstance(data.value, float | bool) and abs(data.value) < 1 << 31:
        return engine.terms.const(int(data.value))
    return engine.term(data, state)


def initialise(engine: Engine, path: str, args: Args, state: State) -> Outcomes:
    """Call an initialiser: ``f(key, shape, dtype)``."""
    key = args.get(0, "key")
    found = key_term(key)
    if found is None:
        return [(engine.unknown("initial"), state)]
    rest = [engine.term(value, state) for value in args.values() if value is not key]
    drawn = engine.terms.make("draw", found[0], path, *rest)
    consume(engine, key, state, "draw", path, drawn)
    return [(Opaque(drawn), state)]
