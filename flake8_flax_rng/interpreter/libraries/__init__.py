"""Other libraries, and the user's own functions: every module of this room lists its models, as the other rooms do."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.models import Calls, Method

_MODULES = [
    importlib.import_module(f"{__name__}.{name}")
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__))
]

CALLS: tuple[Calls, ...] = tuple(calls for module in _MODULES for calls in getattr(module, "CALLS", ()))
METHODS: dict[str, Method] = {
    kind: method for module in _MODULES for kind, method in getattr(module, "METHODS", {}).items()
}
