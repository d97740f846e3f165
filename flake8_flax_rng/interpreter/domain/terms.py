"""Key terms: symbolic names of concrete bits. Equal terms are equal bits.

Terms are interned: two terms built alike are the same object, so that comparing and hashing cost
the same however deep a chain of splits has grown.
"""

from __future__ import annotations

from flake8_flax_rng.interpreter.domain.budget import DRAWS_KEPT, PARTS_READ

Atom = str | int | float | bool | bytes | complex | None

_NONE: frozenset[Term] = frozenset()
_MEASURES = frozenset({"shape", "size", "ndim", "dtype"})


class Term:
    """One node of the term graph; made by :class:`Terms` only.

    Attributes:
        kind: what the term is: ``seed``, ``child``, ``const``, ``attribute``, ``draw``, …
        args: the parts; terms or plain atoms.
        draws: the key terms whose draws the value depends on (bounded in number).
        number: order of creation, the deterministic sort key.
    """

    __slots__ = ("args", "draws", "kind", "number")

    def __init__(self, kind: str, args: tuple[Term | Atom, ...], number: int, draws: frozenset[Term]):
        self.kind = kind
        self.args = args
        self.number = number
        self.draws = draws

    def part(self, index: int) -> Term | None:
        """Return part ``index`` if it is a term."""
        found = self.args[index] if 0 <= index < len(self.args) else None
        return found if isinstance(found, Term) else None

    @property
    def parts(self) -> list[Term]:
        """The parts that are terms."""
        return [arg for arg in self.args if isinstance(arg, Term)]

    @property
    def value(self) -> Atom:
        """The Python value that a constant stands for; None for all other terms."""
        found = self.args[0] if self.kind == "const" else None
        return None if isinstance(found, Term) else found

    def __repr__(self) -> str:
        return f"{self.kind}({', '.join(map(repr, self.args))})"


class Terms:
    """The factory of the terms of one analysis."""

    def __init__(self) -> None:
        self._table: dict[tuple[object, ...], Term] = {}
        self._fresh = 0

    def make(self, kind: str, *args: Term | Atom) -> Term:
        """Return the term of this kind and these parts; the same object for the same parts."""
        identity = (kind, args, tuple(map(type, args)))
        term = self._table.get(identity)
        if term is None:
            term = Term(kind, args, len(self._table), _draws(kind, args))
            self._table[identity] = term
        return term

    def known(self, kind: str, *args: Term | Atom) -> bool:
        """Return whether the program has computed the term of this kind and these parts."""
        return (kind, args, tuple(map(type, args))) in self._table

    @property
    def count(self) -> int:
        """How many terms there are; a later one has a higher number than this."""
        return len(self._table)

    def fresh(self, label: str) -> Term:
        """Return a term that is equal to no other: a value of which nothing is known."""
        self._fresh += 1
        return self.make("fresh", label, self._fresh)

    def child(self, parent: Term, data: Term) -> Term:
        """Return child ``data`` of a key.

        ``split(k, n)[i]`` and ``fold_in(k, i)`` are the same bits, and the count of a split does not
        matter, so one term serves both.
        """
        return self.make("child", parent, data)

    def const(self, value: Atom) -> Term:
        """Return the term of a Python constant; ``True`` and ``1`` are different terms."""
        return self.make("const", value)


def _draws(kind: str, args: tuple[Term | Atom, ...]) -> frozenset[Term]:
    found: set[Term] = set()
    for arg in args:
        if isinstance(arg, Term) and arg.draws:
            found |= arg.draws
    if kind == "draw" and isinstance(args[0], Term):
        found.add(args[0])
    if not found or _of_no_draw(kind, args):
        return _NONE
    if len(found) > DRAWS_KEPT:
        found = set(sorted(found, key=lambda term: term.number)[-DRAWS_KEPT:])
    return frozenset(found)


def _of_no_draw(kind: str, args: tuple[Term | Atom, ...]) -> bool:
    """Return whether a value is the same whatever was drawn: an array's shape, and how many it holds."""
    return (kind == "attribute" and args[1] in _MEASURES) or (kind == "pure" and args[0] == "len")


def parts(term: Term) -> list[Term]:
    """Return a term and what it is computed from, up to a bound."""
    found = [term]
    for current in found:
        if len(found) > PARTS_READ:
            break
        found.extend(current.parts)
    return found
