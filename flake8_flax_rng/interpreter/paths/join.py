"""Joining paths: alike ones become one, and past a cap what differs is forgotten, never guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import ALTERNATIVES_KEPT, PATHS_KEPT
from flake8_flax_rng.interpreter.domain.heap import DictObject, HeapObject, Instance, ListObject
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term
from flake8_flax_rng.interpreter.domain.values import Const, Key, Opaque, Ref, Value
from flake8_flax_rng.interpreter.domain.walk import CONTAINERS, any_inside, kind_of
from flake8_flax_rng.interpreter.paths.conditions import EITHER, SOME, never_none
from flake8_flax_rng.interpreter.paths.history import apart
from flake8_flax_rng.records import replaced

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Draw
    from flake8_flax_rng.interpreter.paths.state import Facts, State

_RESULT = "<result>"
_OF_INSTANCES = tuple(name for name in Instance.__match_args__ if name not in ("attributes", "version"))

Fresh = Callable[[str], Value]
"""Makes a value of which nothing is known."""


def merge(
    states: list[State],
    fresh: Fresh,
    kept: int = PATHS_KEPT,
    lossy: Callable[[], object] | None = None,
    counted: bool = True,
) -> list[State]:
    """Return paths that stand for all the given ones.

    Args:
        states: the paths; the first ones are changed.
        fresh: makes a value of which nothing is known.
        kept: how many may stay apart.
        lossy: told if that forgets something.
        counted: whether it counts what the paths have drawn: in a Linen run, which is told of all draws.
    """
    if len(states) < 2:
        return states
    result: list[State] = []
    standing, names = _without_fallbacks(states)
    for state in standing:
        for known in result:
            if _alike(known, state, counted) and _absorb(known, state, fresh, force=False, names=names):
                break
        else:
            result.append(state)
    if len(result) > kept and lossy is not None:
        lossy()
    while len(result) > kept:
        before, after = _nearest(result)
        _absorb(result[before], result.pop(after), fresh, force=True)
    return result


def _nearest(states: list[State]) -> tuple[int, int]:
    """Return which two paths to join: the last ones that have consumed the same, so that no use is forgotten."""
    for after in range(len(states) - 1, 0, -1):
        for before in range(after - 1, -1, -1):
            if _consumed_alike(states[before], states[after]):
                return before, after
    return _unheld(states)


def _unheld(states: list[State]) -> tuple[int, int]:
    """Return two paths that differ only in uses of keys which no name holds any more, else the last ones."""
    held = [_held_keys(state) for state in states]
    for after in range(len(states) - 1, 0, -1):
        for before in range(after - 1, -1, -1):
            lost = {key.term for key in states[before].ledger.keys() ^ states[after].ledger.keys()}
            if lost.isdisjoint(held[before]) and lost.isdisjoint(held[after]):
                return before, after
    return len(states) - 2, len(states) - 1


def _held_keys(state: State) -> set[Term]:
    """Return the keys that names hold: a use of one that is forgotten is missed where the name is used again."""
    values = (value for number in state.frame_numbers() for value in state.frame(number).values())
    return {value.term for value in values if isinstance(value, (Key, Opaque))}


def merge_outcomes(
    outcomes: list[tuple[Value, State]],
    frame: int,
    fresh: Fresh,
    kept: int = PATHS_KEPT,
    lossy: Callable[[], object] | None = None,
    counted: bool = True,
) -> list[tuple[Value, State]]:
    """Do the same for paths that carry a value, which is joined like a name of ``frame``."""
    if len(outcomes) < 2:
        return outcomes
    for value, state in outcomes:
        state.bind(frame, _RESULT, value)
    merged = merge([state for _, state in outcomes], fresh, kept, lossy, counted)
    result = []
    for state in merged:
        joined = state.lookup(frame, _RESULT)
        state.unbind(frame, _RESULT)
        result.append((joined if joined is not None else fresh(EITHER), state))
    return result


def _without_fallbacks(states: list[State]) -> tuple[list[State], _Names | None]:
    """Return paths without those on which an argument is left out, where what stands in for it is not known.

    Beside them stand the names in which two paths differ, where these were looked for.

    What happens to the argument, where it is given, would be lost with the difference of the two. Paths that have
    consumed different keys stay apart in any case: what a key was used for to make up the argument counts.
    """
    if len(states) != 2:
        return states, None
    one, other = states
    if one.assumed == other.assumed or not _consumed_alike(one, other):
        return states, None
    names = _name_differences(one, other, apart(one.epoch, other.epoch))
    pairs = [(one.lookup(*place), other.lookup(*place)) for place in names]
    unknown = [(ours, theirs) for ours, theirs in pairs if type(ours) is Opaque and type(theirs) is Opaque]
    if any(_stands_in(given, other) for given, _ in unknown):
        return [one], None
    if any(_stands_in(given, one) for _, given in unknown):
        return [other], None
    return states, names


def _stands_in(given: Opaque, state: State) -> bool:
    """Return whether a path that has another unknown value in the place of an argument has assumed that it is None."""
    return given.term.kind is Kind.PARAMETER and all(
        any(held and fact.kind is Kind.EQUAL and _is_none_of(fact, given.term) for fact, held in facts.items())
        for facts in state.assumed
    )


def _is_none_of(fact: Term, subject: Term) -> bool:
    """Return whether a condition compares a value with None."""
    other = fact.right
    return fact.left is subject and other is not None and other.kind is Kind.CONST and other.value is None


def _consumed_alike(one: State, other: State) -> bool:
    """Return whether two paths have consumed the same; nearly always in the same order, which is told at once."""
    ours, theirs = one.ledger, other.ledger
    return len(ours) == len(theirs) and ([*ours] == [*theirs] or ours.keys() == theirs.keys())


def _alike(state: State, other: State, counted: bool) -> bool:
    """Return whether two paths have consumed and, for certain, drawn the same."""
    if not _consumed_alike(state, other):
        return False
    if not counted or state.draws == other.draws:
        return True
    return [draw for draw in state.draws if draw.certain] == [draw for draw in other.draws if draw.certain]


def _absorb(state: State, other: State, fresh: Fresh, force: bool, names: _Names | None = None) -> bool:
    """Make ``state`` stand for ``other`` too; without ``force`` only where nothing of interest is lost.

    Args:
        state: the path that stands for both; it is changed.
        other: the other one.
        fresh: makes a value of which nothing is known.
        force: whether something may be lost.
        names: the names in which they differ, if these are known.
    """
    written = apart(state.epoch, other.epoch)
    if names is None:
        names = _name_differences(state, other, written)
    if not force:
        for frame, name in names:
            if _matters(state.lookup(frame, name), state) or _matters(other.lookup(frame, name), other):
                return False
    objects = _changed_objects(state.heap, other.heap, written)
    if not force and any(_differ(address, state, other) for address in objects):
        return False
    for frame, name in names:
        some = never_none(state.lookup(frame, name), state) and never_none(other.lookup(frame, name), other)
        state.bind(frame, name, fresh(SOME if some else EITHER))
    for address in objects:
        state.heap[address] = _forget(state.heap[address], other.heap[address], fresh)
    _adopt(state, other, written)
    return True


_Written = tuple[set[int], set[int]] | None
"""The addresses and the frames that differ at most; None for all."""

_Names = list[tuple[int, str]]
"""Frames and the names in them."""


def _changed_objects(ours: Mapping[int, HeapObject], theirs: Mapping[int, HeapObject], written: _Written) -> list[int]:
    """Return the addresses of what is not the same on both paths; a heap is large, and nearly all of it is."""
    both = [address for address in (sorted(written[0]) if written else ours) if address in ours and address in theirs]
    return [address for address in both if theirs[address] is not ours[address] and theirs[address] != ours[address]]


def _adopt(state: State, other: State, written: _Written) -> None:
    """Keep what holds on both paths, and take over what only the other one has made."""
    addresses = sorted(written[0]) if written else other.heap
    state.heap.give((address, other.heap[address]) for address in addresses if address in other.heap)
    for number in other.frame_numbers():
        if (written is None or number in written[1]) and not state.has_frame(number):
            state.open_frame(number, dict(other.frame(number)))
    if not _consumed_alike(state, other):
        state.ledger = {key: use for key, use in state.ledger.items() if key in other.ledger}
    if state.assumed != other.assumed:
        state.assumed = _alternatives((*state.assumed, *other.assumed))
    if state.versions != other.versions:
        known = state.versions
        for term, version in other.versions.items():
            if version > known.get(term, 0):
                known[term] = version
    if state.draws != other.draws:
        state.draws = _joined_draws(state.draws, other.draws)


def _alternatives(found: tuple[Facts, ...]) -> tuple[Facts, ...]:
    """Return alternatives without those that only tell two truths of one condition apart."""
    kept: list[Facts] = []
    for facts in found:
        pending = facts
        for known in list(kept):
            joined = _simplified(known, pending)
            if joined is not None:
                kept.remove(known)
                pending = joined
        kept.append(pending)
    if len(kept) > ALTERNATIVES_KEPT:
        first, *others = kept
        return ({term: held for term, held in first.items() if all(o.get(term) is held for o in others)},)
    return tuple(kept)


def _simplified(one: Facts, two: Facts) -> Facts | None:
    """Return what holds of both if one covers the other, or both differ in one condition only."""
    if len(one) == len(two) and one.keys() == two.keys():
        differing = [term for term, held in one.items() if two[term] is not held]
        if len(differing) <= 1:
            return {term: held for term, held in one.items() if term not in differing}
    small, large = (one, two) if len(one) <= len(two) else (two, one)
    return small if small.items() <= large.items() else None


def _name_differences(state: State, other: State, written: _Written) -> _Names:
    found: _Names = []
    for number in state.frame_numbers():
        if written is not None and number not in written[1]:
            continue
        ours, theirs = state.frame(number), other.frame(number)
        if ours is theirs or not other.has_frame(number):
            continue
        missing = len(theirs)
        for name, value in ours.items():
            right = theirs.get(name)
            missing -= right is not None
            if value is not right and value != right:
                found.append((number, name))
        if missing:
            found.extend((number, name) for name in theirs if name not in ours)
    return found


def _matters(value: Value | None, state: State) -> bool:
    """Return whether a rule could depend on which of several values this is."""
    if value is None or isinstance(value, Opaque):
        return False

    def tells(inner: Value) -> bool:
        if isinstance(inner, Const):
            return inner.value is None or isinstance(inner.value, bool)
        return not (isinstance(inner, Opaque) or kind_of(inner, state.heap) in CONTAINERS)

    return any_inside(value, state.heap, tells, CONTAINERS, unsure=True)


def _differ(address: int, state: State, other: State) -> bool:
    """Return whether a rule could depend on which of two things has become of an object."""
    ours, theirs = state.heap[address], other.heap[address]
    if isinstance(ours, Instance) and isinstance(theirs, Instance):
        return _instances_differ(ours, theirs, state, other)
    if _empty(ours) != _empty(theirs):
        return True
    return _matters(Ref(address), state) or _matters(Ref(address), other)


def _instances_differ(ours: Instance, theirs: Instance, state: State, other: State) -> bool:
    if ours.attributes.keys() != theirs.attributes.keys():
        return True
    if any(getattr(ours, name) != getattr(theirs, name) for name in _OF_INSTANCES):
        return True
    pairs = [(value, theirs.attributes[name]) for name, value in ours.attributes.items()]
    return any(_matters(one, state) or _matters(two, other) for one, two in pairs if one is not two and one != two)


def _empty(found: HeapObject) -> bool | None:
    if isinstance(found, ListObject):
        return not found.items if found.complete or found.items else None
    if isinstance(found, DictObject):
        return not found.entries if found.complete or found.entries else None
    return None


def _forget(ours: HeapObject, theirs: HeapObject, fresh: Fresh) -> HeapObject:
    """Return an object that could be either."""
    if isinstance(ours, Instance) and isinstance(theirs, Instance) and ours.cls is theirs.cls:
        attributes = {
            name: value if theirs.attributes.get(name) == value else fresh(EITHER)
            for name, value in {**theirs.attributes, **ours.attributes}.items()
        }
        return replaced(ours, attributes=attributes, version=max(ours.version, theirs.version))
    if isinstance(ours, DictObject):
        return DictObject((), complete=False)
    filled = _empty(ours) is False and _empty(theirs) is False
    return ListObject((fresh(EITHER),) if filled else (), complete=False)


def _joined_draws(ours: tuple[Draw, ...], theirs: tuple[Draw, ...]) -> tuple[Draw, ...]:
    """Return the draws of two paths; only those are compared that they have made since they parted."""
    shared = 0
    for one, other in zip(ours, theirs, strict=False):
        if one is not other:
            break
        shared += 1
    common = [*ours[:shared], *(draw for draw in ours[shared:] if draw in theirs)]
    rest = [draw for draw in (*ours[shared:], *theirs[shared:]) if draw not in common]
    return (*common, *(replaced(draw, certain=False) for draw in dict.fromkeys(rest)))
