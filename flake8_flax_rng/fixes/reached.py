"""How often a call is reached after a statement: which loops repeat it, and where the function around it is applied."""

from __future__ import annotations

import ast
from collections.abc import Sequence

import libcst as cst

from flake8_flax_rng.fixes.edits import NoFix
from flake8_flax_rng.fixes.elsewhere import node_at, only_read, parents_in
from flake8_flax_rng.fixes.names import spells
from flake8_flax_rng.fixes.statements import way_to
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.syntax.names_in_text import functions_around
from flake8_flax_rng.syntax.walk import walk

Function = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda

_WRAPPERS = ("jax.grad", "jax.value_and_grad", "jax.checkpoint", "jax.remat")
"""What makes of a function another one that runs it once in each call."""

_CALLERS = ("jax.vjp", "jax.jvp", "jax.linearize")
"""What runs the function that it is given, once."""

_BUILDERS = ("jax.random.key", "jax.random.PRNGKey")
"""What builds a key from a seed."""

_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def loops_after(start: Site, call: Site) -> list[Site]:
    """Return the loops that repeat a call after a statement, the innermost first; without any it is reached once.

    Args:
        start: the statement, or a function: then the loops that repeat the call in one run of that.
        call: the call.

    Raises:
        NoFix: if a way to the call does not lead past the statement, or the text does not show how often one does.
    """
    if start.chunk.file or call.chunk.file:
        raise NoFix("it stands in another file")
    kind = ast.FunctionDef if isinstance(start.node, cst.FunctionDef) else ast.stmt
    loops = _Climb(call, node_at(start, kind)).loops()
    return [_loop_around(call, loop) for loop in loops]


def refuse_same_in_each_call(place: Site) -> None:
    """Refuse a key that is the same in each call of a function around it, unless that is called once.

    A function that builds keys itself starts each call from the same one.

    Args:
        place: where the key is made or used.
    """
    around = functions_around(place.chunk, place.chunk.position(place.node)[0])
    calls = [node for function in around[:1] for node in walk(function) if isinstance(node, ast.Call)]
    if not any(spells(place, ast.unparse(call.func), path) for call in calls for path in _BUILDERS):
        return
    if _Climb(place, None).loops():
        raise NoFix("the key would be the same in each call of the function around it")


class _Climb:
    """The way from a call up to the block of a statement; from a function it goes on where that is applied.

    Args:
        call: the call.
        start: the statement, or the function; None for the file.
    """

    def __init__(self, call: Site, start: ast.AST | None) -> None:
        self._call = call
        self._start = start
        self._parents = parents_in(call.chunk)
        self._loops: list[ast.For] = []

    def loops(self) -> list[ast.For]:
        """Return the loops on the way, the innermost first."""
        node = node_at(self._call, ast.expr)
        while True:
            parent = self._parents.get(node)
            block = _block(parent, node) if parent is not None else self._call.chunk.around
            if self._start is not None and self._start in block:
                if block.index(self._start) >= block.index(node):
                    raise NoFix("it does not come after the key")
                return self._loops
            if parent is None and self._start is None:
                return self._loops
            if parent is None:
                raise NoFix("not every way to it leads past the key")
            if parent is self._start:
                return self._loops
            node = self._outwards(parent, node)

    def _outwards(self, parent: ast.AST, node: ast.AST) -> ast.AST:
        """Return from where the way goes on: the parent, or where a function is applied."""
        if isinstance(parent, Function):
            if node is not parent.body and node not in _block(parent, node):
                raise NoFix("it stands in the head of a function")
            return self._applied(parent)
        if isinstance(parent, ast.For) and node in parent.body:
            self._loops.append(parent)
        elif isinstance(parent, (ast.While, ast.AsyncFor, ast.ClassDef, _Comprehension)):
            raise NoFix("how often it is reached is not known")
        return parent

    def _applied(self, function: Function) -> ast.AST:
        """Return the one call that runs a function."""
        expression: ast.AST = function
        if not isinstance(function, ast.Lambda):
            if function.decorator_list or isinstance(function, ast.AsyncFunctionDef):
                raise NoFix("the function around it is decorated")
            expression = only_read(function.name, function, self._call.chunk)
        while True:
            parent = self._parents.get(expression)
            if isinstance(parent, ast.Call) and (parent.func is expression or self._runs(parent, expression)):
                return parent
            if isinstance(parent, ast.Call) and self._wraps(parent, expression):
                expression = parent
            elif isinstance(parent, ast.Assign) and isinstance(parent.targets[0], ast.Name):
                expression = only_read(parent.targets[0].id, parent, self._call.chunk)
            else:
                raise NoFix("the function around it may be called several times")

    def _runs(self, call: ast.Call, function: ast.AST) -> bool:
        return call.args[:1] == [function] and self._is(call, _CALLERS)

    def _wraps(self, call: ast.Call, function: ast.AST) -> bool:
        return call.args[:1] == [function] and self._is(call, _WRAPPERS)

    def _is(self, call: ast.Call, paths: Sequence[str]) -> bool:
        text = ast.unparse(call.func)
        return any(spells(self._call, text, path) for path in paths)


def _block(parent: ast.AST, node: ast.AST) -> Sequence[ast.AST]:
    """Return the statements of a node among which another one stands."""
    blocks = (getattr(parent, name, None) for name in ("body", "orelse", "finalbody", "handlers", "cases"))
    return next((block for block in blocks if isinstance(block, list) and node in block), [])


def _loop_around(call: Site, loop: ast.For) -> Site:
    for node in way_to(call):
        if isinstance(node, cst.For) and call.chunk.position(node) == (loop.lineno, loop.col_offset):
            return Site(node, call.chunk)
    raise NoFix("the function around it stands outside of the loop that calls it")
