"""Which keys a function is certain to consume, as its text says: on every way through it, whatever it is called with.

It is asked of the methods that a call may lead to when the object is not known: what all of them do is certain. They
are not followed for it; only the statements count that every call comes by.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.context import Scope
from flake8_flax_rng.interpreter.domain.budget import DRAWING_DEPTH
from flake8_flax_rng.interpreter.domain.values import Class, Descriptor, Function, Symbol, Value
from flake8_flax_rng.interpreter.python import classes
from flake8_flax_rng.interpreter.python.decorators import undecorated
from flake8_flax_rng.interpreter.python.names import lookup
from flake8_flax_rng.records import record, replaced
from flake8_flax_rng.semantics.jax_random import SAMPLERS, SPLIT
from flake8_flax_rng.semantics.names import canonical
from flake8_flax_rng.syntax.walk import walk

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State

_DEFERRED = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.IfExp, ast.BoolOp)
_BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.Try, ast.Match)


class Certain(IntEnum):
    """Whether a function consumes a key."""

    NO = 0
    """That is not certain."""

    HANDED_ON = 1
    """It gives the key to the method of the same name of another object, or of its base."""

    YES = 2


@record()
class _Looked:
    """A function that is looked at.

    Args:
        function: the function.
        cls: the class of the object that it is a method of.
        depth: how many functions lead to it.
        names: the names that it binds itself, its parameters among them.
        receiver: the first of these, which is the object.
    """

    function: Function
    cls: Class | None
    depth: int = 0
    names: frozenset[str] = frozenset()
    receiver: str = ""


def consumes(engine: Engine, function: Function, cls: Class | None, place: int | str, state: State) -> Certain:
    """Return whether a function consumes the key that it is given.

    Args:
        engine: the analysis.
        function: the function or method.
        cls: the class of the object, if it is a method.
        place: which argument it is, by position behind the object, or by name.
        state: the path, on which names are looked up.
    """
    return _consumes(engine, _Looked(function, cls), place, state)


def _consumes(engine: Engine, looked: _Looked, place: int | str, state: State) -> Certain:
    node = _text(looked.function)
    name = _parameter(looked, place, node) if node is not None else None
    if node is None or name is None or looked.depth > DRAWING_DEPTH:
        return Certain.NO
    arguments = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
    receiver = arguments[0] if arguments and looked.cls is not None else ""
    looked = replaced(looked, names=_bound(node), receiver=receiver)
    with engine.within(replaced(engine.context, scope=Scope(looked.function.frames), chunk=looked.function.code.chunk)):
        return _block(engine, looked, node.body, name, state)


def _bound(node: ast.FunctionDef) -> frozenset[str]:
    """Return the names that a function binds."""
    stored = (n.id for n in walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
    return frozenset([*stored, *(n.arg for n in walk(node) if isinstance(n, ast.arg))])


def _text(function: Function) -> ast.FunctionDef | None:
    """Return the ``ast`` of a function."""
    body: Sequence[ast.stmt] = function.code.chunk.tree
    if function.owner is not None:
        name = function.owner.name
        body = next((node.body for node in body if isinstance(node, ast.ClassDef) and node.name == name), [])
    found = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == function.code.name]
    return found[0] if len(found) == 1 else None


def _parameter(looked: _Looked, place: int | str, node: ast.FunctionDef) -> str | None:
    names = [arg.arg for arg in (*node.args.posonlyargs, *node.args.args)]
    if isinstance(place, str):
        return place if place in [*names, *(arg.arg for arg in node.args.kwonlyargs)] else None
    static = any(isinstance(item, ast.Name) and item.id == "staticmethod" for item in node.decorator_list)
    names = names if looked.function.owner is None or static else names[1:]
    return names[place] if place < len(names) else None


def _block(engine: Engine, looked: _Looked, body: Sequence[ast.stmt], name: str, state: State) -> Certain:
    """Return what the statements do that every call comes by."""
    found = Certain.NO
    for statement in body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        found = max(found, _statement(engine, looked, statement, name, state))
        if found is Certain.YES or _leaves(statement) or _binds(statement, name):
            break
    return found


def _statement(engine: Engine, looked: _Looked, statement: ast.stmt, name: str, state: State) -> Certain:
    if isinstance(statement, ast.If) and statement.orelse:
        ways = [_block(engine, looked, block, name, state) for block in (statement.body, statement.orelse)]
        return min(ways)
    if isinstance(statement, ast.With):
        return _block(engine, looked, statement.body, name, state)
    if isinstance(statement, _BLOCKS):
        return Certain.NO
    found = Certain.NO
    for call in _calls(statement):
        places = _places(call, name)
        if len(places) == 1:
            found = max(found, _call(engine, looked, call, places[0], state))
    return found


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """Go through the calls of a statement that are made whenever it is executed."""
    deferred = {part for node in walk(statement) if isinstance(node, _DEFERRED) for part in walk(node)}
    return (node for node in walk(statement) if isinstance(node, ast.Call) and node not in deferred)


def _places(call: ast.Call, name: str) -> list[int | str]:
    """Return which arguments of a call are the key."""
    found: list[int | str] = []
    if any(isinstance(arg, ast.Starred) for arg in call.args):
        return found
    found += [index for index, arg in enumerate(call.args) if isinstance(arg, ast.Name) and arg.id == name]
    given = [keyword for keyword in call.keywords if isinstance(keyword.value, ast.Name) and keyword.value.id == name]
    return [*found, *(keyword.arg for keyword in given if keyword.arg)]


def _leaves(statement: ast.stmt) -> bool:
    """Return whether some call does not come by what stands behind a statement."""
    return any(isinstance(node, (ast.Return, ast.Raise, ast.Yield, ast.YieldFrom)) for node in walk(statement))


def _binds(statement: ast.stmt, name: str) -> bool:
    return any(isinstance(n, ast.Name) and n.id == name and isinstance(n.ctx, ast.Store) for n in walk(statement))


def _call(engine: Engine, looked: _Looked, call: ast.Call, place: int | str, state: State) -> Certain:
    callee = call.func
    if isinstance(callee, ast.Attribute) and _is(callee.value, looked.receiver):
        return _method(engine, looked, callee.attr, place, state)
    if isinstance(callee, ast.Attribute) and callee.attr == looked.function.code.name:
        of = callee.value
        part = isinstance(of, ast.Attribute) and _is(of.value, looked.receiver)
        above = isinstance(of, ast.Call) and _is(of.func, "super")
        if part or above:
            return Certain.HANDED_ON
    value = _named(engine, looked, callee, state)
    if isinstance(value, Function):
        return _consumes(engine, _Looked(value, None, looked.depth + 1), place, state)
    return Certain.YES if isinstance(value, Symbol) and _draws(engine, value.path, place) else Certain.NO


def _is(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _method(engine: Engine, looked: _Looked, name: str, place: int | str, state: State) -> Certain:
    """Return what another method of the object does."""
    assert looked.cls is not None
    member = classes.member(looked.cls, name)
    function = undecorated(member) if member is not None and not isinstance(member, Descriptor) else None
    if not isinstance(function, Function):
        return Certain.NO
    found = _consumes(engine, _Looked(function, looked.cls, looked.depth + 1), place, state)
    return Certain.YES if found is Certain.YES else Certain.NO


def _named(engine: Engine, looked: _Looked, node: ast.expr, state: State) -> Value | None:
    """Return what a dotted name stands for; None for any other expression."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    free = isinstance(node, ast.Name) and node.id not in looked.names
    value = lookup(engine, node.id, state) if isinstance(node, ast.Name) and free else None
    for part in reversed(parts):
        if not isinstance(value, Symbol):
            return None
        value = Symbol(canonical(f"{value.path}.{part}"), value.home)
        if engine.files.others is not None:
            value = engine.files.others.resolve(value, state)
    return undecorated(value) if value is not None else None


def _draws(engine: Engine, path: str, place: int | str) -> bool:
    if path == SPLIT:
        return place in (0, "key")
    sampler = SAMPLERS.get(path)
    if sampler is not None:
        return place in (sampler.key, sampler.name)
    known = engine.libraries.consumer(path)
    plain = known is not None and not (known.unless_given or known.unless_true or known.only_with)
    return known is not None and plain and place in (known.key, known.name)
