"""What is wrong with what the ledger wrote down: keys that were consumed more than once.

One mistake shows in many places: two splits of one key, and then every draw from children that are equal. A
*group* holds them all. It is explained when the marked line is a place where one of them became visible.
"""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from flake8_flax_rng.verifier.ledger import DRAW, FOLD, MADE, SPLIT, Bits, Event, Ledger
from flake8_flax_rng.verifier.places import Site, Span, Stack, parting

SECOND, INSIDE, OUTSIDE, REMADE, FIRST = "second", "inside", "outside", "remade", "first"
HANDED_ON, MAPPED = "handed on", "mapped"


@dataclass(frozen=True)
class Place:
    """A range of lines that has a part in a reuse.

    Args:
        part: SECOND, where the second use can be told from the first; INSIDE, further in; OUTSIDE, further
            out; REMADE, where the same key was built; FIRST, the first use; HANDED_ON, the first use, in a function
            that has returned since and was the source of the key, or keeps it in its object; MAPPED, where NNX was
            told to map the function.
        span: the lines.
    """

    part: str
    span: Span


@dataclass
class Reuse:
    """A key that was consumed once more than it may be.

    Args:
        key: the key.
        first: the first use.
        second: the use that is too much; the same event when lanes of a `vmap` share the key.
        places: the lines that have a part in it.
        certain: whether it is wrong in itself; two splits are wrong only for what is done with the children.
    """

    key: Bits
    first: Event
    second: Event
    places: list[Place]
    certain: bool


@dataclass
class Group:
    """Reuses that are one mistake.

    Args:
        roots: the reuses of keys that come of no other reused key.
        derived: the reuses that follow from those.
        others: further lines that have a part in it: where the same key was built again.
    """

    roots: list[Reuse] = field(default_factory=list)
    derived: list[Reuse] = field(default_factory=list)
    others: list[Place] = field(default_factory=list)

    @property
    def reuses(self) -> list[Reuse]:
        """All reuses."""
        return self.roots + self.derived

    @property
    def places(self) -> list[Place]:
        """All lines that have a part in it."""
        return [place for reuse in self.reuses for place in reuse.places] + self.others


def groups(ledger: Ledger) -> list[Group]:
    """Find what is wrong.

    Args:
        ledger: what happened.

    Returns:
        the mistakes, in the order in which they became visible.
    """
    return _Analysis(ledger).groups()


