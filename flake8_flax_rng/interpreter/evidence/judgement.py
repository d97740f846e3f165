"""What follows from the evidence when everything is known: which repeats stand, and which keys nobody uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.events import Meant, Overlooked, Remade, Reused, Suspected, Together, part
from flake8_flax_rng.interpreter.domain.key_lineage import ALL, meet
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, UseKind
from flake8_flax_rng.interpreter.evidence.idle_splits import IdleSplits, is_called_for_its_result
from flake8_flax_rng.interpreter.evidence.unread_siblings import unread, unread_before, unread_next
from flake8_flax_rng.interpreter.evidence.unused_keys import FreeNames, UnusedKeys, where
from flake8_flax_rng.interpreter.intent.demonstrations import Demonstrations
from flake8_flax_rng.interpreter.intent.exclusive_arms import never_both
from flake8_flax_rng.interpreter.intent.meetings import may_meet, seeds_again
from flake8_flax_rng.interpreter.intent.outcomes import are_carried_on, passes_are_apart
from flake8_flax_rng.interpreter.intent.repeated_on_purpose import Case, excuse_for
from flake8_flax_rng.interpreter.intent.trials import is_trial, of_own_seed
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.libraries import KEY_SEQUENCES
from flake8_flax_rng.syntax.names_in_text import bound_between, functions_around, is_dropped, is_free

if TYPE_CHECKING:
    import ast

    from flake8_flax_rng.interpreter.domain.events import Event, Made, Step, UnfedRun, Use
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.evidence.book import Book


class Judgement:
    """Judges the evidence of one analysis.

    Args:
        book: the evidence, complete by now.
    """

    def __init__(self, book: Book) -> None:
        self._book = book
        self._origins = book.origins
        self._by_makers: dict[frozenset[int], list[tuple[Use, Use]]] | None = None
        self._asked: set[frozenset[int]] = set()
        self._free_names = FreeNames(book.text)
        self._demonstrations = Demonstrations(book.text, book.packaged)
        self._idle_splits = IdleSplits(book)
        self._meant: dict[tuple[object, object, str], Meant] = {}
        self._offered: dict[tuple[object, str], object] = {}

    def events(self) -> list[Event]:
        """Return the repeats that stand, those that are meant, and the keys that nobody uses."""
        overlooked = self._overlooked()
        self._offered = {
            (event.made.site.node, event.name): part(event.first, event.second).second.site.node for event in overlooked
        }
        taken = {event.second for event in overlooked}
        found: list[Event] = []
        pairs = self._pairs()
        standing = [(first, second) for first, second in pairs if second not in taken and self._stands(first, second)]
        told = {use for pair in standing if not self._is_only_shown(*pair) for use in pair}
        standing.extend(self._behind(pairs, {*taken, *told}))
        for first, second in standing:
            found.extend(self._of_pair(first, second))
        found.extend(overlooked)
        found.extend(self._suspected({(event.first.site.node, event.second.site.node) for event in overlooked}))
        found.extend(Together(first, second) for first, second in self._book.uses.shared)
        return [*found, *UnusedKeys(self._book, self._free_names).events(), *self._unfed(), *self._meant.values()]

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

    def _behind(self, pairs: list[tuple[Use, Use]], told: set[Use]) -> list[tuple[Use, Use]]:
        """Return the repeats that stand although the first use of the key excuses both, or hides what is another fault.

        What a function does that is called again and again with one key is judged by its first call. A function that
        uses the key it is given twice does so whatever its caller has done with that key.

        Args:
            pairs: the pairs with the first use.
            told: the uses of which something is said anyway.
        """
        later = {second for _, second in pairs}
        return [
            (first, second)
            for second, first in self._book.uses.behind.items()
            if second in later and first.site.node is not second.site.node
            if (told.isdisjoint((first, second)) or self._apart_from_callers(first, second))
            and self._stands(first, second)
        ]

    def _apart_from_callers(self, first: Use, second: Use) -> bool:
        """Return whether two uses are made in one call, by which the first use of the key does not come."""
        before = self._book.uses.firsts.get(second)
        shared = [step for step, other in zip(first.way[:-1], second.way[:-1], strict=False) if step == other]
        return before is not None and any(step.turn is None and step not in before.way for step in shared)

    def _of_pair(self, first: Use, second: Use) -> list[Event]:
        """Return what there is to say of two uses of one key."""
        if "inner" in (first.kind, second.kind):
            return [*self._made_inside(first, second)]
        if first.origin == second.origin:
            made = self._origins.maker(first.origin)
            default = made if made is not None and made.default else None
            name = self._origins.name_in(first.term, part(first, second).second.owner)
            sibling, offered = self._sibling(first, second)
            spare = self._free_names.at(part(first, second).second.site)
            rebound = self._rebound(first, second)
            only_shown = self._is_only_shown(first, second)
            return [
                Reused(
                    first,
                    second,
                    sibling,
                    name,
                    default,
                    self._book.holders,
                    spare,
                    rebound,
                    self._origins.bound(first.term),
                    trial=self._is_trial(first, second),
                    only_shown=only_shown,
                    apart=only_shown and passes_are_apart(self._book.text, first, second, part(first, second)),
                    offered=offered,
                    earlier=None if sibling is not None else self._earlier(first, second),
                )
            ]
        if "unknown" in (first.kind, second.kind):
            return []
        origins = first.origin, second.origin
        drawn = self._drawn(first.origin), self._drawn(second.origin)
        built = all(any(made.drawn is not None and made.drawn.layer for made in self._origins.line(o)) for o in origins)
        return [
            replaced(
                event,
                drawn=drawn,
                built=built,
                apart=self._apart(event, drawn != (None, None)),
                trial=self._is_trial(first, second),
            )
            for event in self._remade(first, second)
        ]

    def _is_only_shown(self, first: Use, second: Use) -> bool:
        """Return whether a key is of a constant seed, and what comes of the two uses neither meets nor is carried."""
        parting = part(first, second)
        own = of_own_seed(self._origins.line(first.origin), parting.second.owner)
        if not own or are_carried_on(self._book.text, first, second, parting):
            return False
        sites = parting.first.site, parting.second.site
        return parting.around is not None or not may_meet(self._book.text, *sites)

    def _is_trial(self, first: Use, second: Use) -> bool:
        """Return whether two uses belong to a trial, which only measures how long something takes."""
        lines = self._origins.line(first.origin), self._origins.line(second.origin)
        return is_trial(self._book.text, first, second, lines, self._book.signs.stopwatches)

    def _apart(self, event: Remade, streams: bool) -> bool:
        """Return whether what was drawn from two keys of one seed, or with streams of one key, never meets."""
        seeds = event.first.kind is event.second.kind is MakeKind.SEED
        if not (seeds or streams) or event.first.site.node is event.second.site.node:
            return False
        text, parting = self._book.text, part(event.before, event.use)
        if seeds_again(text, event.first.site, event.second.site):
            return True
        return not parting.loop and not may_meet(text, parting.first.site, parting.second.site)

    def _drawn(self, origin: int) -> Made | None:
        """Return the draw from a stream of NNX that a key comes of, if it comes of one."""
        return next((made for made in self._origins.line(origin) if made.kind is MakeKind.STREAM), None)

    @property
    def _script(self) -> list[ast.stmt]:
        """The statements of a file that nobody imports names from."""
        return [] if self._book.packaged else self._book.text

    # -- which repeats stand -----------------------------------------------------------------------

    def _stands(self, first: Use, second: Use) -> bool:
        """Return whether a repeat is a mistake, as far as can be seen; one that is meant is noted with its excuse."""
        book = self._book
        case = Case(
            first, second, book.signs, self._origins.by_number(), book.imported, self._demonstrations, book.text
        )
        if never_both(first, second, case.parting) or self._is_idle(case) or _may_be_a_seed(first, second):
            return False
        excuse = excuse_for(case)
        if excuse is not None and not (excuse.unless_idle and self._idle_beside(second)):
            place = case.parting.first.site.node, case.parting.second.site.node, excuse.name
            if place not in self._meant:
                name = self._origins.name_in(first.term, case.parting.second.owner)
                self._meant[place] = Meant(first, second, excuse.name, excuse.meaning, name)
            return False
        return not (first.kind is second.kind is UseKind.SPLIT) or self._children_meet(first, second)

    def _is_idle(self, case: Case) -> bool:
        """Return whether one of two uses is a split that takes nothing.

        After one that was to renew its key, for nobody reads what it returns, that key is used by mistake. A function
        that is called for its result was to renew nothing: it has no use for the key that it is given.
        """
        first = case.first
        read = self._origins.children_read(first.derived) and first.derived not in self._origins.thrown_away
        renews_nothing = bool(read) or is_called_for_its_result(first, case.parting.first)
        return self._idle_splits.hold(case.second) or (renews_nothing and self._idle_splits.hold(first))

    def _children_meet(self, first: Use, second: Use) -> bool:
        """Return whether equal children of two splits are both consumed or go where nobody can see.

        A split alone takes nothing: two splits of one key are wrong for what is done with their children.
        """
        escapes, uses = self._book.escapes, self._book.uses
        ours, theirs = escapes.children(first.derived), escapes.children(second.derived)
        if meet(ours, theirs) or meet(ours, uses.children(second.derived)):
            return True
        # What was consumed earlier counts if it was on this path.
        before = uses.children_before(first, second)
        if meet(before, theirs):
            return True
        # What another lane does with the keys that it makes is not followed: it does what the first one does.
        done = uses.children(first.derived) if first.twin else before
        if (first.twin or second.twin) and meet(done, uses.children(second.derived)):
            return True
        pair = frozenset((first.derived, second.derived))
        if pair in self._asked:
            return False  # whose children these are depends on the answer: other uses have to tell
        # What a sampler draws inside is no more than the sampler itself.
        met = [(early, late) for early, late in self._of_makers(pair) if {early.kind, late.kind} != {"inner"}]
        self._asked.add(pair)
        try:
            return any(self._stands(early, late) for early, late in met)
        finally:
            self._asked.remove(pair)

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
                one = ours.parent if ours.kind is MakeKind.WRAP else one
                two = theirs.parent if theirs.kind is MakeKind.WRAP else two
            elif ours.kind is theirs.kind is MakeKind.FOLD:
                one, two = ours.parent, theirs.parent
            else:
                break
        return found

    # -- keys that were made twice -------------------------------------------------------------------

    def _remade(self, first: Use, second: Use) -> list[Remade]:
        """Return the two calls that made equal keys, where the difference is not older than they."""
        one, two = sorted((first.origin, second.origin))
        made = self._origins.maker(two)
        if not one and made is not None and made.kind is MakeKind.WRAP and not made.parent:
            return [Remade(made, made, second, second if first.origin else first)]
        if (computed := self._computed(first, second)) is not None:
            return [computed]
        one, two = sorted((self._words_of(first)[0], self._words_of(second)[0]))
        while one and two and one != two:
            ours, theirs = self._origins.maker(one), self._origins.maker(two)
            if ours is None or theirs is None:
                return []
            if theirs.kind is MakeKind.WRAP and (theirs.parent == one or ours.kind is not MakeKind.WRAP):
                return [Remade(ours, theirs, second, first)]
            if ours.kind is MakeKind.WRAP and theirs.kind is not MakeKind.WRAP:
                one, two = sorted((ours.parent, two))
                continue
            if ours.parent == theirs.parent:
                both_split = ours.kind is theirs.kind is MakeKind.SPLIT
                return [] if both_split else [Remade(ours, theirs, second, first)]
            one, two = sorted((ours.parent, theirs.parent))
        return []

    def _computed(self, first: Use, second: Use) -> Remade | None:
        """Return the calls that computed equal keys from the words of one key, or of two that differ."""
        ours, theirs = (self._origins.maker(origin) for origin in sorted((first.origin, second.origin)))
        if ours is None or theirs is None or MakeKind.COMPUTED not in (ours.kind, theirs.kind):
            return None
        (one, key), (two, other) = self._words_of(first), self._words_of(second)
        return None if key is other and one != two else Remade(ours, theirs, second, first)

    def _words_of(self, use: Use) -> tuple[int, Term]:
        """Return the origin and term of the key from whose words a key was computed, those of itself if it was not."""
        origin, term = use.origin, use.term
        while (made := self._origins.maker(origin)) is not None and made.kind is MakeKind.COMPUTED:
            origin, term = made.parent, made.source
        return origin, term

    def _made_inside(self, first: Use, second: Use) -> list[Remade]:
        """Return a fold that made a key which a sampler makes for itself; a split is a reuse of the parent already."""
        origin = first.origin or second.origin
        made = self._origins.maker(origin)
        if made is None or made.kind is not MakeKind.FOLD or first.kind == second.kind:
            return []
        inner = first if first.kind is UseKind.INNER else second
        return [Remade(made, made, second, first, inner, fold_is_later=origin > inner.derived)]

    # -- keys that nobody uses -------------------------------------------------------------------------

    def _sibling(self, first: Use, second: Use) -> tuple[str | None, bool]:
        """Return the name of a key that was made to be used instead, and never was.

        Returns:
            a name, if there is one, and whether another call was offered it already: each call gets a key of its own.
        """
        step = part(first, second).second
        idle: list[str] = []
        for origin in (first.derived, second.origin):
            made, read = self._origins.maker(origin), self._origins.children_read(origin)
            for index, (name, place) in sorted(self._origins.names(origin).items()):
                unread_here = index not in read and ALL not in read and place == step.owner and name.strip("_")
                if made is not None and unread_here and self._is_free(name, made, step):
                    if self._offered.setdefault((made.site.node, name), step.site.node) is step.site.node:
                        return name, False
                    idle.append(name)
        return next(iter(idle), None), bool(idle)

    def _earlier(self, first: Use, second: Use) -> str | None:
        """Return the key that was made for the first use in its pass of a loop, and that nobody reads.

        The second use is the split that makes both keys, in the next pass.
        """
        parting, made = part(first, second), self._origins.maker(second.origin)
        if made is None or made.site.node is not second.site.node or parting.first.owner != parting.second.owner:
            return None
        read = self._origins.children_read(second.origin)
        for index, (name, place) in sorted(self._origins.names(second.origin).items()):
            unread_here = index not in read and ALL not in read and place == parting.first.owner and name.strip("_")
            if unread_here and self._is_free(name, made, parting.first):
                return name
        return None

    def _is_free(self, name: str, made: Made, step: Step) -> bool:
        """Return whether the text at a step can take a name in place of the key that it uses."""
        again = any(isinstance(node, cst.Name) and node.value == name for node, _ in step.arguments)
        return is_free(name, where(made.site), where(step.site), self._book.text, again)

    def _rebound(self, first: Use, second: Use) -> frozenset[str]:
        """Return the names that are bound between two uses, or in the loop of which these are two passes."""
        parting = part(first, second)
        chunk, last = where(parting.second.site)
        start, last = where(parting.first.site)[1], last - 1
        if parting.around is not None and parting.around.site.chunk is chunk:
            start, last = chunk.lines(parting.around.site.node)
        return bound_between(chunk, start, last, self._book.text)

    def _overlooked(self) -> list[Overlooked]:
        """Return the calls that get a key which was used before, while one made beside it is never read."""
        if not self._book.complete:
            return []
        found: list[Overlooked] = []
        for first, second in [*self._book.uses.guesses, *self._book.uses.pairs]:
            # An equal key that was made elsewhere is not the one that has siblings here.
            if UseKind.UNKNOWN in (first.kind, second.kind) and first.origin == second.origin:
                found.extend(self._unread_beside(first, second))
        return found

    def _suspected(self, known: set[tuple[object, object]]) -> list[Suspected]:
        """Return the keys that are consumed and also given to a call that cannot be followed."""
        found: dict[tuple[object, object], Suspected] = {}
        for first, second in self._book.uses.guesses:
            place = first.site.node, second.site.node
            unknown = first if first.kind is UseKind.UNKNOWN else second
            if place in known or place in found or first.origin != second.origin or _is_dropped(unknown):
                continue
            if self._stands(first, second):
                owner = part(first, second).second.owner
                found[place] = Suspected(first, second, self._origins.name_in(first.term, owner))
        return list(found.values())

    def _unread_beside(self, first: Use, second: Use) -> list[Overlooked]:
        """Return the key that a call should have been given in place of the one that is used in another place too."""
        guessed = first.kind is UseKind.UNKNOWN
        if guessed and any(use.kind is UseKind.UNKNOWN and _is_dropped(use) for use in (first, second)):
            return []  # a call that nothing is taken from may well only keep a record
        parting = part(first, second)
        step = parting.second if second.kind is UseKind.UNKNOWN else parting.first
        for origin in (first.derived, second.origin):
            made = self._origins.maker(origin)
            if made is None or made.kind is not MakeKind.SPLIT or not self._stands(first, second):
                continue
            if made.site.chunk.file != step.site.chunk.file or made.way[-1].owner != step.owner:
                continue  # its keys have their names in another function
            names = {index: name for index, (name, _) in self._origins.names(origin).items()}
            read = self._origins.children_read(origin)
            name = unread(made, names, self._origins.named_array(origin), read, self._script, guessed)
            if name is None and second.kind is not first.kind and UseKind.UNKNOWN in (first.kind, second.kind):
                name = unread_next(made, names, read, self._script)
            if name is not None and (not name.isidentifier() or self._is_free(name, made, step)):
                return [Overlooked(first, second, made, name)]
        return []

    def _idle_beside(self, use: Use) -> bool:
        """Return whether there was a key of its own for a use, under a new name that nobody reads."""
        made = self._origins.maker(use.origin)
        if made is None or made.kind is not MakeKind.SPLIT or not self._book.complete:
            return False
        names = {index: name for index, (name, _) in self._origins.names(use.origin).items()}
        array, read = self._origins.named_array(use.origin), self._origins.children_read(use.origin)
        return unread(made, names, array, read, self._script, alone=True) is not None

    def _unfed(self) -> list[UnfedRun]:
        """Return the runs without streams, each with what says that one was forgotten, if anything does."""
        found = [self._with_key(run) for run in self._book.unfed.values()]
        return [run for run in found if not run.open or run.key is not None]

    def _with_key(self, run: UnfedRun) -> UnfedRun:
        for origin, made in sorted(self._origins.calls()):
            # Where only statistics may be meant, the key must be one of several that were made for different ends.
            if run.mutable and not self._origins.children_read(origin):
                continue
            key = unread_before(made, self._origins.all_names(origin), run.call)
            if key is not None and is_free(key, where(made.site), where(run.call), self._book.text):
                return replaced(run, key=key, made=made)
        ignored = self._book.ignored
        given = [ignored[text] for text in functions_around(*where(run.call)) if text in ignored]
        if given:
            return replaced(run, key=given[-1][0], giver=given[-1][1])
        return replaced(run, fed=next((site for model, site in self._book.fed.items() if model in run.models), None))


def _may_be_a_seed(*uses: Use) -> bool:
    """Return whether what is used twice may be a number: nothing is known of it, and a number would do both times."""
    return all(use.origin == 0 and use.label in KEY_SEQUENCES for use in uses)


def _is_dropped(use: Use) -> bool:
    return is_dropped(use.site.chunk, use.site.node)
