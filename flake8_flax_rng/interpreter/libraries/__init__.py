"""Other libraries, and the user's own functions: every module of this room lists its models, as the other rooms do."""

from __future__ import annotations

import importlib
import pkgutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.models import Calls, Managed, Method

_MODULES = [
    importlib.import_module(f"{__name__}.{name}")
    for name in sorted(module.name for module in pkgutil.iter_modules(__path__))
]

_ALL: list[Calls] = [calls for module in _MODULES for calls in getattr(module, "CALLS", ())]

CALLS: tuple[Calls, ...] = tuple(sorted(_ALL, key=lambda calls: calls.family is not None))
"""The models; those that are asked for any path come last."""

METHODS: dict[str, Method] = {
    kind: method for module in _MODULES for kind, method in getattr(module, "METHODS", {}).items()
}
MANAGED: dict[str, Managed] = {
    path: managed for module in _MODULES for path, managed in getattr(module, "MANAGED", {}).items()
}
"""What follows the entering and leaving of a context manager, by the path of its class."""

INSTANCES: dict[str, Method] = {
    path: method for module in _MODULES for path, method in getattr(module, "INSTANCES", {}).items()
}
"""What follows a call of an object, by the path of its class."""
