"""Annotations that name a Linen module."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.core.context import Scope
from flake8_flax_rng.interpreter.domain.values import Class, Symbol, Value
from flake8_flax_rng.interpreter.python import lineage
from flake8_flax_rng.interpreter.python.names import dotted, lookup
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.names import canonical

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State


def declared(engine: Engine, annotation: cst.BaseExpression, frames: tuple[int, ...], state: State) -> Class | None:
    """Return the class of modules that an annotation names; None for any other.

    Args:
        engine: the analysis.
        annotation: the annotation.
        frames: where its names are looked up.
        state: the path.
    """
    cls = named(engine, annotation, frames, state)
    return None if cls is None else linen_class(engine, cls)


def linen_class(engine: Engine, cls: Class) -> Class | None:
    """Return a class of Linen modules that stands for itself; None for any other."""
    if not lineage.is_linen(cls):
        return None
    # Of a class that others fill in, the one that stands there may do anything.
    others = [other for other in engine.program.classes if other is not cls and "__call__" in other.members]
    filled = any(cls in lineage.ancestors(other) for other in others)
    return None if filled else cls


def named(engine: Engine, annotation: cst.BaseExpression, frames: tuple[int, ...], state: State) -> Class | None:
    """Return the class of the program that an annotation names, None where it names no one class."""
    cls = meant(engine, annotation, frames, state)
    return cls if isinstance(cls, Class) else None


def meant(engine: Engine, annotation: cst.BaseExpression, frames: tuple[int, ...], state: State) -> Value | None:
    """Return what an annotation names, None where it is no name."""
    name = _named(annotation)
    if not name:
        return None
    with engine.within(replaced(engine.context, scope=Scope(frames))):
        first, *rest = name.split(".")
        cls = lookup(engine, first, state)
        for part in rest:
            path = Symbol(canonical(f"{cls.path}.{part}"), cls.home) if isinstance(cls, Symbol) else None
            others = engine.files.others
            cls = path if path is not None else engine.unknown(part)
            cls = others.resolve(path, state) if others is not None and path is not None else cls
    return cls


def _named(node: cst.BaseExpression) -> str:
    """Return the name of the class that an annotation names: as it is, as text, or as one that may be None."""
    if type(node) is cst.Name:
        return node.value
    if isinstance(node, cst.SimpleString):
        name = node.raw_value
        return name if all(part.isidentifier() for part in name.split(".")) else ""
    if isinstance(node, cst.BinaryOperation) and isinstance(node.operator, cst.BitOr):
        parts = [part for part in (node.left, node.right) if not (isinstance(part, cst.Name) and part.value == "None")]
        return _named(parts[0]) if len(parts) == 1 else ""
    if isinstance(node, cst.Subscript) and dotted(node.value).rpartition(".")[2] == "Optional" and len(node.slice) == 1:
        inner = node.slice[0].slice
        return _named(inner.value) if isinstance(inner, cst.Index) else ""
    return dotted(node)
