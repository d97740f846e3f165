"""Initialisers: whether they draw from the key that they are given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.checks import key_contract
from flake8_flax_rng.interpreter.domain.events import Fixed
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import FixedValue
from flake8_flax_rng.interpreter.domain.terms import parts
from flake8_flax_rng.interpreter.domain.values import (
    Args,
    Bound,
    Function,
    Key,
    Opaque,
    Partial,
    Symbol,
    Value,
    Wrapped,
)
from flake8_flax_rng.semantics.jax_random import CONSTANT_INITIALIZERS

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_FOLLOWED = (Function, Bound, Partial, Wrapped)
_ARGUMENT = "_init"


def check_fields(engine: Engine, name: str, args: Args, state: State, site: Site) -> None:
    """Note the initialisers among the arguments of a layer that draw from a constant key."""
    for field, value in args.keywords.items():
        node = args.nodes.get(field)
        if not field.endswith(_ARGUMENT) or node is None or not isinstance(value, _FOLLOWED):
            continue
        given = Args([Key(engine.terms.fresh("drawn")), engine.unknown("shape"), engine.unknown("dtype")])
        if ignores(engine, value, given, state, site):
            engine.emit(Fixed(engine.site(node), FixedValue.INITIALIZER, f"`{field}` of {name}"))


def is_constant(initialiser: Value) -> bool:
    """Return whether this is an initialiser of JAX that does not depend on its key."""
    if isinstance(initialiser, Opaque):
        return initialiser.term.function in CONSTANT_INITIALIZERS
    return isinstance(initialiser, Symbol) and initialiser.path in CONSTANT_INITIALIZERS


def gives_constants(engine: Engine, initialiser: Value, state: State, site: Site) -> bool:
    """Return whether an initialiser, of JAX or of the program, makes the same of every key."""
    if not isinstance(initialiser, _FOLLOWED):
        return is_constant(initialiser)
    key = Key(engine.terms.fresh("drawn"))
    given = Args([key, engine.unknown("shape"), engine.unknown("dtype")])
    outcomes = _apart(engine, initialiser, given, state, site)
    touched = [parts(engine.term(value, after)) for value, after in outcomes]
    touched.extend(parts(place.term) for _, after in outcomes for place in after.ledger)
    return bool(outcomes) and not any(key.term in found for found in touched)


def _apart(engine: Engine, initialiser: Value, given: Args, state: State, site: Site) -> Outcomes:
    """Follow an initialiser on a path of its own: what it does there is no second use of anything."""
    apart = state.fork()
    apart.ledger = {}
    with engine.within(engine.context.expecting_failure()):
        return engine.call(initialiser, given, apart, site)


def ignores(engine: Engine, initialiser: Value, given: Args, state: State, site: Site) -> bool:
    """Return whether an initialiser draws on every path, and always from constant keys.

    What it was handed ready-made was not drawn by it.
    """
    if not isinstance(initialiser, _FOLLOWED):
        return False
    outcomes = _apart(engine, initialiser, given, state, site)
    key = given.positional[0]
    return bool(outcomes) and all(_is_fixed(engine, value, key, after) for value, after in outcomes)


def _is_fixed(engine: Engine, value: Value, key: Value, state: State) -> bool:
    term = engine.term(value, state)
    if engine.term(key, state) in parts(term):
        return False
    inside = {place.term for place in state.ledger if place.place is None}
    if not term.draws or not term.draws <= inside:
        return False
    held = _held(state)
    return all(key_contract.is_fixed(drawn) and held.isdisjoint(parts(drawn)) for drawn in term.draws)


def _held(state: State) -> set[Term]:
    """Return the keys that objects hold: a module with a key for a field is seeded by whoever makes it."""
    instances = [found for found in state.heap.values() if isinstance(found, Instance)]
    return {value.term for found in instances for value in found.attributes.values() if isinstance(value, Key)}


def draws_from(engine: Engine, value: Value, key: Key, state: State) -> bool:
    """Return whether a value is certain to be drawn from a key or from one that comes of it."""
    return any(key.term in parts(drawn) for drawn in engine.term(value, state).draws)
