"""What a program leaves behind in its process; where it leaves anything, no other program may follow.

Nothing is put back: it is only seen whether all that was there before is there still. What has come to it is no
change, since caches fill, and libraries register the program's own classes.
"""

from __future__ import annotations

import gc
import importlib
import itertools
import operator
import os
import signal
import sys
import threading
import warnings
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from types import FunctionType, ModuleType

_PARTS = tuple(map(operator.attrgetter, ("__code__", "__defaults__", "__kwdefaults__")))


class Before:
    """The state of this process as it was when this object was made."""

    def __init__(self) -> None:
        objects = gc.get_objects()
        self._modules = dict(sys.modules)
        owners = [item for item in objects if isinstance(item, (ModuleType, type))]
        held = list({id(value): value for owner in owners for value in vars(owner).values()}.values())
        spaces = [(item, vars(item)) for item in [*owners, *filter(_has_names, held)]]
        spaces += [(item, item) for item in held if isinstance(item, dict)]
        self._spaces = [(owner, space, dict(space)) for owner, space in spaces]
        self._lists = [(item, list(item)) for item in held if isinstance(item, list)]
        self._functions = [item for item in objects if isinstance(item, FunctionType)]
        self._parts = [(part, list(map(part, self._functions))) for part in _PARTS]
        self._settings = _settings()

    def settle(self) -> None:
        """Take what has changed by now for what changes whatever a program does, as a counter of objects does."""
        self._spaces = [space for space in self._spaces if not _changed(*space)]
        self._lists = [(now, items) for now, items in self._lists if _kept(items, now)]

    def changes(self, folder: Path) -> Iterator[str]:
        """Compare the process with what it was.

        Args:
            folder: where the program is that has run since; a module that it has imported from there stays imported.

        Yields:
            a few words on each change.
        """
        yield from self._changed_modules(folder)
        yield from filter(None, itertools.starmap(_changed, self._spaces))
        if not all(_kept(items, now) for now, items in self._lists):
            yield "a list"
        yield from self._changed_functions()
        settings = _settings()
        yield from (name for name, value in self._settings.items() if settings[name] != value)

    def _changed_modules(self, folder: Path) -> Iterator[str]:
        now = dict(sys.modules)
        yield from (f"the module {name}" for name, module in self._modules.items() if now.get(name) is not module)
        for name in now.keys() - self._modules:
            if Path(getattr(now[name], "__file__", None) or "").is_relative_to(folder):
                yield f"the module {name}"

    def _changed_functions(self) -> Iterator[str]:
        for part, parts in self._parts:
            now = list(map(part, self._functions))
            if not _kept(parts, now):
                changed = (old is not new for old, new in zip(parts, now, strict=True))
                yield from (f"the function {item.__name__}" for item in itertools.compress(self._functions, changed))


def _has_names(item: object) -> bool:
    """Whether something is an instance with attributes, as an object for settings or a logger is."""
    return isinstance(getattr(item, "__dict__", None), dict) and not isinstance(item, (FunctionType, ModuleType, type))


def _kept(before: Collection[object], now: Collection[object]) -> bool:
    """Whether the same objects come first, in the same order."""
    return len(now) >= len(before) and all(map(operator.is_, before, now))


def _changed(owner: object, space: Mapping[str, object], before: Mapping[str, object]) -> str:
    """Name what is no longer what it was; "" where all is, or only a description for people is another one."""
    if _kept(before.values(), space.values()):
        return ""
    changed = [name for name, value in before.items() if space.get(name) is not value]
    if changed == ["__doc__"]:
        return ""
    name = next((name for name in changed if name != "__doc__"), "the order")
    return f"{name} of {getattr(owner, '__name__', type(owner).__name__)}"


def _settings() -> dict[str, object]:
    """Read what is set for the whole process, other than by names."""
    return {
        "the environment": dict(os.environ),
        "the path of imports": list(sys.path),
        "a trace": (sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile()),
        "a limit": (sys.getrecursionlimit(), sys.getswitchinterval()),
        "the collector": (gc.isenabled(), gc.get_threshold()),
        "a filter of warnings": list(warnings.filters),
        "a signal": [signal.getsignal(number) for number in sorted(signal.valid_signals())],
        "a thread": {thread.ident for thread in threading.enumerate()},
        "a setting of NumPy": importlib.import_module("numpy").geterr(),
        "a setting of JAX": dict(importlib.import_module("jax").config.values),
    }
