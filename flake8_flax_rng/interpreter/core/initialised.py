"""Where a Linen module that is followed by itself may get its parameters: then no transform needs lift ``params``."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import FACTS_REMEMBERED
from flake8_flax_rng.interpreter.domain.events import Scope
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import parts
from flake8_flax_rng.semantics.linen import ASKING
from flake8_flax_rng.semantics.transforms import LOOPING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.events import Draw
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Value
    from flake8_flax_rng.interpreter.paths.state import Facts, State

Path = tuple[str, ...]
_OF_FIELDS = frozenset(
    {Kind.ATTRIBUTE, Kind.OBJECT, Kind.CONST, Kind.SYMBOL, Kind.CLASS, Kind.MEMBER, Kind.TUPLE, Kind.LIST}
    | {Kind.NOT, Kind.EQUAL, Kind.LESS, Kind.GREATER, Kind.IN}
)


def drawn(engine: Engine, state: State, draw: Draw) -> None:
    """Note a parameter that is made outside of the transforms which keep its stream from it."""
    if draw.path is not None:
        _note(engine, state, draw.path, whole=False)


def given_away(engine: Engine, state: State, value: Value) -> None:
    """Note that code which is not known is given a module: it may call it, outside of all transforms."""
    found = state.instance(value)
    if found is not None and found.bound and found.path is not None:
        _note(engine, state, found.path, whole=True)


def _note(engine: Engine, state: State, path: Path, whole: bool) -> None:
    address = _followed(engine)
    if address is not None:
        engine.program.initialised.setdefault(address, {})[path, whole, _settled(address, state)] = None


def _followed(engine: Engine) -> int | None:
    """Return the address of the module that is followed by itself, with all that stands around its method."""
    context = engine.context
    followed = bool(context.activations) and not context.runs and not context.activations[0].lifted
    return context.activations[0].address if followed else None


def scope(engine: Engine, state: State, draw: Draw) -> Scope | None:
    """Return where a parameter stands that ``init`` must make below the transforms, if it makes it at all.

    Nobody is seen to run the module: any method but ``__call__`` may be one that only ``apply`` runs.
    """
    address = _followed(engine)
    if address is None or draw.path is None or not engine.context.activations[0].known:
        return None
    lifts = [frame.lift for frame in engine.context.lifts if frame.lift is not None]
    if not all(lift.way in LOOPING and lift.params for lift in lifts):
        return None
    if not any(_may_be_init(facts) for facts in state.assumed):
        return None
    return Scope(address, draw.path, _settled(address, state))


def _may_be_init(facts: Facts) -> bool:
    """Return whether ``init`` takes a path; where a program asks for variables or for keys, it may know better."""
    return not any(
        fact.function in ASKING and (not held or fact.function != "is_initializing") for fact, held in facts.items()
    )


def _settled(address: int, state: State) -> tuple[frozenset[tuple[Term, bool]], ...]:
    """Return what a path has assumed of the module's fields, which are the same in ``init`` and in ``apply``."""
    return tuple(frozenset(_of_fields(address, facts)) for facts in state.assumed)


def _of_fields(address: int, facts: Facts) -> Iterator[tuple[Term, bool]]:
    for fact, held in facts.items():
        if _only_object(fact) == address:
            yield fact, held


@lru_cache(maxsize=FACTS_REMEMBERED)
def _only_object(fact: Term) -> int | None:
    """Return the address of the one object whose fields a condition is of; None where it is of more than that."""
    inside = parts(fact)
    objects = {part.address for part in inside if part.kind is Kind.OBJECT}
    return objects.pop() if len(objects) == 1 and all(part.kind in _OF_FIELDS for part in inside) else None


def may_be_initialised(engine: Engine, where: Scope) -> bool:
    """Return whether the parameters of a scope may be made elsewhere too, by a module with the same fields."""
    for path, whole, settled in engine.program.initialised.get(where.module, ()):
        here = path == (where.path[: len(path)] if whole else where.path)
        if here and any(_agree(mine, other) for mine in where.settled for other in settled):
            return True
    return False


def _agree(mine: frozenset[tuple[Term, bool]], other: frozenset[tuple[Term, bool]]) -> bool:
    return not any((fact, not held) in other for fact, held in mine)
