"""What programs can mutate: the objects behind references.

The objects themselves are never changed: a write puts a new object under the same address, so that
forked states can share a heap.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.values import Const, Value
from flake8_flax_rng.records import field, record, replaced

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.streams import Run
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Class, Symbol


@record()
class ListObject:
    """A list.

    Args:
        items: the items that are known, from the front.
        complete: whether these are all.
        once: whether it is an iterator, which is used up by whoever goes over it.
        count: the number of its items, where that has a name.
        round: whether the items come again and again, as those of ``itertools.cycle``.
    """

    items: tuple[Value, ...]
    complete: bool = True
    once: bool = False
    count: Term | None = None
    round: bool = False


@record()
class DictObject:
    """A dict.

    Args:
        entries: the entries that are known, in order.
        complete: whether these are all.
        present: the keys of unknown value that are certain to be there.
        frozen: whether it is a ``FrozenDict``.
    """

    entries: tuple[tuple[Const, Value], ...]
    complete: bool = True
    present: frozenset[Term] = frozenset()
    frozen: bool = False

    def get(self, key: Const) -> Value | None:
        """Return the value under ``key`` if it is known."""
        for name, value in self.entries:
            if name == key:
                return value
        return None

    def set(self, key: Const, value: Value) -> DictObject:
        """Return the dict with one entry added or replaced."""
        if self.get(key) is None:
            return self._with((*self.entries, (key, value)))
        return self._with(tuple([(name, value if name == key else old) for name, old in self.entries]))

    def _with(self, entries: tuple[tuple[Const, Value], ...]) -> DictObject:
        return DictObject(entries, self.complete, self.present, self.frozen)

    def updated(self, other: DictObject) -> DictObject:
        """Return the dict with the entries of another one put over its own, which an unknown one may replace."""
        found = self if other.complete else replaced(self, entries=(), complete=False)
        for key, value in other.entries:
            found = found.set(key, value)
        return found

    def without(self, key: Const) -> DictObject:
        """Return the dict without one entry."""
        return self._with(tuple([entry for entry in self.entries if entry[0] != key]))


@record()
class Instance:
    """An instance of a class of the linted file or of one that the semantics know.

    Args:
        cls: its class.
        attributes: the attributes whose values are known.
        version: counts how often unknown code could have changed it.
        frozen: whether no code can change it (dataclasses that Flax or the user froze).
        path: scope path of a bound Linen module, relative to the module that ``apply`` was called on.
        origin: address of the instance that ``apply`` cloned this one from.
        bound: whether a Linen module has a scope.
        given: the streams that ``bind`` gave it.
        symbolic: whether it stands for any instance of its class, so that absent attributes are unknown.
        flag: where ``deterministic`` was given to the constructor of a built-in layer.
        fixed_names: the attributes that no other code sets.
    """

    cls: Class | Symbol
    attributes: dict[str, Value] = field(default_factory=dict)
    version: int = 0
    frozen: bool = False
    path: tuple[str, ...] | None = None
    origin: int = 0
    bound: bool = False
    given: Run | None = None
    symbolic: bool = False
    flag: Site | None = None
    fixed_names: frozenset[str] = frozenset()

    def set(self, name: str, value: Value) -> Instance:
        """Return the instance with one attribute set."""
        # Many times as fast as `replace`, and made for each attribute that is set.
        return Instance(
            self.cls,
            {**self.attributes, name: value},
            self.version,
            self.frozen,
            self.path,
            self.origin,
            self.bound,
            self.given,
            self.symbolic,
            self.flag,
            self.fixed_names,
        )


HeapObject = ListObject | DictObject | Instance
