"""What a function leaves behind: used keys that it returns, or keeps in its object, for the next call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.events import HandedOn
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance
from flake8_flax_rng.interpreter.domain.kinds import Handover, MakeKind, UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import Key, Opaque, Ref, Tuple, Value
from flake8_flax_rng.interpreter.domain.walk import reachable
from flake8_flax_rng.interpreter.paths.state import LedgerKey
from flake8_flax_rng.interpreter.roots.attribute_writes import Stores
from flake8_flax_rng.interpreter.roots.carried_states import KeyInState, keys_in, path_of

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.events import Use
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Class, Function
    from flake8_flax_rng.interpreter.paths.state import State
    from flake8_flax_rng.syntax.source import Chunk

_CONSTRUCTORS = frozenset({"__init__", "__post_init__"})

_RETURNED = frozenset({Tuple, DictObject, Instance})
"""What is looked into for the keys that a function returns."""


class Leftovers:
    """The used keys that the functions of a file hand on to whoever comes next.

    Args:
        engine: the analysis.
        chunks: the text of the file.
    """

    def __init__(self, engine: Engine, chunks: list[Chunk]):
        self._engine = engine
        self._chunks = chunks
        self._made: set[tuple[Class, str]] = set()
        self._compiled: list[tuple[Class, str, Use]] = []
        self._handed_on: list[HandedOn] = []
        self._stored: list[tuple[Class, str, Use]] = []
        self._receivers: list[tuple[Class, Term]] = []
        self._in_states: list[tuple[Use, KeyInState, Site]] = []
        self._carried: list[KeyInState] = []

    def returned(self, value: Value, state: State, site: Site) -> None:
        """Look at what a function returns that is followed for any arguments.

        A key that it was given may be handed back as a record of what was drawn, by a function that it calls too.
        One that it has made itself, in order to hand it on, it may not draw from.

        Args:
            value: the result.
            state: the path on which it is returned.
            site: where it is returned.
        """
        for held in keys_in(value, state):
            use, source = self._used(held.term, held.origin, state), _source(held.term)
            if use is not None:
                self._in_states.append((use, held, site))
            renewed = use is None and source is not held.term
            split = use is not None and use.kind is UseKind.SPLIT and source is held.term
            if (renewed or split) and path_of(source) == held.path:
                self._carried.append(held)
        for key in _held(value, state):
            use = self._used(key.term, _origin(key), state)
            source = _source(key.term)
            own = source is not key.term and source.kind in (Kind.PARAMETER, Kind.ATTRIBUTE, Kind.SUBSCRIPT)
            if use is not None and own and sum(step.turn is None for step in use.way) == 1:
                self._handed_on.append(HandedOn(use, Handover.RETURNED))

    def kept(self, function: Function, receiver: Ref, states: list[State]) -> None:
        """Look at the object whose method was followed for any arguments.

        Args:
            function: the method.
            receiver: the object.
            states: the paths on which the method has returned.
        """
        if function.owner is not None and not function.code.generator:
            self._receivers.append((function.owner, self._engine.terms.make(Kind.OBJECT, receiver.address)))
            for state in states:
                self._kept(function, function.owner, receiver, state, states)
                if function.code in self._engine.program.jitted:
                    self._read_in_compiled(function.owner, receiver, state)

    def _kept(self, function: Function, owner: Class, receiver: Ref, state: State, states: list[State]) -> None:
        found = state.instance(receiver)
        for name, value in found.attributes.items() if found is not None else ():
            if isinstance(value, Key) and value.origin and function.code.name in _CONSTRUCTORS:
                self._made.add((owner, name))
            if not isinstance(value, (Key, Opaque)):
                continue
            use = self._used(value.term, _origin(value), state)
            if use is None:
                continue
            source = _source(value.term)
            if function.code.name in _CONSTRUCTORS:
                # Who renews it in another mode means the object to repeat its numbers in this one; and a method that
                # the constructor calls may be the very one that uses it.
                if not any(step.method for step in use.way) and not any(
                    _renewed(value, name, receiver, other) for other in states
                ):
                    self._stored.append((owner, name, use))
            elif source is not value.term and source.kind is Kind.ATTRIBUTE and source.name == name:
                self._handed_on.append(HandedOn(use, Handover.KEPT, name))

    def _read_in_compiled(self, owner: Class, receiver: Ref, state: State) -> None:
        """Look at the keys of its object that a compiled method draws from."""
        this = self._engine.terms.make(Kind.OBJECT, receiver.address)
        for key, use in state.ledger.items():
            held = (
                key.term.kind is Kind.ATTRIBUTE and key.term.part(0) is this and key.place is None and key.origin == 0
            )
            if held and use.kind in (UseKind.DRAW, UseKind.SPLIT):
                self._compiled.append((owner, str(key.term.name), use))

    def _used(self, key: Term, origin: int | None, state: State) -> Use | None:
        """Return what has consumed a key that was made by splits alone; None where nothing has."""
        use = state.ledger.get(LedgerKey(key))
        # An equal key of another split is the fault of that split.
        if use is None or use.kind not in (UseKind.DRAW, UseKind.SPLIT) or origin not in (None, use.origin):
            return None
        line = self._engine.book.origins.line(use.origin)
        return use if all(made.kind is MakeKind.SPLIT for made in line) else None

    def events(self) -> list[HandedOn]:
        """Return what was found, with the keys that a constructor has used and a method uses again."""
        stored = [
            HandedOn(use, Handover.STORED, name)
            for owner, name, use in self._stored
            if any(
                cls is owner
                and self._engine.book.uses.drawn_from(self._engine.terms.make(Kind.ATTRIBUTE, receiver, name))
                for cls, receiver in self._receivers
            )
        ]
        carried = [
            HandedOn(use, Handover.CARRIED, ".".join(held.path), site)
            for use, held, site in self._in_states
            if any(held.is_like(other) for other in self._carried)
        ]
        told = {event.use for event in carried}
        handed_on = [event for event in self._handed_on if event.use not in told]
        handed_out = [
            HandedOn(use, Handover.HANDED_OUT, site=given.site) for given, use in self._engine.book.uses.handed_out
        ]
        return [*handed_on, *carried, *handed_out, *stored, *self._never_renewed()]

    def _never_renewed(self) -> list[HandedOn]:
        """Return the keys that a constructor makes, and that a compiled method draws from while nothing renews them."""
        candidates = [(owner, name, use) for owner, name, use in self._compiled if (owner, name) in self._made]
        writes = Stores(self._chunks) if candidates else None
        return [
            HandedOn(use, Handover.COMPILED, name)
            for owner, name, use in candidates
            if writes is not None and any(writes.only_in(name, method, {owner.name}) for method in _CONSTRUCTORS)
        ]


def _origin(key: Key | Opaque) -> int:
    return key.origin if isinstance(key, Key) else 0


def _renewed(key: Key | Opaque, name: str, receiver: Ref, state: State) -> bool:
    """Return whether a path has used the key, and put another one into its place."""
    found = state.instance(receiver)
    held = found.attributes.get(name) if found is not None else None
    return held is not None and held != key and LedgerKey(key.term) in state.ledger


def _source(term: Term) -> Term:
    """Return the key that a key was split from."""
    while term.kind is Kind.CHILD and (parent := term.parent) is not None:
        term = parent
    return term


def _held(value: Value, state: State) -> list[Key | Opaque]:
    """Return the keys in a result; of an unknown value it is not known whether it is one."""
    return [inner for inner in reachable(value, state.heap, _RETURNED) if isinstance(inner, (Key, Opaque))]
