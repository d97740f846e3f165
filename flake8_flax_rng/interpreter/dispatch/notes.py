"""Calls that are noted for what they are given, whatever else they do; and the plainest of all models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.models import Calls
from flake8_flax_rng.interpreter.domain.events import Misused
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.python import assertions
from flake8_flax_rng.interpreter.python.iteration import known_items
from flake8_flax_rng.semantics.comparisons import compares
from flake8_flax_rng.semantics.libraries import HOST_SEEDS, NEVER_RETURN, PURE_ROOTS, draws_on_host
from flake8_flax_rng.semantics.transforms import CHOOSING_AMONG, ROLLING, SELECTING, SLICING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Args
    from flake8_flax_rng.interpreter.paths.state import State


def _end(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Call what never returns."""
    return []


def _select(engine: Engine, path: str, args: Args, state: State, site: Site) -> None:
    """Note a call of ``jnp.where`` and its kin: each element is taken from one of two draws."""
    if len(args.positional) == 3:
        selections = engine.book.signs.selections
        selections.write(args.node(1, None), args.node(2, None))
        selections.choose(*(engine.term(value, state) for value in args.positional))


def _select_among(engine: Engine, path: str, args: Args, state: State, site: Site) -> None:
    """Note a call of ``jnp.select`` and its kin: each element is taken from one of several draws."""
    given = args.get(*CHOOSING_AMONG[path])
    choices = known_items(given, state) if given is not None else None
    if choices is not None:
        rest = [value for value in args.positional[2:] if path.endswith(".select")]
        engine.book.signs.selections.alternate([engine.term(value, state) for value in [*choices, *rest]])


def _roll(engine: Engine, path: str, args: Args, state: State, site: Site) -> None:
    """Note a call of ``jnp.roll``: a later one may turn it back."""
    array, shift = args.get(0, "a"), args.get(1, "shift")
    if array is not None and shift is not None:
        engine.book.signs.arithmetic.roll(engine.term(array, state), engine.term(shift, state))


def _slice(engine: Engine, path: str, args: Args, state: State, site: Site) -> None:
    """Note a piece of an array that begins at what was drawn."""
    array, start = args.get(0, "operand"), args.get(1, None)
    if array is not None and start is not None:
        engine.book.signs.orders.note(engine.term(array, state), engine.term(start, state))


def _seed_host(engine: Engine, path: str, args: Args, state: State, site: Site) -> None:
    """Note that a traced function seeds the global generator itself: it is to give the same numbers in each call."""
    if engine.context.traces and args.values():
        state.versions[_global_generator(engine, path)] = engine.context.traces[0].terms


def _draw_on_host(engine: Engine, path: str, args: Args, state: State, site: Site) -> None:
    traces = engine.context.traces
    if traces and state.versions.get(_global_generator(engine, path)) != traces[0].terms:
        engine.emit(Misused(Misuse.HOST, site, path, other=engine.context.traced_at()))


def _global_generator(engine: Engine, path: str) -> Term:
    return engine.terms.make(Kind.SYMBOL, path.rpartition(".")[0])


def _compute(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Call a function that only computes a value from its arguments."""
    return unknown_code.pure_call(engine, path, args, state)


def _is_pure(path: str) -> bool:
    return path.partition(".")[0] in PURE_ROOTS


BEFORE = (
    Calls(_end, NEVER_RETURN),
    Calls(assertions.note, family=compares),
    Calls(_select, SELECTING),
    Calls(_select_among, CHOOSING_AMONG),
    Calls(_roll, ROLLING),
    Calls(_slice, SLICING),
)
"""What is asked before all that knows more of a call."""

AFTER = (Calls(_seed_host, HOST_SEEDS), Calls(_draw_on_host, family=draws_on_host), Calls(_compute, family=_is_pure))
"""What is asked when nothing else knows a call."""
