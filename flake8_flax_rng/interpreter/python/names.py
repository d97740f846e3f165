"""Names: from a spelling to a value, through scopes, imports and built-ins."""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import FALSE, NONE, TRUE, Opaque, Symbol, Value
from flake8_flax_rng.semantics.jax_random import CLONE, FOLD_IN, SAMPLERS, SEEDS, SPLIT
from flake8_flax_rng.semantics.libraries import trusted
from flake8_flax_rng.semantics.linen import LAYERS, MODULE
from flake8_flax_rng.semantics.names import canonical
from flake8_flax_rng.syntax.index import member

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State

_BUILTINS = {name: Symbol(f"builtins.{name}") for name in dir(builtins)}
_CONSTANTS = {"True": TRUE, "False": FALSE, "None": NONE}
_STAR_IMPORTABLE = frozenset({*SAMPLERS, *SEEDS, SPLIT, FOLD_IN, CLONE, *LAYERS, MODULE, "flax.linen.compact"})


def lookup(engine: Engine, name: str, state: State) -> Value:
    """Return what a name stands for at the place that is being followed."""
    scope = engine.context.scope
    redirected = scope.redirected.get(name) if scope.redirected else None
    frames = scope.frames if redirected is None else (redirected,)
    value = state.find(frames, name)
    if value is not None and not (type(value) is Symbol and value.home):
        return value  # what most names are
    constant = _CONSTANTS.get(name)
    if constant is not None:
        return constant
    others = engine.files.others
    if value is None and name in engine.home.deferred:
        value = engine.define(name, state)
    if value is None and others is not None:
        value = others.lookup(frames, name, state)
    if type(value) is Symbol and value.home and others is not None:
        value = others.resolve(value, state)
    if value is not None:
        return value
    for package in engine.home.stars:
        path = canonical(member(package.path, name))
        if path in _STAR_IMPORTABLE or engine.libraries.consumer(path) or engine.libraries.objects(path):
            return Symbol(path)
        found = engine.files.others.starred(package, name, state) if engine.files.others is not None else None
        if found is not None:
            return found
    builtin = _BUILTINS.get(name)
    if builtin is not None:
        return builtin
    return Opaque(engine.terms.make(Kind.NAME, name))


def dotted(node: cst.BaseExpression | cst.CSTNode | None) -> str:
    """Return the dotted spelling of a chain of names, empty if it is something else."""
    parts: list[str] = []
    while type(node) is cst.Attribute:
        parts.append(node.attr.value)
        node = node.value
    if type(node) is not cst.Name:
        return ""
    return ".".join([node.value, *reversed(parts)])


def run_import(engine: Engine, node: cst.Import, state: State) -> None:
    """Bind the names of an ``import`` statement."""
    for alias in node.names:
        path = dotted(alias.name)
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            _bind(engine, alias.asname.name.value, _symbol(engine, path), state)
        else:
            root = path.partition(".")[0]
            _bind(engine, root, _symbol(engine, root), state)


def run_import_from(engine: Engine, node: cst.ImportFrom, state: State) -> None:
    """Bind the names of a ``from … import`` statement; relative modules stay apart from all known ones."""
    package = "." * len(node.relative) + dotted(node.module)
    if isinstance(node.names, cst.ImportStar):
        engine.home.stars.append(_symbol(engine, package))
        return
    for alias in node.names:
        name = dotted(alias.name)
        bound = name
        if alias.asname is not None and isinstance(alias.asname.name, cst.Name):
            bound = alias.asname.name.value
        _bind(engine, bound, _symbol(engine, member(package, name)), state)


def _symbol(engine: Engine, path: str) -> Symbol:
    """Return what an imported path stands for; one that no library owns may be found in the project."""
    path = canonical(path)
    if engine.files.others is None or engine.context.chunk is None or (path[0] != "." and trusted(path)):
        return Symbol(path)
    return Symbol(path, engine.context.chunk.file or engine.files.others.home)


def _bind(engine: Engine, name: str, value: Value, state: State) -> None:
    state.bind(engine.context.scope.frame_of(name), name, value)
