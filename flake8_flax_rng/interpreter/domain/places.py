"""Places in the source text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.records import record

if TYPE_CHECKING:
    import libcst as cst

    from flake8_flax_rng.syntax.source import Chunk


@record()
class Site:
    """A place in the source text; the same node is the same place.

    Args:
        node: the syntax that stands there.
        chunk: the piece of text that it was parsed from.
    """

    node: cst.CSTNode
    chunk: Chunk

    def __repr__(self) -> str:
        return f"Site({self.chunk.code(self.node)!r})"
