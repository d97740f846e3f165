"""Names: from a spelling to a value, through scopes, imports and built-ins."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.values import FALSE, NONE, TRUE, Opaque, Symbol, Value
from flake8_flax_rng.semantics.jax_random import CLONE, FOLD_IN, SAMPLERS, SEEDS, SPLIT
from flake8_flax_rng.semantics.linen import LAYERS, MODULE
from flake8_flax_rng.semantics.names import canonical

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.engine import Engine
    from flake8_flax_rng.interpreter.state import State

_BUILTINS = frozenset(dir(builtins))
_CONSTANTS = {"True": TRUE, "False": FALSE, "None": NONE}
_STAR_IMPORTABLE = frozenset({*SAMPLERS, *SEEDS, SPLIT, FOLD_IN, CLONE, *LAYERS, MODULE, "flax.linen.compact"})


def lookup(engine: Engine, name: str, state: State) -> Value:
    """Return what a name stands for at the place that is being followed."""
    constant = _CONSTANTS.get(name)
    if constant is not None:
        return constant
    redirected = engine.scope.redirected.get(name)
    frames = engine.scope.frames if redirected is None else (redirected,)
    for frame in frames:
        value = state.lookup(frame, name)
        if value is not None:
            return value
    if name in engine.deferred:
        value = engine.define(name, state)
        if value is not None:
            return value
    for package in engine.star_modules:
        path = canonical(f"{package}.{name}")
        if path in _STAR_IMPORTABLE or engine.libraries.consumer(path) or engine.libraries.objects(path):
            return Symbol(path)
    if name in _BUILTINS:
        return Symbol(f"builtins.{name}")
    return Opaque(engine.terms.make("name", name))


def dotted(node: cst.BaseExpression | cst.CSTNode | None) -> str:
    """Return the dotted spelling of a chain of names, empty if it is something else."""
    parts: list[str] = []
    while isinstance(node, cst.Attribute):
        parts.append(node.attr.value)
        node = node.value
    if not isinstance(node, cst.Name):
        return ""
    return ".".join([node.value, *reversed(parts)])


def run_import(engine: Engine, node: cst.Import, state: State) -> None:
    """Bind the names of an ``import`` statement."""
    for alias in node.names:
        path = dotted(alias.name)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            _bind(engine, alias.asname.name.value, Symbol(canonical(path)), state)
        else:
            root = path.partition(".")[0]
            _bind(engine, root, Symbol(root), state)


def run_import_from(engine: Engine, node: cst.ImportFrom, state: State) -> None:
    """Bind the names of a ``from … import`` statement; relative modules stay apart from all known ones."""
    package = "." * len(node.relative) + dotted(node.module)
    if isinstance(node.names, cst.ImportStar):
        engine.star_modules.append(package)
        return
    for alias in node.names:
        name = dotted(alias.name)
        bound = name
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            bound = alias.asname.name.value
        _bind(engine, bound, Symbol(canonical(f"{package}.{name}")), state)


def _bind(engine: Engine, name: str, value: Value, state: State) -> None:
    state.bind(engine.scope.redirected.get(name, engine.scope.frames[0]), name, value)
