"""Functions that are given a key and draw from a constant one of their own."""

from __future__ import annotations

import ast
from collections.abc import Container
from functools import lru_cache
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.budget import IGNORED_TEXTS
from flake8_flax_rng.interpreter.domain.events import Misused
from flake8_flax_rng.interpreter.domain.kinds import Misuse
from flake8_flax_rng.interpreter.domain.values import Key, Keys
from flake8_flax_rng.interpreter.intent.evaluates_the_model import only_initialises, reads_a_parameter
from flake8_flax_rng.syntax.names_in_text import Function as Text
from flake8_flax_rng.syntax.names_in_text import definition, function_around, loaded, parameters

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.values import Function, Value

_TEST = "test"
"""How the names of functions begin that pytest calls: what it gives them may be there for others."""


def note_call(engine: Engine, function: Function, names: dict[str, Value]) -> None:
    """Note the keys that a function is given and never reads.

    A method may have to take a key because others of its kind read theirs.

    Args:
        engine: the analysis.
        function: the function.
        names: what its parameters are bound to.
    """
    code = function.code
    keyed = [name for name, value in names.items() if isinstance(value, (Key, Keys))]
    if (
        not keyed
        or not engine.context.stack
        or engine.context.muted
        or not isinstance(code.node, cst.FunctionDef)
        or _of_a_kind(engine, function)
    ):
        return
    text = definition(code.chunk, code.node)
    if text is not None:
        unread = [name for name in keyed if name in _unread(text)]
        if unread:
            engine.book.ignored[text] = unread[0], engine.context.stack[-1].site


def _of_a_kind(engine: Engine, function: Function) -> bool:
    """Return whether a method has a fellow in another class, which may be why it takes a key."""
    owner, name = function.owner, function.code.name
    if owner is None:
        return False
    index = engine.files.homes[function.code.chunk.file].index
    units = [unit.name for statement in index.by_statement for unit in statement] if index is not None else []
    return bool(owner.bases) or sum(unit.endswith(f".{name}") for unit in units) != 1


def check(engine: Engine, origin: int, site: Site, *, initialises: bool = False) -> None:
    """Note a draw from a constant key in a function that ignores the key that it is given.

    Args:
        engine: the analysis.
        origin: number of the call that made the key.
        site: the draw.
        initialises: whether it initialises a model, which a function may do with a key of its own.
    """
    line = list(engine.book.origins.line(origin))
    made = line[-1] if line else None
    if made is None or not made.constant or made.clock or engine.book.uses.shapes_only:
        return
    chunk, node = made.site.chunk, made.site.node
    text = function_around(chunk, chunk.position(node)[0]) if isinstance(node, cst.Call) else None
    if text is None or text.name.startswith(_TEST) or only_initialises(site.chunk.module, site.node):
        return
    near = (each.site.node for each in line[-2:] if each.site.chunk is chunk)  # the constant, and what is split from it
    overwritten = _overwritten(text, {chunk.position(each) for each in near})
    ignored = engine.book.ignored.get(text)
    name = overwritten or (ignored[0] if ignored is not None else None)
    if name is not None and (overwritten or not initialises) and not reads_a_parameter(node, text):
        given = ignored[1] if ignored is not None and not overwritten else None
        engine.emit(Misused(Misuse.IGNORED, made.site, name, "overwritten" if overwritten else "", other=given))


@lru_cache(maxsize=IGNORED_TEXTS)
def _unread(text: Text) -> frozenset[str]:
    """Return the parameters that a function never names, not even in ``del``."""
    return frozenset(name for name in parameters(text) if not loaded(text, name))


def _overwritten(text: Text, places: Container[tuple[int, int]]) -> str | None:
    """Return the parameter that the call at one of some places is bound to.

    One that is read before, or bound only now and then, is none.
    """
    for statement in text.body:
        if isinstance(statement, ast.Assign) and (statement.value.lineno, statement.value.col_offset) in places:
            target = statement.targets[0] if len(statement.targets) == 1 else None
            bound = target.elts if isinstance(target, (ast.Tuple, ast.List)) else [target]
            names = [node.id for node in bound if isinstance(node, ast.Name)]
            lost = (name for name in names if name in parameters(text) and not _read_by(text, name, statement.lineno))
            return next(lost, None)
    return None


def _read_by(text: Text, name: str, line: int) -> bool:
    return any(node.lineno <= line for node in loaded(text, name))
