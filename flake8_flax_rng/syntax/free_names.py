"""The names that a function reads of the scopes around it."""

from __future__ import annotations

from functools import lru_cache

import libcst as cst

from flake8_flax_rng.syntax.cst_children import children_of

SCOPES = (cst.FunctionDef, cst.ClassDef, cst.Lambda)
_BINDING = (cst.AssignTarget, cst.AnnAssign, cst.AugAssign, cst.For, cst.NamedExpr)


@lru_cache(maxsize=256)
def free_names(scope: cst.CSTNode) -> frozenset[str]:
    """Return the names that a function or class may read of the scopes around it.

    Args:
        scope: a ``def``, a ``lambda`` or a ``class``, of which all names count.
    """
    names = _Names()
    for part in children_of(scope):
        if part is not getattr(scope, "name", None):
            names.walk(part)
    own = frozenset() if isinstance(scope, cst.ClassDef) else names.bound - names.declared
    return frozenset(names.used - own)


@lru_cache(maxsize=256)
def declared_names(scope: cst.CSTNode) -> frozenset[str]:
    """Return the names that a scope binds for those around it."""
    names = _Names()
    names.walk(scope.body if isinstance(scope, cst.FunctionDef) else scope)
    return frozenset(names.declared)


class _Names:
    def __init__(self) -> None:
        self.used: set[str] = set()
        self.bound: set[str] = set()
        self.declared: set[str] = set()

    def walk(self, root: cst.CSTNode) -> None:
        """Go through what stands in the scope itself; what a comprehension binds counts as read from around."""
        waiting = [root]
        while waiting:
            node = waiting.pop()
            if isinstance(node, cst.Name):
                self.used.add(node.value)
            elif isinstance(node, SCOPES):
                self.used |= free_names(node)
                self.bound |= {node.name.value} if not isinstance(node, cst.Lambda) else set()
            elif isinstance(node, (cst.Attribute, cst.Arg)):
                waiting.append(node.value)
            elif isinstance(node, cst.Param):
                self.bound.add(node.name.value)
                waiting.extend([node.default] if node.default is not None else [])
            else:
                self._note(node)
                waiting.extend(children_of(node))

    def _note(self, node: cst.CSTNode) -> None:
        if isinstance(node, (cst.Global, cst.Nonlocal)):
            self.declared |= {item.name.value for item in node.names}
        elif isinstance(node, _BINDING):
            self._bind(node.target)

    def _bind(self, target: cst.CSTNode) -> None:
        if isinstance(target, cst.Name):
            self.bound.add(target.value)
        elif isinstance(target, (cst.Tuple, cst.List)):
            for element in target.elements:
                self._bind(element.value)
