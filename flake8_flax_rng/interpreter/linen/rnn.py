"""``nn.RNN``: a scan over a cell, with a first carry of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.lifted import lifted
from flake8_flax_rng.interpreter.domain.events import Fixed
from flake8_flax_rng.interpreter.domain.kinds import FixedValue, UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Args,
    Bound,
    Class,
    Function,
    Key,
    Native,
    Opaque,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.jax import random
from flake8_flax_rng.interpreter.linen.initializers import draws_from
from flake8_flax_rng.interpreter.linen.lift_options import read
from flake8_flax_rng.interpreter.python import classes
from flake8_flax_rng.semantics.linen import RNN

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.heap import Instance
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

LIFT = "the scan"
"""The attribute under which a module keeps what its scan does; no field can have this name."""


def lift_of(engine: Engine, fields: dict[str, Value], args: Args, state: State, site: Site) -> Value:
    """Return what the scan of a new ``nn.RNN`` does with streams."""
    return Wrapped("lifted", NONE, (), read(engine, RNN, fields, args, state, site))


def call(engine: Engine, found: Instance, args: Args, state: State, site: Site) -> Outcomes:
    """Follow the cell once: its body is traced once, and keys do not go through it."""
    cell, scan = found.attributes.get("cell"), found.attributes.get(LIFT)
    assert isinstance(scan, Wrapped) and scan.lift is not None
    result: Outcomes = []
    for carry, ready in _first_carry(engine, cell, args, state, site):
        rows = Args([carry, engine.unknown("row")])
        with lifted(engine, scan.lift):
            outcomes = engine.call(cell, rows, ready, site) if cell is not None else [(carry, ready)]
        result.extend((engine.unknown("outputs"), after) for _, after in outcomes)
    return result


def _first_carry(engine: Engine, cell: Value | None, args: Args, state: State, site: Site) -> Outcomes:
    """Return the carry that the scan begins with; without ``init_key`` it is drawn from one constant key."""
    carry = args.keywords.get("initial_carry", NONE)
    if carry != NONE:
        return [(carry, state)]
    found = state.instance(cell) if cell is not None else None
    if found is None or cell is None or not args.complete():
        return [(engine.unknown("carry"), state)]
    given = args.keywords.get("init_key", NONE)
    key = given if isinstance(given, Key) else Key(engine.terms.fresh("first carry"))
    method = classes.member(found.cls, "initialize_carry") if isinstance(found.cls, Class) else None
    if isinstance(method, Function):
        shape = engine.unknown("shape")
        outcomes = engine.call(Bound(method, cell), Args([key, shape]), state, site)
    else:
        outcomes = [(_built_in(engine, found, key, given, state), state)]
    if given == NONE and any(draws_from(engine, value, key, after) for value, after in outcomes):
        engine.emit(Fixed(site, FixedValue.CARRY, engine.class_name(found)))
    return outcomes


def _built_in(engine: Engine, found: Instance, key: Key, given: Value, state: State) -> Value:
    """Return the carry of a built-in cell, which is zero unless ``carry_init`` says otherwise."""
    initialiser = found.attributes.get("carry_init")
    if not (isinstance(initialiser, Native) and initialiser.name.startswith("initializer.")):
        return engine.unknown("carry")
    if given is key:
        random.consume(engine, key, state, UseKind.SPLIT, "nn.RNN", derived=engine.number())
    return Opaque(engine.terms.make(Kind.DRAW, key.term, "carry"))