class _Analysis:
    """The ledger, indexed by key."""

    def __init__(self, ledger: Ledger) -> None:
        self.clones = ledger.clones
        self.mapped = ledger.mapped
        self.uses: dict[Bits, list[Event]] = defaultdict(list)
        self.makers: dict[Bits, list[Event]] = defaultdict(list)
        self.children: dict[Bits, set[Bits]] = defaultdict(set)
        self.parents: dict[Bits, set[Bits]] = defaultdict(set)
        for event in ledger.events:
            self._index(event)
        self.order = _children_first({**self.children, **self.uses}, self.children)
        self.candidates = {key: list(self._candidates(key)) for key in self.uses}
        self._collides: dict[Bits, bool] = {}
        for key in self.order:  # A key may be the last of thousands, too deep for a recursion from the first.
            self._reused_below(key)

    def groups(self) -> list[Group]:
        reuses = {key: found for key in self.uses if (found := [r for r in self.candidates[key] if self._real(r)])}
        above = self._handed_down(lambda key, roots: roots or frozenset({key} if key in reuses else ()))
        origins = {key: above[key] for key in reuses}
        self.built = self._handed_down(lambda key, built: built | {key} if self._noteworthy(key) else built)
        merged: dict[Bits, Group] = {}
        for key, found in reuses.items():
            if not origins[key]:
                group = merged[key] = Group()
                group.roots.extend(found)
                group.others.extend(self._remade(key))
        # A key may come of several reused keys, and those of others: it belongs to those that come of none.
        for key, found in reuses.items():
            for origin in origins[key]:
                merged[origin].derived.extend(found)
                merged[origin].others.extend(self._remade(key))
        return list(merged.values())

    def _index(self, event: Event) -> None:
        if event.kind in (DRAW, SPLIT):
            self.uses[event.key].append(event)
        if event.kind == MADE:
            self.makers[event.key].append(event)
        for child in event.children:
            self.children[event.key].add(child)
            self.parents[child].add(event.key)
            self.makers[child].append(event)

    def _candidates(self, key: Bits) -> Iterator[Reuse]:
        events = _one_per_call(self.uses[key])
        allowed = 1 + self._clones(key) if len(events) > 1 else 1
        for number, event in enumerate(events):
            earlier = events[:number]
            if event.lanes > 1:
                places = [*_lane_places(event), *self._mapped(event)]
                yield Reuse(key, event, event, places, event.kind == DRAW)
            if number >= allowed:
                certain = any(other.kind == DRAW for other in [*earlier, event])
                pairs = list({id(other): other for other in (earlier[0], earlier[-1])}.values())
                # Splits are wrong for what is done with the children, so that each is weighed with each.
                for others in [pairs] if certain else [[other] for other in pairs]:
                    places = [place for other in others for place in _places(other, event)]
                    places += [*self._handed_on(key, others[0], event), *self._mapped(event)]
                    yield Reuse(key, others[0], event, places, certain)

    def _handed_on(self, key: Bits, first: Event, second: Event) -> Iterator[Place]:
        """Say where a function has used a key that it handed on: nobody around it had the key before."""
        made = {id(site.frame) for site in self.makers[key][0].stack} if self.makers.get(key) else set()
        running = {id(site.frame) for site in second.stack}
        for site in first.stack:
            own = id(site.frame) in made or _constructs_the_user(site, second.stack)
            if own and id(site.frame) not in running:
                yield Place(HANDED_ON, site.span)

    def _mapped(self, event: Event) -> Iterator[Place]:
        """Say where the functions were mapped that an event happened in."""
        yield from (Place(MAPPED, self.mapped[site.code]) for site in event.stack if site.code in self.mapped)

    def _clones(self, key: Bits) -> int:
        if not self.clones:
            return 0
        return self.clones[key] + sum(self.clones[origin] for origin in self._ancestors(key))

    def _ancestors(self, key: Bits) -> set[Bits]:
        found: set[Bits] = set()
        waiting = list(self.parents.get(key, ()))
        while waiting:
            parent = waiting.pop()
            if parent not in found:
                found.add(parent)
                waiting.extend(self.parents.get(parent, ()))
        return found - {key}

    def _real(self, reuse: Reuse) -> bool:
        """Judge two splits of one key: they are wrong when equal children are used twice, or none is used."""
        if reuse.certain:
            return True
        common = set(reuse.first.children) & set(reuse.second.children)
        every = set(reuse.first.children) | set(reuse.second.children)
        return any(self._reused_below(child) for child in common) or not any(self._touched(child) for child in every)

    def _reused_below(self, key: Bits) -> bool:
        if key not in self._collides:
            self._collides[key] = False  # A key that came of itself would otherwise be followed for ever.
            self._collides[key] = any(self._real(reuse) for reuse in self.candidates.get(key, ())) or any(
                self._reused_below(child) for child in self.children.get(key, ())
            )
        return self._collides[key]

    def _touched(self, key: Bits) -> bool:
        return key in self.uses or key in self.children

    def _handed_down(self, hand: Callable[[Bits, frozenset[Bits]], frozenset[Bits]]) -> dict[Bits, frozenset[Bits]]:
        """Collect for each key what its parents hand on to it, each of what it was handed itself."""
        handed: dict[Bits, frozenset[Bits]] = {}
        nothing: frozenset[Bits] = frozenset()
        for key in reversed(self.order):
            gifts = {hand(parent, handed.get(parent, nothing)) for parent in self.parents.get(key, ()) if parent != key}
            # Most keys have one parent, and share its set.
            handed[key] = next(iter(gifts)) if len(gifts) == 1 else nothing.union(*gifts)
        return handed

    def _noteworthy(self, key: Bits) -> bool:
        """Tell whether there may be something to say of how a key was built."""
        makers = self.makers.get(key, [])
        return len(makers) > 1 or any(maker.kind == MADE for maker in makers)

    def _remade(self, key: Bits) -> Iterator[Place]:
        """Say where the key, or one that it comes of, was built, and where it was built again."""
        for origin in (key, *(self.built[key] - {key})):
            makers = _one_per_call(self.makers.get(origin, []))
            for maker in makers:
                if maker.kind == MADE and maker.stack:
                    yield Place(REMADE, maker.stack[-1].span)
            for before, maker in itertools.pairwise(makers):
                if FOLD in (makers[0].kind, maker.kind):
                    yield from _places(makers[0], maker)
                    yield from _places(before, maker)
                if maker.kind == MADE:
                    yield from _relabelled(REMADE, _places(makers[0], maker))


def _children_first(keys: Iterable[Bits], children: Mapping[Bits, Iterable[Bits]]) -> list[Bits]:
    """Order keys so that those that come of a key stand before it, as far as none comes of itself."""
    order: list[Bits] = []
    seen: set[Bits] = set()
    for start in keys:
        waiting = [] if start in seen else [(start, iter(children.get(start, ())))]
        seen.add(start)
        while waiting:
            key, rest = waiting[-1]
            child = next((child for child in rest if child not in seen), None)
            if child is None:
                order.append(key)
                waiting.pop()
            else:
                seen.add(child)
                waiting.append((child, iter(children.get(child, ()))))
    return order


def _one_per_call(events: Iterable[Event]) -> list[Event]:
    """Keep the first event of each call: what a sampler does inside of one call is its own affair."""
    first: dict[Hashable, Event] = {}
    for event in events:
        first.setdefault(event.call, event)
    return list(first.values())


def _places(first: Event, second: Event) -> Iterator[Place]:
    depth = parting(first.stack, second.stack)
    if depth is None:
        return
    yield Place(SECOND, second.stack[depth].span)
    yield from _around(second.stack, depth)
    yield Place(FIRST, first.stack[min(depth, len(first.stack) - 1)].span)
    yield Place(FIRST, first.stack[-1].span)


def _around(stack: Stack, depth: int) -> Iterator[Place]:
    yield from (Place(INSIDE, site.span) for site in stack[depth + 1 :])
    yield from (Place(OUTSIDE, site.span) for site in stack[:depth])


def _constructs_the_user(site: Site, stack: Stack) -> bool:
    """Tell whether a constructor has used a key which a method of the same class uses again."""
    owner, _, name = site.code.co_qualname.rpartition(".")
    return name == "__init__" and any(other.code.co_qualname.rpartition(".")[0] == owner for other in stack)


def _lane_places(event: Event) -> list[Place]:
    depth = event.vmapped or 0
    return [Place(SECOND, site.span) for site in event.stack[depth:]]


def _relabelled(part: str, places: Iterable[Place]) -> Iterator[Place]:
    yield from (Place(part, place.span) for place in places if place.part == SECOND)
