"""Attributes that an object has from whoever made it: what stands there is no method of the object."""

from __future__ import annotations

from functools import lru_cache

import libcst as cst

from flake8_flax_rng.interpreter.domain.budget import TEXTS_REMEMBERED
from flake8_flax_rng.interpreter.domain.values import Class, Function
from flake8_flax_rng.interpreter.python import lineage


def is_given(owner: Class, name: str) -> bool:
    """Return whether a constructor of a class or of one of its bases sets an attribute to one of its parameters."""
    return any(isinstance(cls, Class) and name in _set_by(cls) for cls in lineage.ancestors(owner))


def _set_by(cls: Class) -> frozenset[str]:
    constructor = cls.members.get("__init__")
    return _given(constructor.code.node) if isinstance(constructor, Function) else frozenset()


@lru_cache(maxsize=TEXTS_REMEMBERED)
def _given(node: cst.FunctionDef | cst.Lambda) -> frozenset[str]:
    body = node.body.body if isinstance(node, cst.FunctionDef) else ()
    params = {param.name.value for param in (*node.params.params, *node.params.kwonly_params)}
    return frozenset(
        target.attr.value
        for line in body
        for small in (line.body if isinstance(line, cst.SimpleStatementLine) else ())
        if isinstance(small, (cst.Assign, cst.AnnAssign))
        if isinstance(small.value, cst.Name) and small.value.value in params
        for target in ([small.target] if isinstance(small, cst.AnnAssign) else [one.target for one in small.targets])
        if isinstance(target, cst.Attribute) and isinstance(target.value, cst.Name) and target.value.value == "self"
    )
