"""The streams that a Linen call was given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.records import record

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Value


@record(frozen=False)
class Run:
    """The Linen call that is being followed.

    Args:
        initialising: whether it is an ``init``.
        streams: the keys given, by stream; None when that is not known.
        bare: the bare key that was given, which stands for ``'params'``; what may be one too.
        continues: whether a scope that was bound earlier counts on, so that no call repeats another.
        placeholders: keys that ``init`` was given as arguments: what is drawn from them is thrown away.
        call: the place of the call.
    """

    initialising: bool
    streams: dict[str, Value] | None
    bare: Value | None = None
    continues: bool = False
    placeholders: frozenset[Term] = frozenset()
    call: Site | None = None

    def draws_for_nothing(self, key: Term) -> bool:
        """Return whether a key comes of one that only stands for the one which ``apply`` will get."""
        at: Term | None = key if self.placeholders else None
        while at is not None and at not in self.placeholders:
            at = at.parent if at.kind in (Kind.CHILD, Kind.LANE, Kind.SHAPED) else None
        return at is not None

    def key(self, stream: str) -> Value | None:
        """Return the key that a draw from a stream is made from, with ``make_rng``'s fallback."""
        streams = self.streams or {}
        return streams.get(stream) or streams.get("params") or self.bare
