"""``nnx.RNN`` and ``nnx.Bidirectional``: cells run over the steps of a sequence, and their carry comes of a stream.

Facts: runs on flax 0.12.8. On 0.10 the network keeps the ``Rngs`` itself, and a missing stream is missed when it is
called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.models import Calls
from flake8_flax_rng.interpreter.domain.events import Step
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.values import NONE, Args, Ref, Symbol, Tuple, Value
from flake8_flax_rng.interpreter.jax.control_flow import row
from flake8_flax_rng.interpreter.nnx import rngs, streams
from flake8_flax_rng.interpreter.python import classes
from flake8_flax_rng.semantics.nnx import BIDIRECTIONAL, CARRY, RNN

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

_CELL, _RNGS, _BROADCAST, _FIRST = "cell", "rngs", "broadcast_rngs", "initial_carry"
_START = "initialize_carry"
_PARTS = {RNN: (_CELL,), BIDIRECTIONAL: ("forward_rnn", "backward_rnn")}
"""What a network is made of, as its constructor takes it."""

_STEPS = 2
"""Steps that are followed: the second one shows what each step after it does."""


def _make(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Make a network, which forks the stream of its carry."""
    attributes: dict[str, Value] = {}
    for place, name in enumerate(_PARTS[path]):
        part = args.get(place, name)
        if part is not None:
            attributes[name] = part
    if args.complete():
        attributes[_BROADCAST] = args.keywords.get(_BROADCAST, NONE)
    source = _source(engine, args.keywords.get(_RNGS), state, site)
    if source is None:
        return []
    attributes[_RNGS] = source
    return [(engine.allocate(state, Instance(Symbol(path), attributes)), state)]


def _source(engine: Engine, given: Value | None, state: State, site: Site) -> Value | None:
    """Return the stream that a network keeps for its carry; None where it has none to fork, which is noted."""
    if not isinstance(given, Ref) or not streams.is_rngs(given, state):
        return streams.unknown(engine, state, CARRY)
    key = rngs.draw(engine, given, state, site, CARRY, "fork")
    return None if key is None else streams.make(engine, state, key, CARRY)


def call(engine: Engine, found: Instance, args: Args, state: State, site: Site) -> Outcomes:
    """Call a network: its cell runs for each step, on the streams that the step before has left.

    Where it broadcasts streams, all steps are meant to draw the same, and nothing is followed.
    """
    for value in args.values():
        engine.book.read(value)
    cell = found.attributes.get(_CELL)
    if not isinstance(cell, Ref) or found.attributes.get(_BROADCAST) != NONE or not args.complete():
        return [(engine.unknown("rnn"), state)]
    paths = _first(engine, cell, found, args, state, site)
    serial = engine.number()
    inputs = args.positional[0] if args.positional else engine.unknown("inputs")
    for turn in range(_STEPS):
        with engine.step(Step(site, turn=turn)), engine.tracing():
            after: Outcomes = []
            for carry, at in paths:
                given = Args([carry, row(engine, inputs, serial, turn, at)])
                after.extend((_carry(engine, value), left) for value, left in engine.call(cell, given, at, site))
            paths = engine.merge_outcomes(after)
    return [(engine.unknown("rnn"), after) for _, after in paths]


def call_both(engine: Engine, found: Instance, args: Args, state: State, site: Site) -> Outcomes:
    """Call a network that runs one over the sequence as it is, and another one over it backwards."""
    for value in args.values():
        engine.book.read(value)
    held = args.keywords.get(_RNGS, NONE)
    given: dict[str, Value] = {_RNGS: held if held != NONE else found.attributes[_RNGS]}
    if args.keywords.get(_FIRST, NONE) != NONE:
        given[_FIRST] = engine.unknown(CARRY)
    paths = [state]
    for name in _PARTS[BIDIRECTIONAL]:
        part = found.attributes.get(name)
        if isinstance(part, Ref) and args.complete():
            rows = [Args(list(args.positional[:1]), dict(given)) for _ in paths]
            outcomes = [done for at, row in zip(paths, rows, strict=True) for done in engine.call(part, row, at, site)]
            paths = [after for _, after in engine.merge_outcomes(outcomes)]
    return [(engine.unknown("rnn"), after) for after in paths]


def _carry(engine: Engine, returned: Value) -> Value:
    """Return the carry that a step leaves."""
    return returned.items[0] if isinstance(returned, Tuple) and returned.items else engine.unknown(CARRY)


def _first(engine: Engine, cell: Ref, found: Instance, args: Args, state: State, site: Site) -> Outcomes:
    """Return the carry of the first step."""
    given = args.keywords.get(_FIRST, NONE)
    of_cell = state.instance(cell)
    if given != NONE or of_cell is None:
        return [(given, state)]
    held = args.keywords.get(_RNGS, NONE)
    source = held if held != NONE else found.attributes.get(_RNGS, NONE)
    return [
        outcome
        for start, at in classes.attribute(engine, cell, of_cell, _START, state, site)
        for outcome in engine.call(start, Args([engine.unknown("shape"), source]), at, site)
    ]


CALLS = (Calls(_make, (RNN, BIDIRECTIONAL)),)
