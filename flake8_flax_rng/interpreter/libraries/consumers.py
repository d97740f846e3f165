"""Calls of other libraries, and of the functions that the user has named, which consume keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.models import Calls, any_path
from flake8_flax_rng.interpreter.core.naming import library_label
from flake8_flax_rng.interpreter.domain.events import Replaced, Use
from flake8_flax_rng.interpreter.domain.kinds import UseKind
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import FALSE, NONE, TRUE, Args, Key, Keys, Opaque, Tuple, Value
from flake8_flax_rng.interpreter.jax.random import enter, key_term
from flake8_flax_rng.interpreter.linen import modules
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.interpreter.python import classes
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.consumers import Makes
from flake8_flax_rng.semantics.libraries import GUESSED, SEEDED_METHODS

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State
    from flake8_flax_rng.semantics.consumers import Consumer

_INPUTS = 5
"""Arguments by position that are inputs of a model of any library."""


def call(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call a function; None when nothing is known of what it does with keys."""
    consumer = engine.libraries.consumer(path)
    if consumer is not None:
        if engine.libraries.is_own(path):
            modules.unknown_module(engine, state, site)
        return _consumed(engine, path, consumer, None, args, state)
    objects = engine.libraries.objects(path)
    if objects is None or (objects.unless and not (args.complete() and objects.unless.isdisjoint(args.keywords))):
        return None
    made = _made(engine, path, args, state)
    return [(Tuple((made, engine.unknown(path))) if objects.first else made, state)]


def call_method(engine: Engine, function: Opaque, args: Args, state: State) -> Outcomes | None:
    """Call a library's object or one of its methods; None when nothing is known of it."""
    owner, name = function.term, "__call__"
    if owner.kind is Kind.ATTRIBUTE:
        assert owner.owner is not None
        owner, name = owner.owner, str(owner.name)
    if owner.kind is not Kind.MADE:
        seeded = name in SEEDED_METHODS and isinstance(args.keywords.get("seed"), Key)
        return _consumed(engine, name, GUESSED, owner, args, state) if seeded else None
    path = str(owner.path)
    objects = engine.libraries.objects(path)
    assert objects is not None
    if name in objects.same:
        return [(_made(engine, path, args, state, owner, name), state)]
    consumer = objects.methods.get(name)
    if consumer is None:
        return None
    return _consumed(engine, library_label(function.term), consumer, owner, args, state)


def call_declared(engine: Engine, path: str, method: Term, args: Args, state: State) -> Outcomes | None:
    """Call a method of an object that is declared to be of a library's class; None when nothing is known of it."""
    objects = engine.libraries.objects(path)
    consumer = objects.methods.get(str(method.name)) if objects is not None else None
    if consumer is None:
        return None
    label = f"{path.rpartition('.')[2]}.{method.name}"
    consumer = replaced(consumer, makes=consumer.makes or Makes.DECLARED)
    return _consumed(engine, label, consumer, method.owner, args, state, called=label)


def _made(
    engine: Engine, path: str, args: Args, state: State, owner: Term | None = None, method: str | None = None
) -> Value:
    """Return an object of a library, which is named by how it was made."""
    parts = _parts(engine, args, state)
    _handed_over(engine, path, args, state)
    return Opaque(engine.terms.make(Kind.MADE, path, owner, method, *parts))


def _parts(engine: Engine, args: Args, state: State, without: Value | None = None) -> list[Term]:
    values = [engine.term(value, state) for value in args.values() if value is not without]
    rest = [] if args.complete() else [engine.terms.fresh("rest")]
    return [*values, *(engine.terms.const(name) for name in args.keywords), *rest]


def _handed_over(engine: Engine, path: str, args: Args, state: State) -> None:
    """Note what happens to the arguments: the user's own functions may change them."""
    own = engine.libraries.is_own(path)
    for value in args.values():
        if own:
            unknown_code.escape(engine, value, state)
        else:
            engine.book.read(value)


def _consumed(
    engine: Engine, label: str, consumer: Consumer, owner: Term | None, args: Args, state: State, called: str = ""
) -> Outcomes | None:
    key = args.keywords.get(consumer.name or "") or args.get(consumer.key, None)
    found = key_term(key)
    if key is None or found is None:
        return None
    if _note_idle(engine, consumer, owner, args):
        _handed_over(engine, label, args, state)
        return [(engine.unknown(label), state)]
    if not _certain(consumer, args):
        return None
    rest = _parts(engine, args, state, key)
    call = engine.terms.make(Kind.DRAW, found[0], label, owner, *rest)
    # On which inputs a model is initialised does not matter, only which model it is.
    signature = engine.terms.make(Kind.MAKER, found[0], owner) if owner is not None and consumer.makes else call
    origin = engine.number()
    result: Outcomes = []
    for drawing, path in _ways(engine, consumer, args, state):
        _handed_over(engine, label, args, path)
        if not drawing:
            result.append((engine.unknown(label), path))
            continue
        *around, step = engine.context.stack
        use = Use(
            (*around, replaced(step, label=called) if called else step),
            UseKind.SPLIT if consumer.splits else UseKind.DRAW,
            label,
            found[0],
            found[1],
            signature=signature,
            derived=origin if consumer.splits else 0,
            call=call,
            makes=consumer.makes,
            builders=classes.builders(engine),
        )
        enter(engine, use, path)
        result.append((Keys(found[0], origin=origin) if consumer.splits else Opaque(call), path))
    return result


def _note_idle(engine: Engine, consumer: Consumer, owner: Term | None, args: Args) -> bool:
    """Return whether a key is not read, for a model's dropout while training is off, and report it."""
    flag = args.keywords.get(consumer.only_with)
    node = args.node(None, consumer.name)
    # Of the arguments that are given by position the flag is not among the first.
    shown = flag == FALSE or (flag is None and args.complete() and len(args.positional) <= _INPUTS)
    if not (consumer.idle and shown) or node is None or consumer.name is None or owner is None:
        return False
    site = Site(node, engine.context.stack[-1].site.chunk)
    engine.emit(Replaced(site, consumer.name, library_label(owner), True, f"{consumer.only_with}=True"))
    return True


def _certain(consumer: Consumer, args: Args) -> bool:
    """Return whether the call shows all that decides whether it draws."""
    if consumer.only_with:
        return args.keywords.get(consumer.only_with) == TRUE
    return args.complete() or not (consumer.unless_given or consumer.unless_true)


def _ways(engine: Engine, consumer: Consumer, args: Args, state: State) -> list[tuple[bool, State]]:
    """Split paths by whether the call draws."""
    if consumer.unless_given is not None:
        name, place = consumer.unless_given
        given = args.get(place, name) or NONE
        return conditions.branch(engine, conditions.compared(engine, "is", given, NONE, state), state)
    flag = args.keywords.get(consumer.unless_true) or FALSE
    return [(not off, path) for off, path in conditions.branch(engine, flag, state)]


CALLS = (Calls(call, family=any_path),)  # the user names further ones
