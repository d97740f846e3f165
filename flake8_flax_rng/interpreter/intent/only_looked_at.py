"""What a loop does on the same numbers in each pass, and throws away: an evaluation beside the training.

A loop that renews other keys, and in which nothing that comes of the kept key reaches the next pass, does so on
purpose: its results can be compared from pass to pass. This module reads syntax; what it cannot tell counts as carried.
"""

from __future__ import annotations

from collections.abc import Collection

import libcst as cst

from flake8_flax_rng.records import field, record
from flake8_flax_rng.syntax.cst_children import nodes_of
from flake8_flax_rng.syntax.mutators import FILLING


def is_rehearsal(loop: cst.CSTNode, call: cst.CSTNode, modules: Collection[str]) -> bool:
    """Return whether what a call in a loop returns is only looked at.

    Args:
        loop: a ``for`` or ``while`` statement.
        call: a call in its body.
        modules: the names of imported modules and functions, whose calls change no object of the program.

    Returns:
        whether neither its result nor what is computed from that is carried into the next pass, put into a container
        or given to an object, other than in passes that are picked by their number.
    """
    if not isinstance(loop, (cst.For, cst.While)):
        return False
    flow = _Flow(call, modules)
    flow.block(loop.body, picked=False)
    return flow.found and not flow.carried


@record(frozen=False)
class _Flow:
    """Follows the results of a call through one pass.

    Args:
        call: the call.
        modules: the names of imported modules and functions.
        tainted: the names that hold something that was computed from its result.
        read: the names that were read so far.
        found: whether the call was met.
        carried: whether its result reaches the next pass.
    """

    call: cst.CSTNode
    modules: Collection[str]
    tainted: set[str] = field(default_factory=set)
    read: set[str] = field(default_factory=set)
    found: bool = False
    carried: bool = False

    def block(self, body: cst.BaseSuite, picked: bool) -> None:
        for statement in body.body:
            if isinstance(statement, cst.SimpleStatementLine):
                for small in statement.body:
                    self._simple(small, picked)
            else:
                self._compound(statement, picked)

    def _compound(self, node: cst.CSTNode, picked: bool) -> None:
        if isinstance(node, cst.If):
            test = self._taints(node.test)
            self._read(node.test)
            if test:
                self.carried = self.carried or _binds(node)
            self.block(node.body, picked or _by_number(node.test))
            if isinstance(node.orelse, cst.Else):
                self.block(node.orelse.body, picked)
            elif node.orelse is not None:
                self._compound(node.orelse, picked)
        elif isinstance(node, cst.With):
            for item in node.items:
                self._expression(item.item)
            self.block(node.body, picked)
        elif isinstance(node, cst.For):
            if self._expression(node.iter):
                self.tainted |= _names(node.target)
            self.block(node.body, picked)
        elif self._taints(node):
            self.found, self.carried = True, True
        else:
            self._read(node)

    def _simple(self, node: cst.BaseSmallStatement, picked: bool) -> None:
        if isinstance(node, (cst.Assign, cst.AnnAssign)) and node.value is not None:
            targets = [target.target for target in node.targets] if isinstance(node, cst.Assign) else [node.target]
            if self._expression(node.value):
                for target in targets:
                    self._assign(target)
        elif isinstance(node, cst.Expr):
            if self._expression(node.value) and self._kept(node.value, picked):
                self.carried = True
        elif self._taints(node):
            self.found, self.carried = True, True
        else:
            self._read(node)

    def _assign(self, target: cst.BaseExpression) -> None:
        names = _names(target)
        stored = any(isinstance(inner, (cst.Attribute, cst.Subscript)) for inner in nodes_of(target))
        # A name that this pass has read before holds what the last pass has left in it.
        self.carried = self.carried or stored or bool(names & self.read)
        self.tainted |= names

    def _kept(self, node: cst.BaseExpression, picked: bool) -> bool:
        """Return whether a call whose result nobody takes may keep what it is given, as the first one itself may."""
        if not isinstance(node, cst.Call):
            return False
        if node is self.call:
            return True
        if isinstance(node.func, cst.Name):
            return False
        if isinstance(node.func, cst.Attribute) and node.func.attr.value in FILLING:
            return True
        root = node.func
        while isinstance(root, cst.Attribute):
            root = root.value
        return not picked and not (isinstance(root, cst.Name) and root.value in self.modules)

    def _expression(self, node: cst.CSTNode) -> bool:
        tainted = self._taints(node)
        self._read(node)
        return tainted

    def _taints(self, node: cst.CSTNode) -> bool:
        here = False
        for inner in nodes_of(node):
            if inner is self.call:
                self.found = here = True
            elif isinstance(inner, cst.Name) and inner.value in self.tainted:
                here = True
        return here

    def _read(self, node: cst.CSTNode) -> None:
        self.read |= _names(node)


def _by_number(test: cst.BaseExpression) -> bool:
    """Return whether a condition picks passes by their number: ``step % 100 == 0``."""
    return any(
        isinstance(inner, cst.BinaryOperation) and isinstance(inner.operator, cst.Modulo) for inner in nodes_of(test)
    )


def _binds(node: cst.CSTNode) -> bool:
    """Return whether a statement does more than to call something."""
    kinds = cst.Assign | cst.AnnAssign | cst.AugAssign | cst.Break | cst.Return | cst.NamedExpr
    return any(isinstance(inner, kinds) for inner in nodes_of(node))


def _names(node: cst.CSTNode) -> set[str]:
    return {inner.value for inner in nodes_of(node) if isinstance(inner, cst.Name)}
