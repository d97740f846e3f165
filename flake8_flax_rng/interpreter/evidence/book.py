"""The book of what was consumed, read and compared in one analysis."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.events import (
    Discarded,
    Overlooked,
    Parting,
    Remade,
    Reused,
    Step,
    Together,
    part,
)
from flake8_flax_rng.interpreter.domain.terms import Term, parts
from flake8_flax_rng.interpreter.domain.values import Const, Key, Keys, Opaque, Ref, Rows, Stacked, Symbol, Tuple, Value
from flake8_flax_rng.interpreter.evidence.unread_siblings import unread
from flake8_flax_rng.interpreter.intent.alternatives_of_where import Selections
from flake8_flax_rng.interpreter.intent.evaluates_the_model import looks_on, only_initialises
from flake8_flax_rng.interpreter.intent.only_looked_at import is_rehearsal
from flake8_flax_rng.interpreter.paths.state import LedgerKey
from flake8_flax_rng.semantics.jax_random import CHOOSING
from flake8_flax_rng.semantics.transforms import CONTROL

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Made, Use
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.values import FunctionCode
    from flake8_flax_rng.interpreter.paths.state import State

ALL = -1
SPLITS_KEPT = 4
_NO_KEYS = (Opaque, Const, Ref, Symbol)
DRAWN = -SPLITS_KEPT - 1
_SHARED_BY_A_PAIR = 3
_CHILDREN_READ = 200
_PARTS_MEASURED = 200


class Book:
    """What holds for the whole analysis, whatever the path."""

    def __init__(self) -> None:
        self._reads: dict[int, set[int]] = {}
        self._names: dict[int, dict[int, tuple[str, int]]] = {}
        self._terms: dict[tuple[Term, int], str] = {}
        self._lost: dict[int, set[int]] = {}
        self._losing = True
        self._consumed: dict[int, dict[int, int]] = {}
        self._split_before: dict[int, tuple[int, set[int]]] = {}
        self._clock = 0
        self._sorted: dict[frozenset[int], list[tuple[Use, Use]]] | None = None
        self._compared: set[Term] = set()
        self._contrasts: set[frozenset[cst.CSTNode]] = set()
        self._asserted: set[Term] = set()
        self._negated: dict[Term, list[tuple[Step, ...]]] = {}
        self._differences: dict[Term, frozenset[Term]] = {}
        self._subtracted: set[Term] = set()
        self._repeated: set[Term] = set()
        self.selections = Selections()
        self._found: list[tuple[Use, Use]] = []
        self._suspected: list[tuple[Use, Use]] = []
        self.quiet = False
        self.consumptions = 0
        self._made: dict[int, Made] = {}
        self._arrays: dict[int, str] = {}
        self._thrown_away: dict[int, Site] = {}
        self._drawn_from: set[Term] = set()
        self._keyed: set[tuple[int, cst.CSTNode]] = set()
        self.root_number = 0
        self.modules: frozenset[str] = frozenset()
        self.inner: set[int] = set()
        self._shared: list[tuple[Use, Use]] = []
        self._captured: dict[tuple[int, FunctionCode, int, cst.CSTNode], Term] = {}
        self._idle: set[cst.CSTNode] = set()
        self._compiled: set[cst.CSTNode] = set()
        self._objectives: set[cst.CSTNode] = set()
        self._examples: dict[cst.CSTNode, bool] = {}
        self.complete = True

    def made(self, origin: int, made: Made) -> None:
        """Note the call that made keys."""
        self._made[origin] = made

    def maker(self, origin: int) -> Made | None:
        """Return the call that made a key, None when it is not known."""
        return self._made.get(origin)

    def default(self, origin: int) -> Made | None:
        """Note that a key is the default of a parameter; return the call that made it."""
        made = self._made.get(origin)
        if made is not None and not made.default:
            made = self._made[origin] = replace(made, default=True)
        return made

    def legacy(self, origin: int) -> bool | None:
        """Return whether a key is a raw array of the old style, None when that is not known."""
        made = self.root(origin)
        return made.legacy if made is not None else None

    def root(self, origin: int) -> Made | None:
        """Return the call that made the oldest key that a key comes of."""
        made = self._made.get(origin)
        while made is not None and made.parent:
            made = self._made.get(made.parent)
        return made

    def keyed(self, node: cst.CSTNode) -> None:
        """Note an argument that was a key on some path from the function that is analysed."""
        self._keyed.add((self.root_number, node))

    def was_keyed(self, root: int, node: cst.CSTNode) -> bool:
        """Return whether an argument was a key on some path from a function.

        A function within a function is followed once more by itself, when the names that it takes from
        around it hold what the last call left there; for it any other time counts too.
        """
        return (root, node) in self._keyed or (root in self.inner and any(at is node for _, at in self._keyed))

    def idle(self, call: cst.CSTNode) -> None:
        """Note a call whose result nobody looks at."""
        self._idle.add(call)

    def compiled(self, call: cst.CSTNode) -> None:
        """Note a call of a compiled function."""
        self._compiled.add(call)

    def objective(self, call: cst.CSTNode) -> None:
        """Note a call of the gradient of a function."""
        self._objectives.add(call)

    def captured(self, function: tuple[FunctionCode, int], node: cst.CSTNode, key: Term) -> bool:
        """Note a key that a compiled function reads from outside; return whether it has read another one there."""
        return self._captured.setdefault((self.root_number, *function, node), key) is not key

    def share(self, key: LedgerKey, use: Use, state: State) -> None:
        """Note data or a model that comes of a key; both from one key are a matter of taste."""
        if self.quiet:
            return
        first = state.ledger.get(key)
        if first is None:
            state.ledger[key] = use
        elif first.initialises is not use.initialises:
            self._shared.append((first, use))

    def throw_away(self, origin: int, call: Site) -> None:
        """Note that the result of a split or fold is not even bound, as itself or as that of a helper."""
        made = self._made.get(origin)
        if made is not None and made.kind in ("split", "fold"):
            self._thrown_away.setdefault(origin, call)

    def name_array(self, origin: int, name: str) -> None:
        """Note that an array of keys was bound to a name."""
        self._arrays.setdefault(origin, name)

    def drawn_from(self, term: Term) -> bool:
        """Return whether any path consumed a key."""
        return term in self._drawn_from

    def name(self, key: Key, name: str, owner: int) -> None:
        """Note that a key was bound to a name in a function."""
        self._terms.setdefault((key.term, owner), name)
        index = child_index(key)
        if index is not None:
            self._names.setdefault(key.origin, {})[index] = (name, owner)

    def read(self, origin: int, index: int | None) -> None:
        """Note that a child of a split was read."""
        if origin:
            self._reads.setdefault(origin, set()).add(ALL if index is None else index)

    @contextmanager
    def unjudged(self) -> Iterator[None]:
        """Give keys to what could be followed, but for a bound: that it uses them is not taken for granted."""
        before, self._losing = self._losing, False
        try:
            yield
        finally:
            self._losing = before

    def lose(self, value: Value) -> None:
        """Note that whatever keys a value holds go to where nobody can see what is done with them."""
        if not self._losing:
            return
        if isinstance(value, Key):
            self._lost.setdefault(value.origin, set()).add(_index_or_all(value))
        elif isinstance(value, Keys):
            self._lost.setdefault(value.origin, set()).update(_children_in(value))
        elif isinstance(value, Tuple | Rows):
            for item in value.items:
                self.lose(item)
        elif isinstance(value, Stacked):
            self.lose(value.lane)

    def lose_lanes(self, lane: Value, array: Value) -> None:
        """Note that all keys of an array went to where nobody can see, if the one that stands for them did."""
        if not (isinstance(lane, Key) and isinstance(array, Keys)):
            return
        if _child_of(lane.term) in self._lost.get(lane.origin, ()):
            self.lose(array)

    def touch(self, value: Value) -> None:
        """Note that whatever keys a value holds were read."""
        if type(value) in _NO_KEYS:
            return
        if isinstance(value, Key):
            self.read(value.origin, child_index(value))
        elif isinstance(value, Keys):
            self.read(value.origin, None)
        elif isinstance(value, Tuple | Rows):
            for item in value.items:
                self.touch(item)
        elif isinstance(value, Stacked):
            self.touch(value.lane)

    def compared(self, operands: list[frozenset[Term]]) -> None:
        """Note that values were compared: keys that both were drawn from twice by then are repeated on purpose."""
        seen: set[Term] = set()
        for draws in operands:
            for term in seen & draws & self._repeated:
                self._compared.update(_with_parents(term))
            seen |= draws
        self._asserted |= seen

    def contrast(self, left: cst.CSTNode, right: cst.CSTNode) -> None:
        """Note a difference of two results of one function: common random numbers are wanted there."""
        self._contrasts.add(frozenset((left, right)))

    def difference(self, term: Term, common: frozenset[Term]) -> None:
        """Note a difference of two values that were drawn from the same keys, if those were used twice by then."""
        repeated = common & self._repeated
        if repeated:
            self._differences[term] = repeated
            self._subtracted |= repeated

    def measured(self, terms: list[Term]) -> None:
        """Note that values were compared by size: a difference among them is that of two equal draws."""
        if self._differences:
            for term in terms:
                for part in _size_of(term):
                    for key in self._differences.get(part, ()):
                        self._compared.update(_with_parents(key))

    def negated(self, draw: Term, way: tuple[Step, ...]) -> None:
        """Note that a drawn value was negated, and the calls and loops that led there: an antithetic pair."""
        self._negated.setdefault(draw, []).append(way)

    def consume(self, key: LedgerKey, use: Use, state: State) -> None:
        """Enter a use; a second use on the same path is a candidate for a report."""
        if self.quiet:
            return
        self.consumptions += 1
        if use.kind not in ("inner", "unknown"):
            self._drawn_from.add(use.term)
        if use.origin and use.kind in ("draw", "split"):
            self._clock += 1
            self._consumed.setdefault(use.origin, {})[_child_of(use.term)] = self._clock
        first = state.ledger.get(key)
        if first is None:
            state.ledger[key] = use
            return
        self._found.append((first, use))
        self._repeated.add(use.term)
        if use.kind == "split":
            if first.kind == "split":
                self._split_before[use.derived] = self._clock, _children_used(use.term, state)
            # Splits are judged by their children: each is compared with those before it, not with the first alone.
            for number in range(1, SPLITS_KEPT + 1):
                before = state.ledger.setdefault(replace(key, origin=-number), use)
                if before is use:
                    break
                self._found.append((before, use))
            drawn = state.ledger.get(replace(key, origin=DRAWN))
            if drawn is not None:
                self._found.append((drawn, use))
        elif use.kind == "draw":
            state.ledger.setdefault(replace(key, origin=DRAWN), use)
        if first.origin != use.origin:
            # Another call made the same key: what it was used for is kept apart.
            own = replace(key, origin=use.origin)
            other = state.ledger.setdefault(own, use)
            if other is not use:
                self._found.append((other, use))

    def forget_folds(self, loop: cst.CSTNode, state: State) -> None:
        """Forget the folds of the later passes of a loop: the number of the last pass is not known behind it."""
        for key, use in list(state.ledger.items()):
            made = self._made.get(use.origin)
            later = any(step.site.node is loop and step.turn for step in use.way)
            if later and made is not None and made.kind == "fold":
                del state.ledger[key]

    def collide(self, first: Use, second: Use) -> None:
        """Note two uses that are known to be of one key."""
        self._found.append((first, second))

    def suspect(self, first: Use, second: Use) -> None:
        """Note that a key that was used is passed to a call that cannot be followed."""
        if not self.quiet:
            self._suspected.append((first, second))

    def findings(self) -> list[Reused | Remade | Discarded | Together | Overlooked]:
        """Return the reuses that stand when everything is known."""
        found: list[Reused | Remade | Discarded | Together | Overlooked] = []
        plain = {
            (first.site.node, second.site.node)
            for first, second in self._found
            if not second.twin and first.origin == second.origin
        }
        overlooked = self._overlooked()
        taken = {event.second for event in overlooked}
        for first, second in self._found:
            if second.twin and (first.site.node, second.site.node) in plain:
                continue
            if second in taken or not self._stands(first, second):
                continue
            if "inner" in (first.kind, second.kind):
                found.extend(self._inside(first, second))
            elif first.origin == second.origin:
                owner = part(first, second).second.owner
                made = self._made.get(first.origin)
                default = made if made is not None and made.default else None
                name = self._name(first.term, owner)
                found.append(Reused(first, second, self._sibling(first, second), name, default))
            elif "unknown" not in (first.kind, second.kind):
                found.extend(self._remade(first, second))
        found.extend(overlooked)
        found.extend(Together(first, second) for first, second in self._shared)
        return [*found, *self._discarded()]

    def _remade(self, first: Use, second: Use) -> list[Remade]:
        """Return the two calls that made equal keys, where the difference is not older than they."""
        one, two = sorted((first.origin, second.origin))
        made = self._made.get(two)
        if not one and made is not None and made.kind == "wrap" and not made.parent:
            return [Remade(made, made, second, second if first.origin else first)]
        while one and two and one != two:
            ours, theirs = self._made.get(one), self._made.get(two)
            if ours is None or theirs is None:
                return []
            if theirs.kind == "wrap" and (theirs.parent == one or ours.kind != "wrap"):
                return [Remade(ours, theirs, second, first)]
            if ours.kind == "wrap" and theirs.kind != "wrap":
                one, two = sorted((ours.parent, two))
                continue
            if ours.parent == theirs.parent:
                both_split = ours.kind == theirs.kind == "split"
                return [] if both_split else [Remade(ours, theirs, second, first)]
            one, two = sorted((ours.parent, theirs.parent))
        return []

    def _inside(self, first: Use, second: Use) -> list[Remade]:
        """Return a fold that made a key which a sampler makes for itself; a split is a reuse of the parent already."""
        origin = first.origin or second.origin
        made = self._made.get(origin)
        if made is None or made.kind != "fold" or first.kind == second.kind:
            return []
        inner = first if first.kind == "inner" else second
        return [Remade(made, made, second, first, inner, fold_is_later=origin > inner.derived)]

    def _overlooked(self) -> list[Overlooked]:
        """Return the calls that get a key which was used before, while one made beside it is never read."""
        found: list[Overlooked] = []
        for first, second in [*self._suspected, *self._found] if self.complete else ():
            guessed = first.kind == second.kind == "unknown"
            if second.kind != "unknown":
                continue
            for origin in (first.derived, second.origin):
                made = self._made.get(origin)
                if made is None or made.kind != "split" or not self._stands(first, second):
                    continue
                names = {index: name for index, (name, _) in self._names.get(origin, {}).items()}
                name = unread(made, names, self._arrays.get(origin), self._reads.get(origin, set()), guessed)
                if name is not None:
                    found.append(Overlooked(first, second, made, name))
                    break
        return found

    def _discarded(self) -> list[Discarded]:
        """Return the splits and folds whose keys nobody ever read."""
        found: list[Discarded] = []
        for origin, site in sorted(self._thrown_away.items()):
            made = self._made[origin]
            if made.site.node is site.node or (origin not in self._reads and self._used_on(made, origin)):
                found.append(Discarded(made, site))
        if not self.complete:
            return found
        # What one pass of a loop leaves unread, as the last one does, another may read.
        read = {made.site.node for origin, made in self._made.items() if origin in self._reads}
        for origin, made in sorted(self._made.items()):
            if made.kind not in ("split", "fold") or made.site.node in read or origin in self._thrown_away:
                continue
            names = [name for name, _ in self._names.get(origin, {}).values()] or [self._arrays.get(origin, "")]
            if any(names) and self._used_on(made, origin):
                found.append(Discarded(made, made.site, next((name for name in names if name.strip("_")), None)))
        return found

    def _used_on(self, made: Made, origin: int) -> bool:
        """Return whether the key is drawn from although others were derived from it, which are not used."""
        if made.kind == "split":
            return any(origin in (first.derived, second.derived) for first, second in self._found)
        return made.source in self._drawn_from

    def _name(self, term: Term, owner: int) -> str | None:
        """Return what a reader of a function calls a key: the name it has there, or the attribute it was read from."""
        if term.kind == "parameter":
            return str(term.args[-1]) if term.args[1] == owner else None
        source = term.part(0)
        if term.kind == "attribute" and source is not None:
            name = "self" if source.kind == "object" else self._name(source, owner)
            return f"{name}.{term.args[1]!s}" if name else None
        return self._terms.get((term, owner))

    def _stands(self, first: Use, second: Use) -> bool:
        if any(term in self._compared for term in _with_parents(first.term)):
            return False
        if self._warmed_up(first, second) or self._same_objective(first, second) or self._rehearsed(first, second):
            return False
        if self.selections.part(first, second) or self._contrasted(first, second):
            return False
        if "guess" in (first.makes, second.makes) and first.term in self._asserted:
            return False
        if _made_alike(first, second) or _paired(first, second) or _evaluated(first, second):
            return False
        if self._is_example(first) or self._is_example(second):
            return False
        if first.kind == second.kind == "split":
            return self._children_meet(first, second)
        if first.kind == second.kind == "stream":
            return not _on_purpose(first, second)
        if _in_unison(first, second) or _transformed_alike(first, second):
            return False
        return not self._antithetic(first, second)

    def _antithetic(self, first: Use, second: Use) -> bool:
        """Return whether one of two equal draws was negated; what is mirrored within each of them is no pair."""
        if first.signature is None or first.signature is not second.signature:
            return False
        ways = self._negated.get(first.signature, ())
        parting = part(first, second) if ways else None
        if parting is None or parting.loop:
            return False
        return any(parting.first not in way and parting.second not in way for way in ways)

    def _is_example(self, use: Use) -> bool:
        """Return whether a draw only makes an input to initialise a model with: only its shape counts."""
        node = use.site.node
        if use.kind != "draw":
            return False
        if node not in self._examples:
            self._examples[node] = only_initialises(use.site.chunk.module, node)
        return self._examples[node]

    def _warmed_up(self, first: Use, second: Use) -> bool:
        """Return whether the first call of a compiled function only compiled it."""
        parting = part(first, second)
        before, after = parting.first.site.node, parting.second.site.node
        return not parting.loop and before in self._idle and after not in self._idle and before in self._compiled

    def _same_objective(self, first: Use, second: Use) -> bool:
        """Return whether a function, or a part of it, is evaluated again after its gradient, on the same noise.

        Two gradients are of one function at one point if they are given the same parameters.
        """
        parting = part(first, second)
        nodes = {parting.first.site.node, parting.second.site.node}
        if parting.loop or len(nodes) != 2 or not nodes & self._objectives:
            return False
        before, after = _behind(first, parting.first), _behind(second, parting.second)
        part_of_it = parting.first.site.node in self._objectives and before[-len(after) :] == after
        if before != after and not part_of_it:
            return False
        at, other = _arguments(parting.first)[:1], _arguments(parting.second)[:1]
        return (
            len(nodes & self._objectives) == 1 or bool(at and at == other) or _captured_by_one(first, second, parting)
        )

    def _contrasted(self, first: Use, second: Use) -> bool:
        """Return whether two results of a function that draws from a key are subtracted from each other."""
        parting = part(first, second)
        if parting.first is first.way[-1] or parting.second is second.way[-1]:
            return False
        if frozenset((parting.first.site.node, parting.second.site.node)) in self._contrasts:
            return True
        same = first.site.node is second.site.node and not parting.loop and first.term in self._subtracted
        return same and _is_given(parting.first, first) and _is_given(parting.second, second) and _differ(parting)

    def _rehearsed(self, first: Use, second: Use) -> bool:
        """Return whether a loop that renews other keys only looks at what it makes of this one in each pass."""
        parting = part(first, second)
        loop = parting.around.site.node if parting.loop and parting.around is not None else None
        if loop is None or first.origin != second.origin or parting.second is second.way[-1]:
            return False
        if not _is_given(parting.second, second) or not self._renews(loop, second.term):
            return False
        return is_rehearsal(loop, parting.second.site.node, self.modules)

    def _renews(self, loop: cst.CSTNode, key: Term) -> bool:
        """Return whether the passes of a loop split or fold new keys, which do not come of a certain one."""
        sources: dict[cst.CSTNode, set[Term]] = {}
        for made in self._made.values():
            inside = any(step.site.node is loop and step.turn is not None for step in made.way)
            if inside and key not in _with_parents(made.source):
                found = sources.setdefault(made.site.node, set())
                found.add(made.source)
                if made.varied or (made.kind == "split" and len(found) > 1):
                    return True
        return False

    def _children_meet(self, first: Use, second: Use) -> bool:
        """Return whether equal children of two splits are both consumed or go where nobody can see.

        A split alone takes nothing: two splits of one key are wrong for what is done with their children.
        """
        ours, theirs = self._lost.get(first.derived, set()), self._lost.get(second.derived, set())
        if _meet(ours, theirs):
            return True
        at, before = self._split_before.get(second.derived, (0, set()))
        # What was consumed earlier counts if it was on this path.
        early = before | {index for index, clock in self._consumed.get(first.derived, {}).items() if clock > at}
        if _meet(early, theirs) or _meet(ours, set(self._consumed.get(second.derived, ()))):
            return True
        pair = frozenset((first.derived, second.derived))
        # What a sampler draws inside is no more than the sampler itself.
        met = [(early, late) for early, late in self._pairs().get(pair, ()) if {early.kind, late.kind} != {"inner"}]
        return any(self._stands(early, late) for early, late in met)

    def _pairs(self) -> dict[frozenset[int], list[tuple[Use, Use]]]:
        """Return what was found, by the calls that made the two keys."""
        if self._sorted is None:
            self._sorted = {}
            for early, late in self._found:
                for pair in self._lines(early.origin, late.origin):
                    self._sorted.setdefault(pair, []).append((early, late))
        return self._sorted

    def _lines(self, one: int, two: int) -> list[frozenset[int]]:
        """Return the two calls that made equal keys, and those before them, as far back as both folded or wrapped."""
        found: list[frozenset[int]] = []
        while one and two and one != two:
            found.append(frozenset((one, two)))
            ours, theirs = self._made.get(one), self._made.get(two)
            if ours is None or theirs is None:
                break
            if "wrap" in (ours.kind, theirs.kind):
                one = ours.parent if ours.kind == "wrap" else one
                two = theirs.parent if theirs.kind == "wrap" else two
            elif ours.kind == theirs.kind == "fold":
                one, two = ours.parent, theirs.parent
            else:
                break
        return found

    def _sibling(self, first: Use, second: Use) -> str | None:
        """Return the name of a key that was made to be used instead, and never was."""
        owner = _place(first, second)
        for origin in (first.derived, second.origin):
            read = self._reads.get(origin, set())
            for index, (name, place) in sorted(self._names.get(origin, {}).items()):
                if index not in read and ALL not in read and place == owner and name.strip("_"):
                    return name
        return None


def _is_given(step: Step, use: Use) -> bool:
    """Return whether a call is given the key that it uses, or one that this comes of."""
    keys = _with_parents(use.term)
    return any(
        (isinstance(value, Key | Opaque) and value.term in keys) or (isinstance(value, Keys) and value.parent in keys)
        for _, value in step.arguments
    )


def _differ(parting: Parting) -> bool:
    """Return whether two calls are of two functions, or of one with other arguments."""
    calls = parting.first.site, parting.second.site
    callees = [site.chunk.code(site.node.func) for site in calls if isinstance(site.node, cst.Call)]
    return callees[:1] != callees[1:] or _arguments(parting.first) != _arguments(parting.second)


def _behind(use: Use, step: Step) -> list[cst.CSTNode]:
    """Return the places that lead from a step to a use."""
    return [inner.site.node for inner in use.way[use.way.index(step) + 1 :]]


def _place(first: Use, second: Use) -> int:
    """Return the function in whose text a reuse is reported."""
    return part(first, second).second.owner


def _size_of(term: Term) -> list[Term]:
    """Return what a term is the size of, up to a bound: a product with other drawn values is a step, no size."""
    found = [term]
    for current in found:
        if len(found) > _PARTS_MEASURED:
            break
        drawn = [part for part in current.parts if part.draws]
        if not (current.kind == "op" and current.args[0] == "*" and len(set(drawn)) > 1):
            found.extend(drawn)
    return found


def _with_parents(term: Term) -> list[Term]:
    found = [term]
    while found[-1].kind in ("child", "stream"):
        parent = found[-1].part(0)
        if parent is None:
            break
        found.append(parent)
    return found


def _index_or_all(key: Key) -> int:
    return _child_of(key.term)


def child_index(key: Key) -> int | None:
    """Return which child of its parent a key is, if that is a known number."""
    index = _child_of(key.term)
    return None if index == ALL else index


def _child_of(term: Term) -> int:
    """Return which child of its parent a key is, ``ALL`` if it can be any."""
    data = term.part(1) if term.kind == "child" else None
    index = data.value if data is not None else None
    return index if isinstance(index, int) else ALL


def _children_in(array: Keys) -> set[int]:
    """Return the children that an array of keys holds, ``ALL`` if that is not known."""
    if array.count is None or array.inner or array.reshaped or array.count > _CHILDREN_READ:
        return {ALL}
    return set(range(array.start, array.start + array.count))


def _children_used(parent: Term, state: State) -> set[int]:
    """Return the children of a key that a path has drawn from or split."""
    return {
        _child_of(key.term)
        for key, use in state.ledger.items()
        if key.place is None and use.kind in ("draw", "split") and key.term.part(0) is parent
    }


def _meet(ours: set[int], theirs: set[int]) -> bool:
    """Return whether children of two splits are the same; which ones may not be known."""
    return bool(ours and theirs) and (ALL in ours or ALL in theirs or bool(ours & theirs))


def _in_unison(first: Use, second: Use) -> bool:
    """Return whether one permutation is applied to several arrays on purpose."""
    if first.subject is None or second.subject is None or first.label != second.label:
        return False
    if first.settings is not second.settings:
        return False
    if first.site.node is second.site.node:
        carried = first.term in second.subject.draws
        arrays = _array(second.subject) or _over_leaves(second, part(first, second))
        return first.subject is not second.subject and arrays and not carried
    if first.subject is second.subject:
        return True
    return _array(first.subject) and _array(second.subject)


def _evaluated(first: Use, second: Use) -> bool:
    """Return whether a helper in a loop evaluates what it trains, each time with the same key."""
    parting = part(first, second)
    if parting.around is None or not parting.loop or parting.second in (second.way[-1], first.way[-1]):
        return False
    return looks_on(parting.around.site.node, parting.second.site.node)


def _transformed_alike(first: Use, second: Use) -> bool:
    """Return whether a helper applies one random choice to several arrays: an image and its mask are cropped alike.

    Noise is another matter: its shape is that of the array.
    """
    parting = part(first, second)
    if first.site.node is not second.site.node or first.label not in CHOOSING or second.signature is None:
        return False
    if parting.second is second.way[-1] or any(_measures(part) for part in second.signature.parts[1:]):
        return False
    pairs = zip(_arguments(parting.first), _arguments(parting.second), strict=False)
    other = [(before, after) for before, after in pairs if before != after]
    return bool(other) and all(_is_array(before) and _is_array(after, first.term) for before, after in other)


def _is_array(value: Value, key: Term | None = None) -> bool:
    """Return whether an argument is an array, or several, and not one that was made from a key."""
    if isinstance(value, Opaque):
        return _array(value.term) and key not in value.term.draws
    return isinstance(value, Ref | Stacked | Tuple)


def _measures(term: Term) -> bool:
    """Return whether a value is computed from the shape of another."""
    return any(part.kind == "attribute" and part.args[1] in ("shape", "size") for part in parts(term))


def _captured_by_one(first: Use, second: Use, parting: Parting) -> bool:
    """Return whether one of two calls runs the very function that draws from a captured key, so that both run it."""
    direct = parting.first in first.way[-2:-1] or parting.second in second.way[-2:-1]
    keys = _with_parents(first.term)
    given = [*_arguments(parting.first), *_arguments(parting.second)]
    return direct and not any(isinstance(value, Key | Opaque) and value.term in keys for value in given)


def _over_leaves(use: Use, parting: Parting) -> bool:
    """Return whether two passes are those of ``jax.tree.map``, which go over the arrays of one tree."""
    around = parting.around
    return around is not None and any(
        step.turn is None and step.site.node is around.site.node and CONTROL.get(step.label) == "tree_map"
        for step in use.way
    )


def _made_alike(first: Use, second: Use) -> bool:
    """Return whether the same thing is made twice on purpose: a target network, a sample and its log-probability.

    Equal layers of one model are a mistake, and so are the equal models of an ensemble that a loop makes.
    """
    if not (first.makes or first.builders) or not (second.makes or second.builders):
        return False
    parting = part(first, second)
    if parting.loop:
        return bool(first.makes) and first.signature is second.signature and first.call is not second.call
    if parting.second.owner in second.builders:
        return False
    if first.site.node is second.site.node and second.builders:
        return _arguments(parting.first) == _arguments(parting.second)
    return bool(second.makes) and first.signature is second.signature and _whole(second, parting)


def _paired(first: Use, second: Use) -> bool:
    """Return whether a function is evaluated twice with the same data and noise, to compare two settings.

    What differs is one argument of many: functions that only draw, or add noise to what they are given, take few.
    """
    parting = part(first, second)
    if parting.loop or first.site.node is not second.site.node:
        return False
    before, after = _arguments(parting.first), _arguments(parting.second)
    pairs = list(zip(before, after, strict=False))
    differing = [one for one, other in pairs if one != other]
    if len(before) != len(after) or len(differing) != 1:
        return False
    keys = _with_parents(second.term)
    common = [one for one, other in pairs if one == other and not isinstance(one, Const | Key | Keys)]
    return sum(not (isinstance(one, Opaque) and one.term in keys) for one in common) >= _SHARED_BY_A_PAIR


def _whole(use: Use, parting: Parting) -> bool:
    """Return whether what is made is more than one layer."""
    return use.makes != "layer" or parting.second is not use.way[-1]


def _arguments(step: Step) -> list[Value]:
    return [value for _, value in step.arguments]


def _array(term: Term, nested: bool = False) -> bool:
    """Return whether a value can be an array that is shuffled, rather than a number or a part of another."""
    if term.kind in ("op", "minus"):
        return any(_array(part, nested=True) for part in term.parts)
    if term.kind == "pure":
        return term.args[0] != "len"
    if term.kind in ("attribute", "subscript") and isinstance(term.args[0], Term):
        return term.args[1] not in ("shape", "size", "ndim") and _array(term.args[0], nested)
    return not nested and term.kind not in ("const", "slice")


def _on_purpose(first: Use, second: Use) -> bool:
    """Return whether a Linen call repeats another one on purpose.

    A target network is one module initialised twice; a paired evaluation runs one module on the same
    inputs with other variables.
    """
    if first.module != second.module:
        return False
    if first.initialises and second.initialises:
        return first.site.node is not second.site.node or first.call is not second.call
    if first.call is not second.call or first.variables is second.variables:
        return False
    return first.site.node is not second.site.node or (
        second.variables is not None and _from_loop_item(second.variables)
    )


def _from_loop_item(term: Term) -> bool:
    """Return whether a value is taken from what a loop goes over."""
    return any(part.kind == "item" for part in parts(term))
