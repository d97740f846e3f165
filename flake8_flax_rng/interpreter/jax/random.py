"""``jax.random`` and initialisers: making, deriving and consuming keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.checks import ignored_keys, key_contract
from flake8_flax_rng.interpreter.core import lifted, mapped, unknown_code
from flake8_flax_rng.interpreter.core.key_words import of_word
from flake8_flax_rng.interpreter.core.models import Calls, Method
from flake8_flax_rng.interpreter.domain.events import Made, Misused, Use
from flake8_flax_rng.interpreter.domain.kinds import MadeIn, MakeKind, Misuse, UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term, parts
from flake8_flax_rng.interpreter.domain.values import (
    FALSE,
    NONE,
    TRUE,
    Args,
    Const,
    Key,
    Keys,
    Native,
    Opaque,
    Tuple,
    Value,
)
from flake8_flax_rng.interpreter.jax import clocks
from flake8_flax_rng.interpreter.paths.conditions import lacks_an_argument, timeless
from flake8_flax_rng.interpreter.paths.state import SHARED, LedgerKey
from flake8_flax_rng.interpreter.python import classes
from flake8_flax_rng.interpreter.python.iteration import known_items
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics import jax_random as table

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State


def _seed(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    seed = args.get(0, "seed")
    term = engine.term(seed, state) if seed is not None else engine.terms.fresh("seed")
    key_contract.check_seed(engine, seed, term, args)
    legacy = path in table.LEGACY and not engine.program.typed_keys
    if legacy:
        engine.emit(Misused(Misuse.LEGACY, engine.context.stack[-1].site))
    word = of_word(engine, _number(term)) if legacy else None
    if word is not None:
        return [(word, state)]
    now = clocks.in_seconds(engine, term)
    clock, term = now is not term, now
    fallback = engine.context.stands_in or lacks_an_argument(state)
    origin = _made(
        engine,
        MakeKind.SEED,
        0,
        term,
        legacy,
        constant=clock or isinstance(seed, Const),
        fallback=fallback,
        clock=clock,
    )
    impl = args.keywords.get("impl")
    default = impl is None or impl in (NONE, Const("threefry2x32"))
    parts = [term] if default or impl is None else [term, engine.term(impl, state)]
    return [(Key(engine.terms.make(Kind.SEED, *parts), origin), state)]


def _made(
    engine: Engine,
    kind: MakeKind,
    parent: int,
    source: Term,
    legacy: bool | None = None,
    constant: bool = False,
    varied: bool = False,
    fallback: bool = False,
    clock: bool = False,
) -> int:
    """Note a call that makes keys, and return its number."""
    origin = engine.number()
    place = MadeIn.MODULE if engine.context.activations else MadeIn.TRACED if engine.context.traces else None
    engine.book.origins.add(
        origin,
        Made(
            tuple(engine.context.stack),
            kind,
            parent,
            source,
            legacy,
            constant,
            place,
            varied=varied,
            fallback=fallback,
            clock=clock,
        ),
    )
    return origin


def _clone(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    return [(Key(engine.terms.fresh("clone")), state)]


def _key_data(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Return the bits of a key as an array of words, which remembers the key that they are."""
    key = args.get(0, "keys")
    found = key_term(key)
    if found is not None:
        return [(Opaque(engine.terms.make(Kind.KEY_DATA, *found)), state)]
    return unknown_code.pure_call(engine, path, args, state)


def _arithmetic(term: Term) -> bool:
    """Return whether a value is computed from the bits of a key."""
    computed = parts(term, into=lambda part: part.kind is Kind.OP or _copies(part)) if term.kind is Kind.OP else []
    return any(part.kind is Kind.KEY_DATA for part in computed)


def _copies(term: Term) -> bool:
    """Return whether a value is what a function returns that only copies an array."""
    return term.function in table.COPYING


def _unpacked(term: Term) -> Term:
    """Return an array inside of functions that only copy it."""
    while _copies(term) and (inner := term.argument) is not None:
        term = inner
    return term


def _number(term: Term) -> Term:
    """Return what ``int(x)`` makes a number of."""
    inner = term.argument if term.function == "builtins.int" else None
    return term if inner is None else _unpacked(inner)


