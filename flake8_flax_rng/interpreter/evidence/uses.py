"""What was consumed: each use is compared with those before it on its path."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import SPLITS_KEPT
from flake8_flax_rng.interpreter.domain.key_lineage import child_of
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, UseKind
from flake8_flax_rng.interpreter.paths.state import HANDED_OUT, UNRESOLVED, LedgerKey
from flake8_flax_rng.records import replaced

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.interpreter.domain.events import Use
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.evidence.origins import Origins
    from flake8_flax_rng.interpreter.intent.signs import Signs
    from flake8_flax_rng.interpreter.paths.state import State

DRAWN = -SPLITS_KEPT - 1
"""The number under which a path keeps the first draw from a key, beside its first use and its splits."""

REPEATED = DRAWN - 1
"""The number under which a path keeps the second use of a key."""


class Uses:
    """The consumptions of one analysis, and the pairs of them that may be reuses.

    Args:
        origins: the calls that made keys.
        signs: told of the keys that are used a second time.

    Attributes:
        pairs: two uses of one key on one path.
        behind: two uses of one key behind its first, by the later one: they count where the pairs with the
            first do not.
        guesses: a use, and a call that is given the key and cannot be followed, in the order of the two.
        handed_out: where a key was handed out of sight, and the split of it that follows.
        shared: data and a model that come of one key.
        drawn_origins: the calls that made the keys which are used for more than to split them.
        count: how many consumptions there were.
    """

    def __init__(self, origins: Origins, signs: Signs) -> None:
        self._origins = origins
        self._signs = signs
        self.pairs: list[tuple[Use, Use]] = []
        self.behind: dict[Use, Use] = {}
        self.firsts: dict[Use, Use] = {}
        self.guesses: list[tuple[Use, Use]] = []
        self.handed_out: list[tuple[Use, Use]] = []
        self.shared: list[tuple[Use, Use]] = []
        self.drawn_origins: set[int] = set()
        self.count = 0
        self._split: dict[int, set[int]] = {}
        self._clock = 0
        self._times: dict[int, dict[int, int]] = {}
        self._before_split: dict[int, tuple[int, set[int]]] = {}
        self._drawn_from: set[Term] = set()
        self._shapes_only = False

    @property
    def shapes_only(self) -> bool:
        """Whether what is followed is traced for its shapes: nothing is drawn, and no key is used up."""
        return self._shapes_only

    @contextmanager
    def for_shapes_only(self) -> Iterator[None]:
        """Follow what JAX traces for its shapes."""
        before, self._shapes_only = self._shapes_only, True
        try:
            yield
        finally:
            self._shapes_only = before

    def consume(self, key: LedgerKey, use: Use, state: State) -> None:
        """Enter a use; a second use on the same path is a candidate for a report."""
        if self._shapes_only:
            return
        self.count += 1
        self._note(use)
        if use.kind in (UseKind.DRAW, UseKind.SPLIT, UseKind.STREAM):
            given = state.ledger.get(LedgerKey(use.term, UNRESOLVED))
            if given is not None:
                self.guesses.append((given, use))
        first = state.ledger.get(key)
        if first is None:
            self._compare_handed_out(use, state)
            state.ledger[key] = use
            return
        self.pairs.append((first, use))
        repeat = state.ledger.setdefault(replaced(key, origin=REPEATED), use)
        if repeat is not use and use.kind is not UseKind.SPLIT:
            self.behind[use] = repeat
            self.firsts[use] = first
        self._signs.arithmetic.repeat(use.term)
        if use.kind is UseKind.SPLIT:
            self._compare_splits(key, first, use, state)
        elif use.kind is UseKind.DRAW:
            state.ledger.setdefault(replaced(key, origin=DRAWN), use)
        if first.origin != use.origin:
            # Another call made the same key: what it was used for is kept apart.
            own = replaced(key, origin=use.origin)
            other = state.ledger.setdefault(own, use)
            if other is not use:
                self.pairs.append((other, use))

    def _note(self, use: Use) -> None:
        """Note what a use says by itself, whatever was used before it."""
        if use.kind not in (UseKind.INNER, UseKind.UNKNOWN):
            self._drawn_from.add(use.term)
        if use.kind is UseKind.SPLIT:
            self._split.setdefault(use.origin, set()).add(child_of(use.term))
        else:
            self.drawn_origins.add(use.origin)
        if use.origin and use.kind in (UseKind.DRAW, UseKind.SPLIT):
            self._clock += 1
            self._times.setdefault(use.origin, {})[child_of(use.term)] = self._clock

    def _compare_handed_out(self, use: Use, state: State) -> None:
        given = state.ledger.get(LedgerKey(use.term, HANDED_OUT)) if use.kind is UseKind.SPLIT else None
        if given is not None:
            self.handed_out.append((given, use))

    def _compare_splits(self, key: LedgerKey, first: Use, use: Use, state: State) -> None:
        """Compare a split with all before it: splits are judged by their children, and not by the first use alone."""
        if first.kind is UseKind.SPLIT:
            self._before_split[use.derived] = self._clock, _children_used(use.term, state)
        for number in range(1, SPLITS_KEPT + 1):
            before = state.ledger.setdefault(replaced(key, origin=-number), use)
            if before is use:
                break
            self.pairs.append((before, use))
        drawn = state.ledger.get(replaced(key, origin=DRAWN))
        if drawn is not None:
            self.pairs.append((drawn, use))

    def forget_folds(self, loop: cst.CSTNode, known: int, state: State) -> None:
        """Forget the folds and sums of a loop's later passes: the number of the last pass is not known behind it.

        Args:
            loop: the loop.
            known: how many uses the path had entered before the loop; they come first in its ledger, in each path
                that leads on from there.
            state: the path, behind the loop; it is changed.
        """
        for key, use in list(islice(state.ledger.items(), known, None)):
            made = self._origins.maker(use.origin)
            if made is None or made.kind not in (MakeKind.FOLD, MakeKind.COMPUTED):
                continue
            if any(step.turn and step.site.node is loop for step in use.way):
                del state.ledger[key]

    def collide(self, first: Use, second: Use) -> None:
        """Note two uses that are known to be of one key."""
        self.pairs.append((first, second))

    def suspect(self, first: Use, second: Use) -> None:
        """Note that a key that was used is passed to a call that cannot be followed."""
        if not self._shapes_only:
            self.guesses.append((first, second))

    def share(self, key: LedgerKey, use: Use, state: State) -> None:
        """Note data or a model that comes of a key; both from one key are a matter of taste."""
        if self._shapes_only:
            return
        first = state.ledger.get(key)
        if first is None:
            state.ledger[key] = use
        elif first.initialises is not use.initialises:
            self.shared.append((first, use))

    def drawn_from(self, term: Term) -> bool:
        """Return whether any path consumed a key."""
        return term in self._drawn_from

    def children(self, origin: int) -> set[int]:
        """Return which children of a split were drawn from or split, on any path."""
        return set(self._times.get(origin, ()))

    def children_split(self, origin: int) -> set[int]:
        """Return which children of a split were split again, on any path."""
        return self._split.get(origin, set())

    def children_before(self, first: Use, second: Use) -> set[int]:
        """Return which children of the first of two splits were used on the path that led to the second."""
        clock, known = self._before_split.get(second.derived, (0, set()))
        return known | {index for index, time in self._times.get(first.derived, {}).items() if time > clock}


def _children_used(parent: Term, state: State) -> set[int]:
    """Return the children of a key that a path has drawn from or split."""
    return {
        child_of(key.term)
        for key, use in state.ledger.items()
        if key.place is None and use.kind in (UseKind.DRAW, UseKind.SPLIT) and key.term.parent is parent
    }
