"""The bounds of the analysis: where one was reached, so that it can be said."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.budget import Limit
from flake8_flax_rng.interpreter.domain.events import Bounded
from flake8_flax_rng.interpreter.domain.places import Site

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Context
    from flake8_flax_rng.interpreter.domain.values import FunctionCode


class Bounds:
    """Where bounds were reached.

    Attributes:
        hits: how often one was reached, or a function not followed within itself.
    """

    def __init__(self) -> None:
        self.hits = 0
        self._reached: dict[tuple[cst.CSTNode, Limit], Bounded] = {}

    def exhausted(self, context: Context, abroad: int, of_file: bool = False) -> None:
        """Note that what is followed from one place is too large.

        Args:
            context: the code that is being followed.
            abroad: greater than 0 where that is text of another file.
            of_file: whether it is the file's bound that was reached, rather than that of one function.
        """
        ours = [code for code in context.functions if not code.chunk.file]
        if abroad:
            self._note(context, ours[-1] if ours else None, Limit.ABROAD)
        else:
            self._note(context, ours[0] if ours else None, Limit.FILE if of_file else Limit.WORK)

    def reached(self, context: Context, bound: Limit) -> None:
        """Note another bound of the function that is being followed."""
        self._note(context, context.functions[-1] if context.functions else None, bound)

    def recursed(self) -> None:
        """Note that a function was not followed within itself, of which there is nothing to say."""
        self.hits += 1

    def _note(self, context: Context, code: FunctionCode | None, bound: Limit) -> None:
        self.hits += 1
        if context.chunk is None:
            return
        node: cst.CSTNode
        if code is None:
            chunk, node, name = context.chunk, context.chunk.module.body[0], ""
        else:
            chunk, name = code.chunk, code.name.strip("<>")
            node = code.node.name if isinstance(code.node, cst.FunctionDef) else code.node
        if (node, bound) not in self._reached:
            self._reached[node, bound] = Bounded(Site(node, chunk), name, bound)

    @property
    def events(self) -> list[Bounded]:
        """What there is to say."""
        return list(self._reached.values())
