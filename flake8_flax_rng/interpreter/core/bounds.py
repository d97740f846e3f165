"""The bounds of the analysis: where one was reached, so that it can be said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import libcst as cst

from flake8_flax_rng.interpreter.domain.budget import Limit
from flake8_flax_rng.interpreter.domain.events import Bounded
from flake8_flax_rng.interpreter.domain.places import Site

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Context
    from flake8_flax_rng.interpreter.domain.values import FunctionCode


class Followed(Protocol):
    """What is being followed, as far as a bound has to name it."""

    context: Context
    abroad: int


class Bounds:
    """Where bounds were reached.

    Attributes:
        file: whether it is the file's bound, rather than that of one function, that would stop the analysis next.
        hits: how often one was reached, or a function not followed within itself.
    """

    def __init__(self) -> None:
        self.file = False
        self.hits = 0
        self._reached: dict[tuple[cst.CSTNode, Limit], Bounded] = {}

    def exhausted(self, engine: Followed, file: bool | None = None) -> None:
        """Note that what is followed from one place is too large; ``file`` says whether it is the file's bound."""
        ours = [code for code in engine.context.functions if not code.chunk.file]
        if engine.abroad:
            self._note(engine, ours[-1] if ours else None, Limit.ABROAD)
        else:
            of_file = self.file if file is None else file
            self._note(engine, ours[0] if ours else None, Limit.FILE if of_file else Limit.WORK)

    def reached(self, engine: Followed, bound: Limit) -> None:
        """Note another bound of the function that is being followed."""
        self._note(engine, engine.context.functions[-1] if engine.context.functions else None, bound)

    def _note(self, engine: Followed, code: FunctionCode | None, bound: Limit) -> None:
        self.hits += 1
        if engine.context.chunk is None:
            return
        node: cst.CSTNode
        if code is None:
            chunk, node, name = engine.context.chunk, engine.context.chunk.module.body[0], ""
        else:
            chunk, name = code.chunk, code.name.strip("<>")
            node = code.node.name if isinstance(code.node, cst.FunctionDef) else code.node
        if (node, bound) not in self._reached:
            self._reached[node, bound] = Bounded(Site(node, chunk), name, bound)

    @property
    def events(self) -> list[Bounded]:
        """What there is to say."""
        return list(self._reached.values())
