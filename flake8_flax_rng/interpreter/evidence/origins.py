"""The calls that made keys: what each made, the names that its keys were bound to, and which of them were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.key_lineage import ALL, child_index
from flake8_flax_rng.interpreter.domain.kinds import MakeKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import Key, Keys, Value
from flake8_flax_rng.interpreter.domain.walk import KeysWithin
from flake8_flax_rng.records import replaced

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterator, Mapping

    from flake8_flax_rng.interpreter.domain.events import Made
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term


class Origins:
    """The calls that made keys, by the number that each key bears as its origin.

    Attributes:
        thrown_away: the splits and folds whose result is not even bound, with the call that loses it.
    """

    def __init__(self) -> None:
        self._made: dict[int, Made] = {}
        self._names: dict[int, dict[int, tuple[str, int]]] = {}
        self._single: dict[int, str] = {}
        self._arrays: dict[int, tuple[str, Keys]] = {}
        self._named: dict[tuple[Term, int], str] = {}
        self._bound: dict[Term, dict[tuple[int, str], Site]] = {}
        self._read: dict[int, set[int]] = {}
        self._keys = KeysWithin()
        self.thrown_away: dict[int, Site] = {}

    # -- the calls -------------------------------------------------------------------------------

    def add(self, origin: int, made: Made) -> None:
        """Note a call that made keys."""
        self._made[origin] = made

    def maker(self, origin: int) -> Made | None:
        """Return the call that made a key, None when it is not known."""
        return self._made.get(origin)

    def site_of(self, value: Value | None) -> Site | None:
        """Return where the call stands that made a key or an array of keys, None when it is not known."""
        made = self._made.get(value.origin) if isinstance(value, (Key, Keys)) else None
        return made.site if made is not None else None

    def calls(self) -> ItemsView[int, Made]:
        """Return all calls that made keys, with their numbers."""
        return self._made.items()

    def by_number(self) -> Mapping[int, Made]:
        """Return the calls that made keys, by number."""
        return self._made

    def mark_default(self, origin: int) -> Made | None:
        """Note that a key is the default of a parameter; return the call that made it."""
        made = self._made.get(origin)
        if made is not None and not made.default:
            made = self._made[origin] = replaced(made, default=True)
        return made

    def line(self, origin: int) -> Iterator[Made]:
        """Go through the calls that made a key and those that it comes of, the nearest first."""
        made = self._made.get(origin)
        while made is not None:
            yield made
            made = self._made.get(made.parent)

    def root(self, origin: int) -> Made | None:
        """Return the call that made the oldest key that a key comes of, None where it is not known."""
        made = self._made.get(origin)
        while made is not None and made.parent:
            made = self._made.get(made.parent)
        return made

    def legacy(self, origin: int) -> bool | None:
        """Return whether a key is a raw array of the old style, None when that is not known."""
        made = self.root(origin)
        return made.legacy if made is not None else None

    def throw_away(self, origin: int, call: Site) -> None:
        """Note that the result of a split or fold is not even bound, as itself or as that of a helper."""
        made = self._made.get(origin)
        if made is not None and made.kind in (MakeKind.SPLIT, MakeKind.FOLD):
            self.thrown_away.setdefault(origin, call)

    # -- the names of their keys -----------------------------------------------------------------

    def name(self, key: Key, name: str, owner: int) -> None:
        """Note that a key was bound to a name in a function."""
        self._named.setdefault((key.term, owner), name)
        index = child_index(key)
        if index is not None:
            self._names.setdefault(key.origin, {})[index] = (name, owner)
        else:
            self._single.setdefault(key.origin, name)

    def bind(self, term: Term, name: str, owner: int, site: Site) -> None:
        """Note where a key, or what may be one, was bound to a name in a function."""
        self._bound.setdefault(term, {}).setdefault((owner, name), site)

    def bound(self, term: Term) -> Mapping[tuple[int, str], Site]:
        """Return where a key was bound to names, by the function and the name."""
        return self._bound.get(term, {})

    def name_array(self, keys: Keys, name: str) -> None:
        """Note that an array of keys was bound to a name."""
        self._arrays.setdefault(keys.origin, (name, keys))

    def names(self, origin: int) -> dict[int, tuple[str, int]]:
        """Return the names that keys of a call were bound to, and the functions of these, by the key's index."""
        return self._names.get(origin, {})

    def all_names(self, origin: int) -> dict[int, str]:
        """Return the names that keys of a call were bound to, the one key of a fold under 0."""
        names = {index: name for index, (name, _) in self.names(origin).items()}
        return names or ({0: self._single[origin]} if origin in self._single else {})

    def named_array(self, origin: int) -> tuple[str, Keys] | None:
        """Return the name that an array of a call's keys was bound to, and the array: it need not hold all of them."""
        return self._arrays.get(origin)

    def name_in(self, term: Term, owner: int) -> str | None:
        """Return what a reader of a function calls a key: the name it has there, or the attribute it was read from."""
        if term.kind is Kind.PARAMETER:
            return term.name if term.serial == owner else None
        source = term.owner if term.kind is Kind.ATTRIBUTE else None
        if source is not None:
            name = "self" if source.kind is Kind.OBJECT else self.name_in(source, owner)
            return f"{name}.{term.name}" if name else None
        return self._named.get((term, owner))

    # -- which of them were read -----------------------------------------------------------------

    def read(self, value: Value) -> None:
        """Note that whatever keys a value holds were read."""
        for key in self._keys.new(value):
            self.read_child(key.origin, child_index(key) if isinstance(key, Key) else None)

    def read_child(self, origin: int, index: int | None) -> None:
        """Note that a child of a split was read; None stands for all of them."""
        if origin:
            self._read.setdefault(origin, set()).add(ALL if index is None else index)

    def was_read(self, origin: int) -> bool:
        """Return whether any key of a call was read."""
        return origin in self._read

    def children_read(self, origin: int) -> set[int]:
        """Return which keys of a call were read; ``ALL`` is among them where that is not known."""
        return self._read.get(origin, set())