def _wrap(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    return [(_wrapped(engine, args), state)]


def _wrapped(engine: Engine, args: Args) -> Value:
    """Return the key that some words are: the bits of a key are that key again."""
    data = args.get(0, "key_bits_array")
    if isinstance(data, Key):
        return Key(data.term, _made(engine, MakeKind.WRAP, data.origin, data.term, legacy=False))
    term = _unpacked(data.term) if isinstance(data, Opaque) else None
    if term is None or term.kind is not Kind.KEY_DATA:
        if term is not None and _arithmetic(term):
            engine.emit(Misused(Misuse.ARITHMETIC, engine.context.stack[-1].site))
        return Key(engine.terms.fresh("wrapped"))
    key, origin = term.key, term.origin
    assert key is not None and origin is not None
    return Key(key, _made(engine, MakeKind.WRAP, origin, key, legacy=False))


def key_term(value: Value | None) -> tuple[Term, int] | None:
    """Return the term and origin of a value that is used as one key, None if it cannot be one."""
    if isinstance(value, Key):
        return value.term, value.origin
    if isinstance(value, Opaque) and not _of_floats(value.term):
        return value.term, 0
    return None


def _of_floats(term: Term) -> bool:
    """Return whether a value is an array of floats: the words of a key are integers, and JAX takes nothing else."""
    function, given = term.function or "", term.parts
    if function in table.FLOATS:
        return len(given) == 1
    listed = function in table.LISTED and len(given) == 1
    return listed and any(isinstance(part.value, float) for part in parts(given[0]))


def consume(
    engine: Engine,
    value: Value | None,
    state: State,
    kind: UseKind,
    label: str,
    signature: Term | None = None,
    subject: Term | None = None,
    settings: Term | None = None,
    derived: int = 0,
    splits: bool = False,
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
        splits=splits,
        builders=classes.builders(engine),
    )
    enter(engine, use, state)


def enter(engine: Engine, use: Use, state: State) -> None:
    """Enter a use into the ledger of a path, and note what is wrong with its key apart from its being used again."""
    engine.book.uses.consume(LedgerKey(use.term), use, state)
    for twin in mapped.twins(engine, use.term):
        engine.book.uses.consume(
            LedgerKey(twin.term), replaced(use, term=twin.term, origin=twin.origin, twin=True), state
        )
    if use.kind is UseKind.DRAW:
        mapped.check(engine, use)
        lifted.drawn_from(engine, use.term)
        key_contract.check_constant(engine, use.term, use.origin, use.signature)
        ignored_keys.check(engine, use.origin, use.site)
        if use.makes is None:
            _share(engine, use.term, use, state)


def _share(engine: Engine, term: Term, use: Use, state: State) -> None:
    """Note the data that is drawn from a key, apart from the models that it initialises."""
    engine.book.uses.share(LedgerKey(term, SHARED), use, state)


def _sample(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    sampler = table.SAMPLERS[path]
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
    if isinstance(key, (Const, Tuple)):
        return [(engine.unknown(key_contract.REFUSED), state)]  # it raises, whatever else is a key
    if found is None or _has_one_outcome(path, args):
        return unknown_code.pure_call(engine, path, args, state)
    drawn = engine.terms.make(Kind.DRAW, found[0], path, *rest, *names)
    if not args.complete():
        drawn = engine.terms.make(Kind.DRAW, found[0], path, engine.terms.fresh("rest"))
    settled = _settled(path, args)
    consume(engine, key, state, UseKind.DRAW, path, drawn, subject, settings, splits=settled.splits)
    for index in settled.children:
        _enter_inner(engine, path, found[0], index, state)
    return [(Opaque(drawn), state)]


def _has_one_outcome(path: str, args: Args) -> bool:
    """Return whether whole numbers are drawn from a range that holds one, so that all keys give the same."""
    start, stop = args.get(2, "minval"), args.get(3, "maxval")
    if path != table.INTEGERS or not (isinstance(start, Const) and isinstance(stop, Const)):
        return False
    return type(start.value) is int and type(stop.value) is int and stop.value == start.value + 1


def _settings(engine: Engine, sampler: table.Sampler, args: Args, state: State) -> Term:
    """Return what a call says beside its key and its array; to write a default says nothing."""
    assert sampler.subject is not None
    said: list[Term] = []
    for place, (name, default) in enumerate(sampler.options, sampler.subject + 1):
        value = args.get(place, name)
        if value is not None and value != (Tuple(()) if isinstance(default, tuple) else Const(default)):
            said += [engine.terms.const(name), timeless(engine, engine.term(value, state))]
    return engine.terms.make(Kind.SETTINGS, *said)


def _settled(path: str, args: Args) -> table.Sampler:
    """Return the row of a sampler, where its arguments say which other one it calls."""
    sampler = table.SAMPLERS[path]
    if path != "jax.random.choice":
        return sampler
    if not args.complete():
        return replaced(sampler, splits=False, children=())
    if args.get(4, "p") not in (None, NONE):
        return replaced(sampler, splits=False, children=())  # it draws from the key itself
    again = args.get(3, "replace")
    if again is None or again == TRUE:
        return sampler
    permutation = table.SAMPLERS["jax.random.permutation"]
    return replaced(sampler, children=permutation.children if again == FALSE else ())


def _enter_inner(engine: Engine, path: str, term: Term, index: int, state: State) -> None:
    """Enter a child that a sampler draws from: a fold of the same key with its number makes it too."""
    child = engine.terms.child(term, engine.terms.const(index))
    engine.book.uses.consume(
        LedgerKey(child), Use(tuple(engine.context.stack), UseKind.INNER, path, child, derived=engine.number()), state
    )


def _split(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    key = args.get(0, "key")
    key_contract.check_key(engine, args, 0, "key", path)
    found = key_term(key)
    if found is None:
        return [(engine.unknown(key_contract.REFUSED), state)]
    count = args.get(1, "num")
    if count is None:
        count = Const(2) if args.complete() else engine.unknown()
    shape = known_items(count, state)
    if any(map(_is_negative, [count] if shape is None else shape)):
        return [(engine.unknown(key_contract.REFUSED), state)]
    origin = _made(engine, MakeKind.SPLIT, found[1], found[0])
    consume(engine, key, state, UseKind.SPLIT, path, derived=origin)
    if isinstance(count, Const) and isinstance(count.value, int):
        return [(Keys(found[0], count=count.value, origin=origin), state)]
    if shape is not None and len(shape) == 1 and isinstance(shape[0], Const) and isinstance(shape[0].value, int):
        return [(Keys(found[0], count=shape[0].value, origin=origin), state)]
    if shape is not None and len(shape) > 1:
        lengths = [length.value if isinstance(length, Const) else None for length in shape]
        first = lengths[0] if isinstance(lengths[0], int) else None
        rest = tuple(length for length in lengths[1:] if isinstance(length, int))
        rest = rest if len(rest) == len(lengths) - 1 else ()
        shaped = engine.terms.make(Kind.SHAPED, found[0])
        return [(Keys(shaped, count=first, inner=True, origin=origin, rest=rest), state)]
    return [(Keys(found[0], origin=origin), state)]


def _is_negative(length: Value) -> bool:
    """Return whether a value is no length that JAX takes."""
    return isinstance(length, Const) and isinstance(length.value, int) and length.value < 0


def _fold_in(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    key, data = args.get(0, "key"), args.get(1, "data")
    key_contract.check_key(engine, args, 0, "key", path)
    found = key_term(key)
    if found is None or key is None or data is None:
        return [(engine.unknown(key_contract.REFUSED), state)]
    key_contract.check_data(engine, data, args.node(1, "data"))
    engine.book.read(key)
    origin = _made(engine, MakeKind.FOLD, found[1], found[0], varied=not isinstance(data, Const))
    child = engine.terms.child(found[0], fold_data(engine, data, state))
    if not isinstance(data, Const):
        lifted.varied(engine, child)
    return [(Key(child, origin), state)]


def fold_data(engine: Engine, data: Value, state: State) -> Term:
    """Return the term of fold data: a loop variable is its number, and floats are cut off as JAX does.

    It is no number of a child where JAX was told that folds and splits give other keys.
    """
    term = _fold_number(engine, data, state)
    return engine.terms.make(Kind.FORMAT, "fold", term) if engine.program.folds_apart else term


def _fold_number(engine: Engine, data: Value, state: State) -> Term:
    if isinstance(data, Opaque) and data.known is not None:
        return engine.terms.const(data.known)
    if isinstance(data, Const) and isinstance(data.value, (float, bool)) and abs(data.value) < 1 << 31:
        return engine.terms.const(int(data.value))
    term = engine.term(data, state)
    cut = _truncated(term)
    return term if cut is None else engine.terms.const(cut)


def _truncated(term: Term) -> int | None:
    """Return the integer that is left of a fraction of a loop's index: ``i / n`` and ``i * 0.1`` are 0."""
    sign, left, right = term.sign, term.left, term.right
    turn = left.turn if left is not None else None
    if left is None or right is None or turn is None:
        return None
    by = right.value
    if sign == "/" and (right in left.parts or (isinstance(by, (int, float)) and by > turn)):
        return 0
    return int(turn * by) if sign == "*" and isinstance(by, float) and 0 < by < 1 else None


def _initializer(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    return [(Native(f"initializer.{path}", NONE), state)]


def _initialise(engine: Engine, path: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call an initialiser: ``f(key, shape, dtype)``."""
    key = args.get(0, "key")
    key_contract.check_key(engine, args, 0, "key", path)
    found = key_term(key)
    if found is None:
        return [(engine.unknown("initial"), state)]
    rest = [engine.term(value, state) for value in args.values() if value is not key]
    drawn = engine.terms.make(Kind.DRAW, found[0], path, *rest)
    consume(engine, key, state, UseKind.DRAW, path, drawn)
    return [(Opaque(drawn), state)]


CALLS = (
    Calls(_sample, table.SAMPLERS),
    Calls(_seed, table.SEEDS),
    Calls(_split, (table.SPLIT,)),
    Calls(_fold_in, (table.FOLD_IN,)),
    Calls(_clone, (table.CLONE,)),
    Calls(_key_data, (table.KEY_DATA,)),
    Calls(_wrap, (table.WRAP,)),
    Calls(_initializer, table.INITIALIZER_FACTORIES),
)
METHODS: dict[str, Method] = {"initializer": _initialise}
