"""Streams that are given to a Linen call where, or in a form in which, it does not take them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.events import Malformed
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance
from flake8_flax_rng.interpreter.domain.kinds import Malformation
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.interpreter.domain.values import Args, Bound, Class, Function, Key, Opaque, Ref, Value
from flake8_flax_rng.interpreter.python import classes
from flake8_flax_rng.interpreter.python.decorators import undecorated
from flake8_flax_rng.semantics.linen import MODE_FLAGS, STREAMS

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State


def are_streams(value: Value | None, state: State) -> bool:
    """Return whether a value is a key, or a dict of what can only be keys under names of streams."""
    if isinstance(value, Key):
        return True
    found = state.heap.get(value.address) if isinstance(value, Ref) else None
    if not isinstance(found, DictObject) or not found.entries or not found.complete:
        return False
    if not all(isinstance(name.value, str) and isinstance(item, (Key, Opaque)) for name, item in found.entries):
        return False
    return any(isinstance(item, Key) or name.value in STREAMS for name, item in found.entries)


def frozen(engine: Engine, value: Value | None, node: cst.BaseExpression | None, call: str, state: State) -> bool:
    """Return whether streams are a ``FrozenDict``, which ``init`` and ``apply`` refuse, and report it."""
    found = state.heap.get(value.address) if isinstance(value, Ref) else None
    if not (isinstance(found, DictObject) and found.frozen):
        return False
    _emit(engine, node, Malformation.FROZEN, call)
    return True


def misplaced(engine: Engine, function: Value, found: Instance, args: Args, call: str, state: State) -> bool:
    """Return whether a module's method is given streams where it takes none, and report it."""
    code = _code(function, found)
    if code is None or not args.complete():
        return False
    params = code.code.node.params
    positional = [*params.posonly_params, *params.params][1:]
    for index, value in enumerate(args.positional):
        if not are_streams(value, state):
            continue
        param = positional[index] if index < len(positional) else None
        if param is None and isinstance(params.star_arg, cst.Param):
            continue
        if param is None or _is_flag(param):
            name = param.name.value if param is not None else ""
            _emit(engine, args.nodes.get(index), Malformation.POSITIONAL, call, name)
            return True
    known = {param.name.value for param in (*positional, *params.kwonly_params)}
    for name, value in args.keywords.items():
        if name not in known and params.star_kwarg is None and are_streams(value, state):
            _emit(engine, args.nodes.get(name), Malformation.KEYWORD, call, name)
            return True
    return False


def unnamed(engine: Engine, args: Args, call: str, state: State) -> bool:
    """Return whether ``init`` gets its key under another name than ``rngs``, and report it."""
    if not args.complete() or args.get(0, "rngs") is not None:
        return False
    for name, value in args.keywords.items():
        if are_streams(value, state):
            _emit(engine, args.nodes.get(name), Malformation.KEYWORD, call, name)
            return True
    return False


def bound(engine: Engine, args: Args, call: str, state: State) -> Malformation | None:
    """Return how ``bind`` gets streams that it cannot take, None if it does not, and report it."""
    if isinstance(args.keywords.get("rngs"), Key):
        _emit(engine, args.nodes.get("rngs"), Malformation.BARE, call)
        return Malformation.BARE
    for index, value in enumerate(args.positional[1:], 1):
        if are_streams(value, state):
            _emit(engine, args.nodes.get(index), Malformation.BOUND, call)
            return Malformation.BOUND
    return None


def _emit(engine: Engine, node: cst.BaseExpression | None, what: Malformation, call: str, name: str = "") -> None:
    step = engine.context.stack[-1].site
    site = Site(node, step.chunk) if node is not None else step
    engine.emit(Malformed(site, what, call, step, engine.way(), name))


def _code(function: Value, found: Instance) -> Function | None:
    """Return the method that is run, if it is the file's own and is called as it is written."""
    if isinstance(function, Bound):
        method: Value | None = function.function
    else:
        method = classes.member(found.cls, "__call__") if isinstance(found.cls, Class) else None
    method = undecorated(method) if method is not None else None
    return method if isinstance(method, Function) else None


def _is_flag(param: cst.Param) -> bool:
    """Return whether a parameter is a flag, by its name, its annotation or its default."""
    annotation = param.annotation.annotation if param.annotation is not None else None
    for node in (annotation, param.default):
        if isinstance(node, cst.Name) and node.value in ("bool", "True", "False"):
            return True
    return param.name.value in MODE_FLAGS
