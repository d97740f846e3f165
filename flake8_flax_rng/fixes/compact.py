"""The repair of a method of a Linen module that makes submodules and is not compact."""

from __future__ import annotations

import libcst as cst

from flake8_flax_rng.finding import Edit, Fix
from flake8_flax_rng.fixes.edits import NoFix, inserted
from flake8_flax_rng.fixes.names import name_of, spells
from flake8_flax_rng.fixes.statements import way_to
from flake8_flax_rng.interpreter.domain.places import Site

_LIFTS = ("flax.linen.jit", "flax.linen.remat", "flax.linen.checkpoint")
"""What may stand above ``compact`` at a method."""


def compact(call: Site) -> Fix:
    """Return the fix that makes a method compact, where the class may have one that is.

    Args:
        call: what is called in the method.
    """
    way = way_to(call)
    index = max((at for at, node in enumerate(way) if isinstance(node, cst.ClassDef)), default=None)
    owner = way[index] if index is not None else None
    method = next((node for node in way[index or 0 :] if isinstance(node, cst.FunctionDef)), None)
    if not isinstance(owner, cst.ClassDef) or method is None or call.chunk.file:
        raise NoFix("it stands in no plain method")
    marks = [call.chunk.code(mark.decorator) for mark in method.decorators]
    if not all(any(spells(call, mark, path) for path in _LIFTS) for mark in marks):
        raise NoFix("it stands in no plain method")
    others = [part for part in owner.body.body if isinstance(part, cst.FunctionDef) and part is not method]
    marked = [part for part in others if any("compact" in call.chunk.code(mark.decorator) for mark in part.decorators)]
    if marked or method.name.value == "setup":
        raise NoFix("a module has one compact method at most")
    name, more = name_of(call, "flax.linen.compact")
    line, column = call.chunk.position(method)
    edits: list[Edit] = [*([more] if more is not None else []), inserted(line, column, f"@{name}\n{' ' * column}")]
    return Fix("make the method compact", tuple(edits), safe=True)
