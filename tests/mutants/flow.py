"""Which statements of a function can follow which."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(eq=False)
class Step:
    """A statement, or the part of one that is evaluated at once.

    Args:
        node: the statement.
        parts: what is evaluated.
        after: what may come next.
    """

    node: ast.AST | None
    parts: Sequence[ast.AST] = ()
    after: list[Step] = field(default_factory=list)


@dataclass
class _Round:
    head: Step
    left: list[Step] = field(default_factory=list)


class Flow:
    """The steps of a body, and their order.

    An exception leads from before its ``try`` to a handler, so that the two are taken for exclusive.

    Args:
        body: the statements.

    Attributes:
        entry: what comes before all of them.
        steps: all others, in the order of the text.
    """

    def __init__(self, body: Sequence[ast.stmt]) -> None:
        self.entry = Step(None)
        self.steps: list[Step] = []
        self._rounds: list[_Round] = []
        self._block(body, [self.entry])

    def reaches(self, start: Step, end: Step, without: Container[Step] = ()) -> bool:
        """Return whether a step can come after another.

        Args:
            start: the first one.
            end: the later one; the same one is reached in the next pass of a loop.
            without: steps that may not come between.
        """
        seen: set[Step] = set()
        waiting = list(start.after)
        while waiting:
            step = waiting.pop()
            if step is end:
                return True
            if step not in seen and step not in without:
                waiting += step.after
            seen.add(step)
        return False

    def _step(self, node: ast.AST, parts: Iterable[ast.AST | None], ends: Iterable[Step]) -> Step:
        step = Step(node, [part for part in parts if part is not None])
        for end in ends:
            end.after.append(step)
        self.steps.append(step)
        return step

    def _block(self, body: Sequence[ast.stmt], ends: list[Step]) -> list[Step]:
        for statement in body:
            ends = self._statement(statement, ends)
        return ends

    def _statement(self, node: ast.stmt, ends: list[Step]) -> list[Step]:
        if isinstance(node, ast.If):
            test = self._step(node, [node.test], ends)
            return self._block(node.body, [test]) + self._block(node.orelse, [test])
        if isinstance(node, ast.For | ast.AsyncFor):
            return self._loop(node, self._step(node, [node.target], [self._step(node, [node.iter], ends)]))
        if isinstance(node, ast.While):
            return self._loop(node, self._step(node, [node.test], ends))
        if isinstance(node, ast.With | ast.AsyncWith):
            return self._block(node.body, [self._step(node, node.items, ends)])
        if isinstance(node, ast.Try | ast.TryStar):
            return self._try(node, ends)
        if isinstance(node, ast.Match):
            return self._match(node, ends)
        return self._simple(node, ends)

    def _simple(self, node: ast.stmt, ends: list[Step]) -> list[Step]:
        step = self._step(node, [node], ends)
        if isinstance(node, ast.Break) and self._rounds:
            self._rounds[-1].left.append(step)
        if isinstance(node, ast.Continue) and self._rounds:
            step.after.append(self._rounds[-1].head)
        return [] if isinstance(node, ast.Return | ast.Raise | ast.Break | ast.Continue) else [step]

    def _loop(self, node: ast.For | ast.AsyncFor | ast.While, head: Step) -> list[Step]:
        self._rounds.append(_Round(head))
        for end in self._block(node.body, [head]):
            end.after.append(head)
        left = self._rounds.pop().left
        return self._block(node.orelse, [head]) + left

    def _try(self, node: ast.Try | ast.TryStar, ends: list[Step]) -> list[Step]:
        found = self._block(node.orelse, self._block(node.body, ends))
        for handler in node.handlers:
            found += self._block(handler.body, [self._step(handler, [handler.type], ends)])
        return self._block(node.finalbody, found)

    def _match(self, node: ast.Match, ends: list[Step]) -> list[Step]:
        subject = self._step(node, [node.subject], ends)
        found = [subject]
        for case in node.cases:
            found += self._block(case.body, [self._step(case, [case.pattern, case.guard], [subject])])
        return found
