"""The ancestors of a class, and what it derives from."""

from __future__ import annotations

from collections.abc import Sequence

from flake8_flax_rng.interpreter.domain.values import Class, Symbol
from flake8_flax_rng.semantics.libraries import PART_MODULES
from flake8_flax_rng.semantics.linen import IMMUTABLE_DATACLASSES, MODULE, STRUCT_BASES

_FROZEN = frozenset({*IMMUTABLE_DATACLASSES, *STRUCT_BASES, *PART_MODULES})


def ancestors(cls: Class) -> Sequence[Class | Symbol | None]:
    """Return a class and its bases in the order of look-up; None stands for an unknown base."""
    if not cls.lineage:
        cls.lineage.extend(_lineage(cls))
    return cls.lineage


def _lineage(cls: Class) -> list[Class | Symbol | None]:
    """Return Python's method resolution order (C3); classes that have none are read depth first."""
    bases = [base if isinstance(base, (Class, Symbol)) else None for base in cls.bases]
    lines: list[list[Class | Symbol | None]] = [
        list(ancestors(base)) if isinstance(base, Class) and base is not cls else [base] for base in bases
    ]
    lines.append(list(bases))
    result: list[Class | Symbol | None] = [cls]
    while lines := [line for line in lines if line]:
        head = next((line[0] for line in lines if not any(line[0] in other[1:] for other in lines)), lines[0][0])
        result.append(head)
        lines = [[base for base in line if base is not head and base != head] for line in lines]
    return result


def derives(cls: Class | Symbol, paths: frozenset[str]) -> bool:
    """Return whether a class is, or certainly derives from, one of the named ones."""
    if isinstance(cls, Symbol):
        return cls.path in paths
    known = cls.derives.get(paths)
    if known is None:
        known = any(isinstance(base, Symbol) and base.path in paths for base in ancestors(cls))
        cls.derives[paths] = known
    return known


def is_frozen(cls: Class | Symbol) -> bool:
    """Return whether the attributes of a class's objects cannot be set."""
    return derives(cls, _FROZEN) or (
        isinstance(cls, Class)
        and any(isinstance(base, Class) and base.dataclass in IMMUTABLE_DATACLASSES for base in ancestors(cls))
    )


def is_linen(cls: Class | Symbol) -> bool:
    """Return whether a class is a Linen module."""
    if isinstance(cls, Symbol):
        return _is_linen_path(cls.path)
    known = cls.derives.get(None)
    if known is None:
        known = any(isinstance(base, Symbol) and _is_linen_path(base.path) for base in ancestors(cls))
        cls.derives[None] = known
    return known


def _is_linen_path(path: str) -> bool:
    return path == MODULE or is_module_name(path)


def is_module_name(path: str) -> bool:
    """Return whether a path names a built-in module, by Flax's own convention of capitals."""
    package, _, name = path.rpartition(".")
    return package == "flax.linen" and name[:1].isupper() and path != MODULE
