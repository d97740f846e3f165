"""Keys that are computed from the two words of a raw key: each is another key, which may exist already.

Adding a number to a key of the old style gives other words, and other words for other numbers; ``key + 0`` is the key
itself, and ``key + 1 + 0`` is ``key + 0 + 1``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.events import Made, Step
from flake8_flax_rng.interpreter.domain.kinds import MakeKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term
from flake8_flax_rng.interpreter.domain.values import Const, Key, Opaque, Value

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State

_WORD = 1 << 32
_GROUPS = {"+": "+", "-": "+", "BitXor": "^"}


def combined(
    engine: Engine, node: cst.CSTNode, sign: str, key: tuple[Term, int], other: Value, state: State
) -> tuple[Term, int]:
    """Return the key that an operator makes of another key and a number.

    Args:
        engine: the analysis.
        node: the operation.
        sign: the operator.
        key: the key and its origin.
        other: the number.
        state: the path.

    Returns:
        the new key and its origin; equal numbers in another order make the same key.
    """
    term, origin = key
    step = Step(engine.site(node), owner=engine.owner())
    legacy = engine.book.origins.legacy(origin)
    made = Made((*engine.context.stack, step), MakeKind.COMPUTED, origin, term, legacy)
    number = engine.number()
    engine.book.origins.add(number, made)
    group = _GROUPS.get(sign)
    if group is None:
        return engine.terms.fresh("computed"), number
    return _sum(engine, term, group, sign == "-", other, state), number


def _sum(engine: Engine, term: Term, group: str, negative: bool, other: Value, state: State) -> Term:
    base, known, unknown = term, 0, []
    if term.kind is Kind.SUM and term.sign == group and term.key is not None:
        base, known = term.key, term.added or 0
        unknown = [part for part in term.arguments if isinstance(part, Term)]
    value = other.value if isinstance(other, Const) else other.known if isinstance(other, Opaque) else None
    if isinstance(value, int):
        known = (known - value if negative else known + value) % _WORD if group == "+" else (known ^ value) % _WORD
    else:
        added = engine.term(other, state)
        unknown.append(engine.terms.make(Kind.MINUS, added) if negative else added)
    if not known and not unknown:
        return base
    return engine.terms.make(Kind.SUM, base, group, known, *sorted(unknown, key=lambda part: part.number))


def of_word(engine: Engine, seed: Term) -> Key | None:
    """Return the key that a word of another key is the seed of, if that is known.

    The second word of a key that was made of a small seed is that seed, and the first one is 0.
    """
    key, place = seed.key, seed.index.value if seed.index is not None else None
    if seed.kind is not Kind.WORD or key is None or key.kind is not Kind.SEED or len(key.args) != 1:
        return None
    number = key.parts[0].value
    if place in (1, -1):
        term = key
    elif place in (0, -2) and isinstance(number, int) and 0 <= number < _WORD:
        term = engine.terms.make(Kind.SEED, engine.terms.const(0))
    else:
        return None
    found = engine.number()
    engine.book.origins.add(
        found, Made(tuple(engine.context.stack), MakeKind.COMPUTED, seed.origin or 0, key, legacy=True)
    )
    return Key(term, found)
