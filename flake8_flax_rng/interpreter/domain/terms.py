"""Key terms: symbolic names of concrete bits. Equal terms are equal bits.

Terms are interned: two terms built alike are the same object, so that comparing and hashing cost
the same however deep a chain of splits has grown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import DRAWS_KEPT, PARTS_READ
from flake8_flax_rng.interpreter.domain.term_kinds import Kind, places_of

if TYPE_CHECKING:
    from collections.abc import Callable

Atom = str | int | float | bool | bytes | complex | None

_NONE: frozenset[Term] = frozenset()
_CONST, _DRAW, _FRESH = Kind.CONST, Kind.DRAW, Kind.FRESH  # Python 3.11 takes ten times as long for those of a class
_MEASURES = frozenset({"shape", "size", "ndim", "dtype"})
_MEASURING = frozenset(
    {"len"}
    | {
        f"{m}.{f}"
        for m in ("jax.numpy", "numpy")
        for f in ("shape", "size", "ndim", "zeros_like", "ones_like", "empty_like")
    }
)


class _TermPart:
    """A part that is a term: None for terms of other kinds, and where something else stands there."""

    def __init__(self, name: str):
        self._places = places_of(name)

    def __get__(self, term: Term, _: type[Term]) -> Term | None:
        place, args = self._places.get(term.kind), term.args
        found = args[place] if place is not None and place < len(args) else None
        return found if type(found) is Term else None


class _TextPart:
    """A part that is a text: None for terms of other kinds, and where something else stands there."""

    def __init__(self, name: str):
        self._places = places_of(name)

    def __get__(self, term: Term, _: type[Term]) -> str | None:
        place, args = self._places.get(term.kind), term.args
        found = args[place] if place is not None and place < len(args) else None
        return found if isinstance(found, str) else None


class _NumberPart:
    """A part that is a number: None for terms of other kinds, and where something else stands there."""

    def __init__(self, name: str):
        self._places = places_of(name)

    def __get__(self, term: Term, _: type[Term]) -> int | None:
        found = term.at(self._places.get(term.kind))
        return found if isinstance(found, int) else None


class _OtherPart:
    """A part that is a term or an atom: None for terms of other kinds too."""

    def __init__(self, name: str):
        self._places = places_of(name)

    def __get__(self, term: Term, _: type[Term]) -> Term | Atom:
        return term.at(self._places.get(term.kind))


class _OtherParts:
    """All parts from one place on: none for terms of other kinds."""

    def __init__(self, name: str):
        self._places = places_of(f"*{name}")

    def __get__(self, term: Term, _: type[Term]) -> tuple[Term | Atom, ...]:
        place = self._places.get(term.kind)
        return () if place is None else term.args[place:]


class Term:
    """One node of the term graph; made by :class:`Terms` only.

    Attributes:
        kind: what the term names; the table ``PARTS`` says what the parts of each kind are called.
        args: the parts; terms or plain atoms.
        draws: the key terms whose draws the value depends on (bounded in number).
        number: order of creation, the deterministic sort key.
    """

    __slots__ = ("args", "draws", "kind", "number")

    # One property for each name of a part that is asked for; they are those of the table.
    parent = _TermPart("parent")
    data = _TermPart("data")
    key = _TermPart("key")
    owner = _TermPart("owner")
    index = _TermPart("index")
    callee = _TermPart("callee")
    lane = _TermPart("lane")
    iterable = _TermPart("iterable")
    left = _TermPart("left")
    right = _TermPart("right")
    operand = _TermPart("operand")
    name = _TextPart("name")
    path = _TextPart("path")
    label = _TextPart("label")
    function = _TextPart("function")
    sign = _TextPart("sign")
    address = _NumberPart("address")
    serial = _NumberPart("serial")
    origin = _NumberPart("origin")
    turn = _NumberPart("turn")
    added = _NumberPart("added")
    source = _OtherPart("source")
    version = _OtherPart("version")
    arguments = _OtherParts("arguments")
    items = _OtherParts("items")

    def __init__(self, kind: Kind, args: tuple[Term | Atom, ...], number: int, draws: frozenset[Term]):
        self.kind = kind
        self.args = args
        self.number = number
        self.draws = draws

    def at(self, index: int | None) -> Term | Atom:
        """Return part ``index``, None if there is none."""
        return self.args[index] if index is not None and index < len(self.args) else None

    def part(self, index: int) -> Term | None:
        """Return part ``index`` if it is a term."""
        found = self.args[index] if 0 <= index < len(self.args) else None
        return found if isinstance(found, Term) else None

    @property
    def argument(self) -> Term | None:
        """The first argument of a call, if it is a term."""
        first = self.arguments[:1]
        return first[0] if first and isinstance(first[0], Term) else None

    @property
    def parts(self) -> list[Term]:
        """The parts that are terms."""
        return [arg for arg in self.args if type(arg) is Term]

    @property
    def value(self) -> Atom:
        """The Python value that a constant stands for; None for all other terms."""
        found = self.args[0] if self.kind is _CONST else None
        return None if isinstance(found, Term) else found

    def __repr__(self) -> str:
        return f"{self.kind}({', '.join(map(repr, self.args))})"


class Terms:
    """The factory of the terms of one analysis.

    Attributes:
        timeless: for the conditions that were asked for, what is left without the numbers of calls and versions.
    """

    def __init__(self) -> None:
        self._table: dict[tuple[object, ...], Term] = {}
        self._constants: dict[tuple[type, Atom], Term] = {}
        self._fresh = 0
        self.timeless: dict[Term, Term] = {}

    def make(self, kind: Kind, *args: Term | Atom) -> Term:
        """Return the term of this kind and these parts; the same object for the same parts."""
        identity = (kind, args, tuple(map(type, args)))
        term = self._table.get(identity)
        if term is None:
            table = self._table
            term = table[identity] = Term(kind, args, len(table) + self._fresh, _draws(kind, args))
        return term

    def known(self, kind: Kind, *args: Term | Atom) -> bool:
        """Return whether the program has computed the term of this kind and these parts."""
        return (kind, args, tuple(map(type, args))) in self._table

    @property
    def count(self) -> int:
        """How many terms there are; a later one has a higher number than this."""
        return len(self._table) + self._fresh

    def fresh(self, label: str) -> Term:
        """Return a term that is equal to no other: a value of which nothing is known."""
        number = len(self._table) + self._fresh
        self._fresh += 1
        return Term(_FRESH, (label, self._fresh), number, _NONE)

    def child(self, parent: Term, data: Term) -> Term:
        """Return child ``data`` of a key.

        ``split(k, n)[i]`` and ``fold_in(k, i)`` are the same bits, and the count of a split does not
        matter, so one term serves both.
        """
        return self.make(Kind.CHILD, parent, data)

    def const(self, value: Atom) -> Term:
        """Return the term of a Python constant; ``True`` and ``1`` are different terms."""
        identity = type(value), value
        term = self._constants.get(identity)
        if term is None:
            term = self._constants[identity] = self.make(_CONST, value)
        return term


def _draws(kind: Kind, args: tuple[Term | Atom, ...]) -> frozenset[Term]:
    drawn = [arg.draws for arg in args if type(arg) is Term and arg.draws]
    if not drawn and kind is not _DRAW:
        return _NONE
    found: set[Term] = set().union(*drawn)
    if kind is _DRAW and isinstance(args[0], Term):
        found.add(args[0])
    if not found or _of_no_draw(kind, args):
        return _NONE
    if len(found) > DRAWS_KEPT:
        found = set(sorted(found, key=lambda term: term.number)[-DRAWS_KEPT:])
    return frozenset(found)


def _of_no_draw(kind: Kind, args: tuple[Term | Atom, ...]) -> bool:
    """Return whether a value is the same whatever was drawn: an array's shape, its length, or zeros like it."""
    return (kind is Kind.ATTRIBUTE and args[1] in _MEASURES) or (kind is Kind.PURE and args[0] in _MEASURING)


def is_elementwise(term: Term) -> bool:
    """Return whether a term is computed by operators, as an array is from others of its form."""
    return term.kind in (Kind.OP, Kind.MINUS, Kind.UNARY)


def parts(term: Term, into: Callable[[Term], bool] | None = None) -> list[Term]:
    """Return a term and what it is computed from, each once; more than ``PARTS_READ`` where these are not all.

    Args:
        term: the term.
        into: whether the parts of a term are of interest; None if those of all are.
    """
    found, seen = [term], {term}
    for current in found:
        if len(found) > PARTS_READ:
            break
        new = [part for part in current.parts if part not in seen] if into is None or into(current) else []
        seen.update(new)
        found.extend(dict.fromkeys(new))
    return found
