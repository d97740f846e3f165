"""Tables of tests: a decorator runs its function once for each row, so that no two rows meet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from flake8_flax_rng.syntax.cst_children import ancestors, children_of

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.places import Site

_DISPLAYS = cst.List | cst.Tuple | cst.Set | cst.Dict
_SCOPES = cst.FunctionDef | cst.Lambda


class _Row(NamedTuple):
    """A row of a table.

    Args:
        table: the call or the assignment that the table is written in.
        node: the row.
        tests: the functions that are run for each row.
    """

    table: cst.CSTNode
    node: cst.CSTNode
    tests: frozenset[cst.FunctionDef]


class Tables:
    """The tables of one file whose rows are run one by one."""

    def __init__(self) -> None:
        self._written: dict[cst.CSTNode, cst.FunctionDef] = {}
        self._named: dict[str, set[cst.FunctionDef]] = {}

    def note(self, call: cst.Call, test: cst.FunctionDef) -> None:
        """Note a decorator that runs a function once for each row of a table, which it is given or has a name for."""
        self._written[call] = test
        for name in _names(call):
            self._named.setdefault(name, set()).add(test)

    def keep_apart(self, one: Site, other: Site) -> bool:
        """Return whether two places stand in rows that no test gets at once."""
        first, second = self._row(one), self._row(other)
        if first is None or second is None:
            return False
        if first.table is second.table:
            return first.node is not second.node
        return first.tests.isdisjoint(second.tests)

    def _row(self, site: Site) -> _Row | None:
        around = ancestors(site.chunk.module, site.node) if self._written else []
        for index, node in enumerate(around):
            tests = self._tests(node)
            row = _row_of(around[index:]) if tests else None
            if row is not None:
                return _Row(node, row, frozenset(tests))
            if isinstance(node, _SCOPES) and not _in_decorator(around[index:]):
                break
        return None

    def _tests(self, node: cst.CSTNode) -> set[cst.FunctionDef]:
        if node in self._written:
            return {self._written[node]}
        target = node.targets[0].target if isinstance(node, cst.Assign) and len(node.targets) == 1 else None
        return self._named.get(target.value, set()) if isinstance(target, cst.Name) else set()


def _row_of(around: list[cst.CSTNode]) -> cst.CSTNode | None:
    """Return the row in which the innermost place stands: an element, or an argument of a call that takes rows."""
    table = around[0]
    if isinstance(table, cst.Call) and all(isinstance(arg.value, (cst.Tuple, cst.Dict)) for arg in table.args):
        return around[1] if len(around) > 1 else None
    place = next((index for index, node in enumerate(around) if isinstance(node, _DISPLAYS)), len(around))
    return around[place + 1] if place + 1 < len(around) else None


def _in_decorator(around: list[cst.CSTNode]) -> bool:
    return len(around) > 1 and isinstance(around[1], cst.Decorator)


def _names(node: cst.CSTNode) -> Iterator[str]:
    pending: list[cst.CSTNode] = [node]
    while pending:
        part = pending.pop()
        if isinstance(part, cst.Name):
            yield part.value
        pending.extend([part.value] if isinstance(part, (cst.Attribute, cst.Arg)) else children_of(part))
