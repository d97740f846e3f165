"""One function, or the top level of a file: where its names are bound and read, and what comes after what."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .flow import Flow, Step
from .program import Function, Program, prefixes, spelled
from .roles import Role, role

_OWN_NAMES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True, eq=False)
class Use:
    """A place where a name is read.

    Args:
        step: the statement; the definition of an inner function for what it captures.
        node: the name, attribute or subscript.
        role: how a key is used up there; None if it is not.
    """

    step: Step
    node: ast.expr
    role: Role | None


class Scope:
    """A body of statements with names of its own.

    Args:
        program: the file.
        node: the function or module.
    """

    def __init__(self, program: Program, node: Function | ast.Module) -> None:
        self.program = program
        self.node = node
        self.flow = Flow(node.body)

    @cached_property
    def parameters(self) -> set[str]:
        """The names of the arguments."""
        return set(_parameters(self.node.args)) if isinstance(self.node, Function) else set()

    @cached_property
    def _reads(self) -> dict[str, list[Use]]:
        found: dict[str, list[Use]] = {}
        for step in self.flow.steps:
            for part in step.parts:
                for node in _read(part, frozenset()):
                    if text := spelled(node):
                        found.setdefault(text, []).append(Use(step, node, role(self.program, node)))
        return found

    @cached_property
    def _binders(self) -> dict[str, set[Step]]:
        found: dict[str, set[Step]] = {}
        for step in self.flow.steps:
            for part in step.parts:
                for text in bound(part):
                    found.setdefault(text, set()).add(step)
        return found

    @cached_property
    def shared(self) -> set[str]:
        """The names that functions declare ``global`` or ``nonlocal``: no statement here says when they change."""
        nodes = ast.walk(self.node)
        return {name for node in nodes if isinstance(node, ast.Global | ast.Nonlocal) for name in node.names}

    def reads(self, text: str) -> list[Use]:
        """Return where a key is read, by the text that it is known by."""
        return self._reads.get(text, [])

    def uses(self, text: str) -> list[Use]:
        """Return where a key is used up."""
        return [use for use in self.reads(text) if use.role is not None]

    def texts(self) -> list[str]:
        """Return all texts that are read."""
        return list(self._reads)

    def binders(self, text: str) -> set[Step]:
        """Return the steps after which a text stands for another key."""
        return {step for prefix in prefixes(text) for step in self._binders.get(prefix, ())}

    def live(self, made: Step, step: Step, text: str, *, deleted: bool = False) -> bool:
        """Return whether a step can see what a key was when another step was done.

        Args:
            made: that step.
            step: where the key is read.
            text: what the key is known by.
            deleted: whether the first step is one that binds nothing any more.
        """
        return self.flow.reaches(made, step, self.binders(text) - ({made} if deleted else set()))

    def always_after(self, made: Step, step: Step) -> bool:
        """Return whether no way leads to a step but through another."""
        return step is not made and not self.flow.reaches(self.flow.entry, step, {made})

    def meet(self, one: Use, other: Use, text: str, gone: Step | None = None) -> bool:
        """Return whether one run can come to two uses of a role, with the same key under a name.

        Args:
            one: a use; the same as the other for a use that a loop repeats.
            other: another one.
            text: what both know the key by.
            gone: a step that binds nothing any more.
        """
        if one.role is not other.role:
            return False
        together = one.step is other.step and one is not other and one.role is Role.DRAW
        if together and not exclusive(self.program, one.node, other.node):
            return True
        binders = self.binders(text) - {gone}
        return any(
            first.step not in binders and self.flow.reaches(first.step, second.step, binders)
            for first, second in ((one, other), (other, one))
        )


def scopes(program: Program) -> Iterator[Scope]:
    """Go through the top level and all functions of a file."""
    for node in ast.walk(program.tree):
        if isinstance(node, Function | ast.Module):
            yield Scope(program, node)


def exclusive(program: Program, one: ast.AST, other: ast.AST) -> bool:
    """Return whether two nodes stand in different branches of one condition."""
    ways = {above: below for below, above in zip([one, *program.around(one)], program.around(one), strict=False)}
    below = other
    for above in program.around(other):
        if above in ways:
            return _branch(above, ways[above]) != _branch(above, below)
        below = above
    return False


def _branch(node: ast.AST, below: ast.AST) -> str:
    """Return the branch that a part of a condition stands in; the same for all parts that may run together."""
    if isinstance(node, ast.IfExp):
        return "" if below is node.test else "body" if below is node.body else "orelse"
    if isinstance(node, ast.If):
        return "body" if below in node.body else "orelse" if below in node.orelse else ""
    return str(node.cases.index(below)) if isinstance(node, ast.Match) and isinstance(below, ast.match_case) else ""


def stored(node: ast.AST) -> Iterator[str]:
    """Return the text that a node by itself binds, if it does."""
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and not isinstance(node.ctx, ast.Load):
        yield spelled(node) or spelled(getattr(node, "value", node))
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, ast.MatchAs | ast.MatchStar | ast.ExceptHandler) and node.name:
        yield node.name


def bound(part: ast.AST) -> Iterator[str]:
    """Go through the texts that a part of a statement binds, without those of inner functions."""
    yield from stored(part)
    if not isinstance(part, (*_OWN_NAMES, *_COMPREHENSIONS, ast.ClassDef)):
        for child in ast.iter_child_nodes(part):
            yield from bound(child)


def _read(node: ast.AST, hidden: frozenset[str]) -> Iterator[ast.expr]:
    """Go through what is read, but for the names of inner functions."""
    if isinstance(node, _OWN_NAMES):
        hidden |= frozenset(_parameters(node.args))
        if not isinstance(node, ast.Lambda):
            hidden |= frozenset(name for statement in node.body for name in bound(statement))
    elif isinstance(node, _COMPREHENSIONS):
        hidden |= frozenset(name for generator in node.generators for name in bound(generator.target))
    if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) and isinstance(node.ctx, ast.Load):
        root: ast.AST = node
        while isinstance(root, ast.Attribute | ast.Subscript):
            root = root.value
        if isinstance(root, ast.Name) and root.id not in hidden:
            yield node
    for child in ast.iter_child_nodes(node):
        yield from _read(child, hidden)


def _parameters(arguments: ast.arguments) -> Iterator[str]:
    for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
        yield argument.arg
    for rest in (arguments.vararg, arguments.kwarg):
        if rest is not None:
            yield rest.arg
