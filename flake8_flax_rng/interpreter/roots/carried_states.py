"""States that functions take and return: a key in one, which a later call goes on with.

``step(state)`` splits ``state.key`` and returns a state whose ``key`` is one of the new ones: that is the key that is
carried. A function of the file that puts a used key there lets the next call repeat its numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import STATE_DEPTH
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import Key, Opaque, Ref, Tuple, Value
from flake8_flax_rng.records import record

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

Path = tuple[str, ...]
"""The names of fields and entries that lead from a state to a key in it."""


@record()
class KeyInState:
    """A key in a state that is returned.

    Args:
        kind: the class of the state; ``dict``, or None if it is not known.
        path: where the key stands in it.
        term: the key.
        origin: number of the call that made it, None if that is not known.
    """

    kind: object
    path: Path
    term: Term
    origin: int | None

    def is_like(self, other: KeyInState) -> bool:
        """Return whether another key may stand at the same place of a state of the same class."""
        return self.path == other.path and (self.kind is other.kind or None in (self.kind, other.kind))


_RENEWING = frozenset({"replace", "_replace"})
"""The methods of records that return one with other values: of ``flax.struct``, ``chex`` and ``NamedTuple``."""


def keys_in(value: Value, state: State) -> Iterator[KeyInState]:
    """Go through the keys in the states that a function returns, a tuple of several states included.

    Args:
        value: the result.
        state: the path on which it is returned.
    """
    for part in value.items if isinstance(value, Tuple) else (value,):
        found = state.heap.get(part.address) if isinstance(part, Ref) else None
        if isinstance(part, Opaque):
            yield from (KeyInState(None, path, term, None) for path, term in _replaced(part.term))
        elif isinstance(found, (Instance, DictObject)):
            kind = found.cls if isinstance(found, Instance) else dict
            for path, key in _keys_below(part, state, ()):
                yield KeyInState(kind, path, key.term, key.origin if isinstance(key, Key) else 0)


def path_of(term: Term) -> Path | None:
    """Return the names that lead from a parameter to a key; None for one that does not stand in a parameter."""
    names: list[str] = []
    while (owner := term.part(0)) is not None:
        if term.kind is Kind.ATTRIBUTE:
            names.append(str(term.name))
        elif term.kind is Kind.SUBSCRIPT and (index := term.part(1)) is not None and isinstance(index.value, str):
            names.append(index.value)
        else:
            return None
        term = owner
    return tuple(reversed(names)) if names and term.kind is Kind.PARAMETER else None


def _keys_below(value: Value, state: State, path: Path) -> Iterator[tuple[Path, Key | Opaque]]:
    if isinstance(value, (Key, Opaque)) and path:
        yield path, value
    found = state.heap.get(value.address) if isinstance(value, Ref) and len(path) < STATE_DEPTH else None
    if isinstance(found, Instance):
        entries = list(found.attributes.items())
    elif isinstance(found, DictObject):
        entries = [(name.value, held) for name, held in found.entries if isinstance(name.value, str)]
    else:
        return
    for name, held in entries:
        yield from _keys_below(held, state, (*path, name))


def _replaced(term: Term) -> Iterator[tuple[Path, Term]]:
    """Go through the keys that are put into a state by its own method, whose fields are those that they come of."""
    callee = term.part(0) if term.kind is Kind.CALL else None
    if callee is None or callee.kind is not Kind.ATTRIBUTE or callee.name not in _RENEWING:
        return
    for part in term.parts[1:]:
        if part.kind is Kind.CHILD and part.parent is not None and (path := path_of(part.parent)) is not None:
            yield path, part
