"""Whether what two calls have made ever meets: in one expression, one call, one result, or one object.

Two runs that start from one seed, one after the other, make equal numbers, and that is what a fixed seed is for.
Numbers that meet are another thing. The text of the function in which the ways to the two calls part is read from the
top to the bottom: what a name holds of either is forgotten when the name is bound again.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from flake8_flax_rng.syntax.walk import statements, walk

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.places import Site

Sides = frozenset[int]
_NONE: Sides = frozenset()
_BOTH: Sides = frozenset({0, 1})
_LOOKS = frozenset({"print", "len", "repr", "str", "type", "isinstance", "id", "hash"})
_OF_NO_NUMBERS = frozenset({"shape", "dtype", "ndim", "size", "sharding"})
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
_SCOPES = (*_FUNCTIONS, ast.ClassDef, ast.Lambda)


def may_meet(text: Sequence[ast.stmt], first: Site, second: Site) -> bool:
    """Return whether what two calls have made meets; of places that cannot be found in the text it may.

    Args:
        text: the statements of the file.
        first: one call.
        second: the other one.
    """
    if first.chunk.file or second.chunk.file or first.node is second.node:
        return True
    places = [site.chunk.position(site.node) for site in (first, second)]
    function = function_around(text, [line for line, _ in places])
    body = text if function is None else function.body
    sides = sides_of(body, places)
    if sides is None:
        return True
    flow = Flow(body, function, sides, imported(text))
    flow.follow()
    return flow.met


def function_around(text: Sequence[ast.stmt], lines: Sequence[int]) -> ast.FunctionDef | ast.AsyncFunctionDef | None:
    """Return the innermost function that holds some lines."""
    found = None
    for statement in text:
        if all(statement.lineno <= line <= (statement.end_lineno or 0) for line in lines):
            for node in _functions_in(statement):
                if all(node.body[0].lineno <= line <= (node.end_lineno or 0) for line in lines):
                    found = node
    return found


@lru_cache(maxsize=4)
def _functions_in(statement: ast.stmt) -> tuple[ast.FunctionDef | ast.AsyncFunctionDef, ...]:
    """Return a function and those within it: they are asked for with each pair of calls."""
    return tuple(node for node in walk(statement) if isinstance(node, _FUNCTIONS))


def sides_of(body: Sequence[ast.stmt], places: Sequence[tuple[int, int]]) -> dict[int, int] | None:
    """Return which of some calls a node is, by its identity; None where one of them is not found.

    Args:
        body: the statements that they stand in.
        places: where the calls begin.
    """
    found: dict[int, int] = {}
    for statement in body:
        for node in walk(statement):
            if isinstance(node, ast.Call) and (place := (node.lineno, node.col_offset)) in places:
                found[id(node)] = places.index(place)
    return found if len(set(found.values())) == len(places) else None


def seeds_again(text: Sequence[ast.stmt], first: Site, second: Site) -> bool:
    """Return whether a name that holds the key of one call is bound to that of the other: the program starts anew.

    Args:
        text: the statements of the file.
        first: the call that makes the key.
        second: the call that makes it again.
    """
    if first.chunk.file or second.chunk.file:
        return False
    lines = [site.chunk.position(site.node)[0] for site in (first, second)]
    function = function_around(text, lines)
    found = [_name_bound_on(text if function is None else function.body, line) for line in lines]
    return lines[0] != lines[1] and found[0] is not None and found[0] == found[1]


def _name_bound_on(body: Sequence[ast.stmt], line: int) -> str | None:
    for statement in body:
        if statement.lineno == line and isinstance(statement, ast.Assign):
            (target, *more) = statement.targets
            return target.id if isinstance(target, ast.Name) and not more else None
    return None


class Flow:
    """What the names of one function hold of the two.

    Args:
        body: its statements.
        function: the function, None for the body of the file.
        sides: by the identity of a call, which of the two it is.
        modules: the names that the file imports, which hold no numbers.
    """

    def __init__(
        self,
        body: Sequence[ast.stmt],
        function: ast.FunctionDef | ast.AsyncFunctionDef | None,
        sides: dict[int, int],
        modules: frozenset[str],
    ) -> None:
        self.met = False
        self._body = body
        self._whole = function is None
        self._sides = sides
        self._names: dict[str, Sides] = {}
        self._left: set[int] = set()
        self._later = False
        self._outside = _outer_names(function) if function is not None else set()
        self._modules = modules
        self._readers = {node.name: _loads(node) for node in body if isinstance(node, _FUNCTIONS)}

    def follow(self) -> None:
        """Read the text."""
        self._block(self._body, _NONE)
        if self._whole:
            # What nobody reads here is there for whoever imports the file.
            read = {name for statement in self._body for name in _loads(statement)}
            for name in self._names.keys() - read:
                self._left |= self._names[name]
        self.met = self.met or self._left >= _BOTH

    # -- what a further reading of the text may want to know -----------------------------------------

    def _leave(self, sides: Sides) -> None:
        """Note what leaves the function: it is returned, or put into what others hold."""
        self._left |= sides

    def _done_for_its_effect(self, call: ast.Call, sides: Sides) -> None:
        """Note a call of which nobody takes the result."""

    def _tested(self, test: ast.expr, under: Sides) -> Sides:
        """Return what a condition holds of the two."""
        return self._value(test, under)

    def _kept(self, own: Sides, sides: Sides) -> Sides:
        """Return what an object may keep of a call of its method: all that it makes, and all that it is given.

        Args:
            own: the side that the call is, if it is one of the two.
            sides: what its arguments and its result hold.
        """
        return sides

    def _begin_pass(self, later: bool) -> None:
        """Note that a loop begins its first pass, or a later one."""

    def _end_loop(self) -> None:
        """Note that a loop has ended."""

    # -- statements ------------------------------------------------------------------------------------

    def _meeting(self, *parts: Sides) -> Sides:
        together = _NONE.union(*parts)
        self.met = self.met or together == _BOTH
        return together

    def _block(self, statements: Sequence[ast.stmt], under: Sides) -> None:
        for statement in statements:
            self._statement(statement, under)

    def _statement(self, statement: ast.stmt, under: Sides) -> None:
        match statement:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                self._bind_name(statement.name, self._closure(statement) | under)
            case ast.Return():
                self._leave(self._value(statement.value, under))
            case ast.Assign():
                self._assign(statement, under)
            case ast.AugAssign():
                self._bind(statement.target, self._meeting(self._value(statement.value, under), self._held(statement)))
            case ast.AnnAssign():
                self._bind(statement.target, self._value(statement.value, under))
            case ast.Expr(value=ast.Call() as call):
                self._done_for_its_effect(call, self._value(call, under))
            case _:
                self._compound(statement, under)

    def _compound(self, statement: ast.stmt, under: Sides) -> None:
        match statement:
            case ast.For() | ast.AsyncFor():
                for _ in self._passes():
                    self._bind(statement.target, self._value(statement.iter, under))
                    self._branches([[*statement.body, *statement.orelse], []], under)
            case ast.While():
                for _ in self._passes():
                    test = self._tested(statement.test, under) | under
                    self._branches([statement.body, statement.orelse], test)
            case ast.If():
                self._branches([statement.body, statement.orelse], self._tested(statement.test, under) | under)
            case ast.With() | ast.AsyncWith():
                for item in statement.items:
                    self._bind(item.optional_vars, self._value(item.context_expr, under))
                self._block(statement.body, under)
            case ast.Try() | ast.TryStar():
                handlers = [handler.body for handler in statement.handlers]
                self._branches([[*statement.body, *statement.orelse], *handlers], under)
                self._block(statement.finalbody, under)
            case _:
                for part in _expressions(statement):
                    self._value(part, under)

    def _passes(self) -> Iterator[None]:
        """Go through the passes of a loop that are read: two, and one in the second pass of a loop around it.

        Loops within loops would else be read twice as often at each level.
        """
        around = self._later
        for later in (False,) if around else (False, True):
            self._begin_pass(later)
            self._later = around or later
            yield
        self._later = around
        self._end_loop()

    def _held(self, statement: ast.AugAssign) -> Sides:
        target = statement.target
        return self._names.get(target.id, _NONE) if isinstance(target, ast.Name) else self._value(target, _NONE)

    def _branches(self, bodies: Sequence[Sequence[ast.stmt]], under: Sides) -> None:
        before, after = dict(self._names), dict[str, Sides]()
        for body in bodies:
            self._names = dict(before)
            self._block(body, under)
            for name, sides in self._names.items():
                after[name] = after.get(name, _NONE) | sides
        self._names = after

    def _assign(self, statement: ast.Assign, under: Sides) -> None:
        value = statement.value
        for target in statement.targets:
            both = isinstance(target, (ast.Tuple, ast.List)) and isinstance(value, (ast.Tuple, ast.List))
            if both and len(target.elts) == len(value.elts):  # type: ignore[attr-defined]
                found = [self._value(part, under) for part in value.elts]  # type: ignore[attr-defined]
                for part, sides in zip(target.elts, found, strict=True):  # type: ignore[attr-defined]
                    self._bind(part, sides)
            else:
                self._bind(target, self._value(value, under))

    def _bind(self, target: ast.expr | None, sides: Sides) -> None:
        match target:
            case None:
                pass
            case ast.Tuple() | ast.List():
                for part in target.elts:
                    self._bind(part, sides)
            case ast.Starred():
                self._bind(target.value, sides)
            case ast.Name():
                self._bind_name(target.id, sides)
            case _:
                self._put_into(_root(target), sides)

    def _bind_name(self, name: str, sides: Sides) -> None:
        self._names[name] = sides
        if name in self._outside:
            self._leave(sides)

    def _put_into(self, name: str | None, sides: Sides) -> None:
        """Note that something was put into the object that a name holds."""
        if name is None or name in self._outside or name == "super":
            self._leave(sides)
        if name is not None:
            self._names[name] = self._meeting(self._names.get(name, _NONE), sides)

    def _closure(self, scope: ast.AST) -> Sides:
        own = {self._sides[id(node)] for node in walk(scope) if id(node) in self._sides}
        return self._meeting(_NONE.union(*(self._names.get(name, _NONE) for name in _loads(scope))), frozenset(own))

    def _value(self, node: ast.expr | None, under: Sides) -> Sides:
        """Return what an expression holds of the two, and note where they meet in it."""
        if node is None or isinstance(node, ast.Constant):
            return _NONE
        if isinstance(node, ast.Lambda):
            return self._closure(node)
        if isinstance(node, ast.Name):
            read = [self._names.get(name, _NONE) for name in self._readers.get(node.id, ())]
            return self._names.get(node.id, _NONE).union(*read)
        if isinstance(node, ast.Attribute):
            value = self._value(node.value, under)
            return _NONE if node.attr in _OF_NO_NUMBERS else value
        if isinstance(node, ast.Call):
            return self._call(node, under)
        if isinstance(node, ast.NamedExpr):
            value = self._value(node.value, under)
            self._bind(node.target, value)
            return value
        if isinstance(node, (ast.Yield, ast.YieldFrom)):
            self._leave(self._value(node.value, under))
            return _NONE
        return self._parts(node, under)

    def _parts(self, node: ast.expr, under: Sides) -> Sides:
        for generator in getattr(node, "generators", ()):
            self._bind(generator.target, self._value(generator.iter, under))
        parts = [self._value(part, under) for part in _expressions(node)]
        if isinstance(node, (ast.JoinedStr, ast.FormattedValue)):
            return _NONE
        display = isinstance(node, (ast.Tuple, ast.List, ast.Dict, ast.Set, ast.Starred))
        return _NONE.union(*parts) if display else self._meeting(*parts)

    def _call(self, node: ast.Call, under: Sides) -> Sides:
        own = frozenset({self._sides[id(node)]} if id(node) in self._sides else ())
        self._meeting(own, under)
        given = [self._value(part, under) for part in (*node.args, *(keyword.value for keyword in node.keywords))]
        if isinstance(node.func, ast.Name) and node.func.id in _LOOKS:
            return own
        sides = self._meeting(own, self._value(node.func, under), *given)
        name = _root(node.func) if isinstance(node.func, ast.Attribute) else None
        kept = self._kept(own, sides)
        if kept and name is not None and name not in self._modules:
            self._put_into(name, kept)
        return sides


def imported(text: Sequence[ast.stmt]) -> frozenset[str]:
    """Return the names that a file imports, without what follows a dot."""
    return frozenset(
        (alias.asname or alias.name).partition(".")[0]
        for statement in statements(text)
        if isinstance(statement, (ast.Import, ast.ImportFrom))
        for alias in statement.names
    )


def _expressions(node: ast.AST) -> list[ast.expr]:
    found = [part for part in ast.iter_child_nodes(node) if isinstance(part, ast.expr)]
    inner = [part for generator in getattr(node, "generators", ()) for part in generator.ifs]
    return [*found, *inner]


def _loads(node: ast.AST) -> frozenset[str]:
    names = (part for part in walk(node) if isinstance(part, ast.Name))
    return frozenset(part.id for part in names if isinstance(part.ctx, ast.Load))


def _outer_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Return the names of what is not of the function alone: its parameters, and what it declares as outer."""
    found = {node.arg for node in walk(function.args) if isinstance(node, ast.arg)}
    for node in walk(function):
        if isinstance(node, (ast.Global, ast.Nonlocal)):
            found |= set(node.names)
    return found


def _root(node: ast.expr) -> str | None:
    while isinstance(node, (ast.Attribute, ast.Subscript, ast.Call, ast.Starred)):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else None
