"""Arrays of keys in other shapes: one axis into two, and two into one."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.budget import ROWS_KNOWN
from flake8_flax_rng.interpreter.domain.values import Const, Keys, Rows, Tuple, Value
from flake8_flax_rng.records import replaced

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine

SHAPING = frozenset({"reshape", "ravel", "flatten"})
"""Methods of an array that only change its shape."""

_WORDS = 2
_AXES = 2


def in_shape(engine: Engine, value: Keys | Rows, how: str, shape: list[Value]) -> Keys | Rows | None:
    """Return an array of keys in another shape, None where it is not known which key then stands where.

    Args:
        engine: the analysis.
        value: the keys.
        how: the method or function that is called.
        shape: the arguments that name the shape.

    Returns:
        the keys along one axis, or rows of them.
    """
    name = how.rpartition(".")[2]
    lengths: list[int | None] | None = _lengths(shape) if name == "reshape" else [-1]
    flat = value if isinstance(value, Keys) else _joined(value)
    if name not in SHAPING or lengths is None or flat is None or flat.inner:
        return None
    lengths = _without_words(engine, flat, lengths)
    if lengths is None:
        return None
    if len(lengths) == 1:
        return _along_one_axis(flat, lengths[0])
    return _rows(flat, lengths[0], lengths[1]) if len(lengths) == _AXES else None


def _lengths(shape: list[Value]) -> list[int | None] | None:
    if len(shape) == 1 and isinstance(shape[0], Tuple):
        shape = list(shape[0].items)
    lengths = [item.value if isinstance(item, Const) and isinstance(item.value, int) else None for item in shape]
    return lengths or None


def _without_words(engine: Engine, keys: Keys, lengths: list[int | None]) -> list[int | None] | None:
    """Return the lengths without that of a last axis for the two words of a key, which an old key has."""
    legacy = engine.book.origins.legacy(keys.origin)
    if legacy is False or (legacy is None and lengths[-1] != _WORDS):
        return lengths
    if legacy:
        return lengths[:-1] if lengths[-1] == _WORDS and len(lengths) > 1 else None
    known = [length for length in lengths if length is not None and length > 0]
    if keys.count is None or len(known) < len(lengths):
        return None
    total = math.prod(known)
    return lengths if total == keys.count else lengths[:-1] if total == _WORDS * keys.count else None


def _along_one_axis(keys: Keys, length: int | None) -> Keys | None:
    if length is None or length < 0:
        return replaced(keys, reshaped=False)
    return replaced(keys, count=length, reshaped=False) if keys.count in (None, length) else None


def _rows(keys: Keys, rows: int | None, columns: int | None) -> Rows | None:
    if keys.count is None or keys.reshaped or rows is None or columns is None:
        return None
    rows = keys.count // columns if rows < 0 and columns > 0 else rows
    columns = keys.count // rows if columns < 0 and rows > 0 else columns
    if not 0 < rows <= ROWS_KNOWN or rows * columns != keys.count:
        return None
    return Rows(tuple(replaced(keys, start=keys.start + row * columns, count=columns) for row in range(rows)))


def _joined(rows: Rows) -> Keys | None:
    """Return rows one behind the other, where they follow one another in the split that made them."""
    first = rows.items[0]
    if not isinstance(first, Keys):
        return None
    total = 0
    for row in rows.items:
        if not isinstance(row, Keys) or row != replaced(first, start=first.start + total, count=row.count):
            return None
        total += row.count or 0
    return replaced(first, count=total)
