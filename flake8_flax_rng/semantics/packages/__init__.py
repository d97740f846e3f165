"""The libraries whose callables consume keys: every module of this package describes one."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_flax_rng.semantics.consumers import Library

LIBRARIES: tuple[Library, ...] = tuple(
    importlib.import_module(f"{__name__}.{name}").LIBRARY
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__))
)
