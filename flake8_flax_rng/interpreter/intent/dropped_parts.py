"""Parts of results that are dropped: ``mean, _, _ = actor(key, x)``, where only the other parts come of the key."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.syntax.cst_children import ancestors

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Use
    from flake8_flax_rng.interpreter.domain.terms import Term


class DroppedParts:
    """The assignments that bind parts of a result to ``_``."""

    def __init__(self) -> None:
        self._dropped: dict[cst.CSTNode, set[Term]] = {}
        self._kept: dict[cst.CSTNode, set[Term]] = {}

    def note(self, target: cst.CSTNode, dropped: Iterable[Term], kept: Iterable[Term]) -> None:
        """Note one assignment on one path.

        Args:
            target: the names.
            dropped: the keys that the parts come of which are bound to ``_``.
            kept: those of the other parts.
        """
        self._dropped.setdefault(target, set()).update(dropped)
        self._kept.setdefault(target, set()).update(kept)

    def hold(self, use: Use) -> bool:
        """Return whether all that comes of a use is dropped where a call on the way to it returns."""
        targets = [target for target, keys in self._dropped.items() if use.term in keys - self._kept[target]]
        return bool(targets) and any(_target_of(step.site.chunk.module, step.site.node) in targets for step in use.way)


def _target_of(module: cst.CSTNode, call: cst.CSTNode) -> cst.CSTNode | None:
    """Return the names to which the result of a call is bound at once."""
    around = ancestors(module, call)
    parent = around[-1] if around else None
    assigned = isinstance(parent, cst.Assign) and parent.value is call and len(parent.targets) == 1
    return parent.targets[0].target if isinstance(parent, cst.Assign) and assigned else None
