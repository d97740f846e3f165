"""What follows from the evidence when everything is known: which repeats stand, and which keys nobody uses."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.events import (
    SPARE,
    Discarded,
    Meant,
    Overlooked,
    Remade,
    Reused,
    Together,
    part,
)
from flake8_flax_rng.interpreter.domain.key_lineage import ALL, meet
from flake8_flax_rng.interpreter.domain.kinds import Holder
from flake8_flax_rng.interpreter.evidence.unread_siblings import unread, unread_before
from flake8_flax_rng.interpreter.intent.repeated_on_purpose import Case, excuse_for
from flake8_flax_rng.syntax.names_in_text import (
    Function,
    bound_between,
    function_around,
    is_free,
    is_local,
    names_around,
    reads_after,
)

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Event, Made, Step, UnfedRun, Use
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.evidence.book import Book
    from flake8_flax_rng.syntax.source import Chunk


class Judgement:
    """Judges the evidence of one analysis.

    Args:
        book: the evidence, complete by now.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._origins = book.origins
        self._by_makers: dict[frozenset[int], list[tuple[Use, Use]]] | None = None
        self._taken: dict[Function | None, frozenset[str]] = {}
        self._meant: dict[tuple[object, object, str], Meant] = {}

    def events(self) -> list[Event]:
        """Return the repeats that stand, those that are meant, and the keys that nobody uses."""
        overlooked = self._overlooked()
        taken = {event.second for event in overlooked}
        found: list[Event] = []
        for first, second in self._pairs():
            if second not in taken and self._stands(first, second):
                found.extend(self._of_pair(first, second))
        found.extend(overlooked)
        found.extend(Together(first, second) for first, second in self._book.uses.shared)
        return [*found, *self._discarded(), *self._unfed(), *self._meant.values()]

    def _pairs(self) -> list[tuple[Use, Use]]:
        """Return the pairs of uses, without those of other lanes at places that stand in one lane already."""
        pairs = self._book.uses.pairs
        plain = {
            (first.site.node, second.site.node)
            for first, second in pairs
            if not second.twin and first.origin == second.origin
        }
        return [
            (first, second)
            for first, second in pairs
            if not (second.twin and (first.site.node, second.site.node) in plain)
        ]

    def _of_pair(self, first: Use, second: Use) -> list[Event]:
        """Return what there is to say of two uses of one key."""
        if "inner" in (first.kind, second.kind):
            return [*self._made_inside(first, second)]
        if first.origin == second.origin:
            made = self._origins.maker(first.origin)
            default = made if made is not None and made.default else None
            name = self._origins.name_in(first.term, part(first, second).second.owner)
            sibling = self._sibling(first, second)
            spare = self._spare(part(first, second).second.site)
            return [
                Reused(first, second, sibling, name, default, self._book.holders, spare, self._rebound(first, second))
            ]
        return [] if "unknown" in (first.kind, second.kind) else [*self._remade(first, second)]

    # -- which repeats stand -----------------------------------------------------------------------

    def _stands(self, first: Use, second: Use) -> bool:
        """Return whether a repeat is a mistake, as far as can be seen; one that is meant is noted with its excuse."""
        case = Case(first, second, self._book.signs, self._origins.by_number(), self._book.imported)
        excuse = excuse_for(case)
        if excuse is not None:
            place = first.site.node, second.site.node, excuse.name
            if place not in self._meant:
                name = self._origins.name_in(first.term, case.parting.second.owner)
                self._meant[place] = Meant(first, second, excuse.name, excuse.meaning, name)
            return False
        return not (first.kind == second.kind == "split") or self._children_meet(first, second)

    def _children_meet(self, first: Use, second: Use) -> bool:
        """Return whether equal children of two splits are both consumed or go where nobody can see.

        A split alone takes nothing: two splits of one key are wrong for what is done with their children.
        """
        escapes, uses = self._book.escapes, self._book.uses
        ours, theirs = escapes.children(first.derived), escapes.children(second.derived)
        if meet(ours, theirs) or meet(ours, uses.children(second.derived)):
            return True
        # What was consumed earlier counts if it was on this path.
        if meet(uses.children_before(first, second), theirs):
            return True
        pair = frozenset((first.derived, second.derived))
        # What a sampler draws inside is no more than the sampler itself.
        met = [(early, late) for early, late in self._of_makers(pair) if {early.kind, late.kind} != {"inner"}]
        return any(self._stands(early, late) for early, late in met)

    def _of_makers(self, pair: frozenset[int]) -> list[tuple[Use, Use]]:
        """Return the uses of equal keys that two calls have made."""
        if self._by_makers is None:
            self._by_makers = {}
            for early, late in self._book.uses.pairs:
                for makers in self._lines(early.origin, late.origin):
                    self._by_makers.setdefault(makers, []).append((early, late))
        return self._by_makers.get(pair, [])

    def _lines(self, one: int, two: int) -> list[frozenset[int]]:
        """Return the two calls that made equal keys, and those before them, as far back as both folded or wrapped."""
        found: list[frozenset[int]] = []
        while one and two and one != two:
            found.append(frozenset((one, two)))
            ours, theirs = self._origins.maker(one), self._origins.maker(two)
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

    # -- keys that were made twice -------------------------------------------------------------------

    def _remade(self, first: Use, second: Use) -> list[Remade]:
        """Return the two calls that made equal keys, where the difference is not older than they."""
        one, two = sorted((first.origin, second.origin))
        made = self._origins.maker(two)
        if not one and made is not None and made.kind == "wrap" and not made.parent:
            return [Remade(made, made, second, second if first.origin else first)]
        while one and two and one != two:
            ours, theirs = self._origins.maker(one), self._origins.maker(two)
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

    def _made_inside(self, first: Use, second: Use) -> list[Remade]:
        """Return a fold that made a key which a sampler makes for itself; a split is a reuse of the parent already."""
        origin = first.origin or second.origin
        made = self._origins.maker(origin)
        if made is None or made.kind != "fold" or first.kind == second.kind:
            return []
        inner = first if first.kind == "inner" else second
        return [Remade(made, made, second, first, inner, fold_is_later=origin > inner.derived)]

    # -- keys that nobody uses -------------------------------------------------------------------------

    def _sibling(self, first: Use, second: Use) -> str | None:
        """Return the name of a key that was made to be used instead, and never was."""
        step = part(first, second).second
        owner = step.owner
        for origin in (first.derived, second.origin):
            made, read = self._origins.maker(origin), self._origins.children_read(origin)
            for index, (name, place) in sorted(self._origins.names(origin).items()):
                unread_here = index not in read and ALL not in read and place == owner and name.strip("_")
                if made is not None and unread_here and self._is_free(name, made, step):
                    return name
        return None

    def _is_free(self, name: str, made: Made, step: Step) -> bool:
        """Return whether the text at a step can take a name in place of the key that it uses."""
        again = any(isinstance(node, cst.Name) and node.value == name for node, _ in step.arguments)
        return is_free(name, _place(made.site), _place(step.site), self._book.text, again)

    def _spare(self, site: Site) -> str:
        """Return a name for a new key that nothing else has where it would be bound."""
        function = function_around(*_place(site))
        if function not in self._taken:
            self._taken[function] = names_around(function, self._book.text)
        taken = self._taken[function]
        return next((name for name in (SPARE, "other_key", "next_key") if name not in taken), f"{SPARE}_2")

    def _rebound(self, first: Use, second: Use) -> frozenset[str]:
        """Return the names that are bound between two uses, or in the loop of which these are two passes."""
        parting = part(first, second)
        chunk, last = _place(parting.second.site)
        start, last = _place(parting.first.site)[1], last - 1
        if parting.around is not None and parting.around.site.chunk is chunk:
            start, last = chunk.lines(parting.around.site.node)
        return bound_between(chunk, start, last, self._book.text)

    def _renewable(self, made: Made) -> bool:
        """Return whether the keys of a split or fold can take the place of its own, for what follows in the text."""
        given = made.way[-1].arguments
        node = given[0][0] if given else None
        if isinstance(node, cst.Attribute):
            return self._book.holders.get(node) is Holder.ASSIGNED
        if not isinstance(node, cst.Name):
            return False
        chunk, line = _place(made.site)
        again = reads_after(node.value, chunk, line, self._book.text)
        return again and is_local(node.value, chunk, *chunk.position(node))

    def _overlooked(self) -> list[Overlooked]:
        """Return the calls that get a key which was used before, while one made beside it is never read."""
        if not self._book.complete:
            return []
        found: list[Overlooked] = []
        for first, second in [*self._book.uses.guesses, *self._book.uses.pairs]:
            if second.kind == "unknown":
                found.extend(self._unread_beside(first, second))
        return found

    def _unread_beside(self, first: Use, second: Use) -> list[Overlooked]:
        """Return the key that a call should have been given in place of the one that was used before."""
        guessed = first.kind == "unknown"
        for origin in (first.derived, second.origin):
            made = self._origins.maker(origin)
            if made is None or made.kind != "split" or not self._stands(first, second):
                continue
            names = {index: name for index, (name, _) in self._origins.names(origin).items()}
            read = self._origins.children_read(origin)
            name = unread(made, names, self._origins.array_name(origin), read, guessed)
            step = part(first, second).second
            if name is not None and (not name.isidentifier() or self._is_free(name, made, step)):
                return [Overlooked(first, second, made, name)]
        return []

    def _discarded(self) -> list[Discarded]:
        """Return the splits and folds whose keys nobody ever read."""
        found: list[Discarded] = []
        for origin, site in sorted(self._origins.thrown_away.items()):
            made = self._origins.maker(origin)
            assert made is not None
            unread_there = not self._origins.was_read(origin) and self._used_on(made, origin)
            if made.site.node is site.node or unread_there:
                found.append(Discarded(made, site, None, self._spare(site), self._renewable(made)))
        return [*found, *self._unread_splits()] if self._book.complete else found

    def _unread_splits(self) -> list[Discarded]:
        """Return the splits and folds that were bound to names which nobody reads."""
        found: list[Discarded] = []
        origins = self._origins
        # What one pass of a loop leaves unread, as the last one does, another may read.
        read = {made.site.node for origin, made in origins.calls() if origins.was_read(origin)}
        for origin, made in sorted(origins.calls()):
            if made.kind not in ("split", "fold") or made.site.node in read or origin in origins.thrown_away:
                continue
            names = [name for name, _ in origins.names(origin).values()] or [origins.array_name(origin) or ""]
            if any(names) and self._used_on(made, origin):
                name = next((name for name in names if name.strip("_")), None)
                found.append(Discarded(made, made.site, name, self._spare(made.site), self._renewable(made)))
        return found

    def _unfed(self) -> list[UnfedRun]:
        """Return the runs without streams, each with a key that was made for it and is never used."""
        return [self._with_key(run) for run in self._book.unfed.values()]

    def _with_key(self, run: UnfedRun) -> UnfedRun:
        for origin, made in sorted(self._origins.calls()):
            names = {index: name for index, (name, _) in self._origins.names(origin).items()}
            key = unread_before(made, names, run.call)
            if key is not None and is_free(key, _place(made.site), _place(run.call), self._book.text):
                return replace(run, key=key, made=made)
        return run

    def _used_on(self, made: Made, origin: int) -> bool:
        """Return whether the key is drawn from although others were derived from it, which are not used."""
        if made.kind == "split":
            return any(origin in (first.derived, second.derived) for first, second in self._book.uses.pairs)
        return self._book.uses.drawn_from(made.source)


def _place(site: Site) -> tuple[Chunk, int]:
    return site.chunk, site.chunk.position(site.node)[0]
