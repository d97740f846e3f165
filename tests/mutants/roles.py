"""What a call does with a key that it is given, as far as its syntax tells."""

from __future__ import annotations

import ast
import builtins
from enum import Enum

from .program import Program


class Role(Enum):
    """How a key is used up.

    Flax folds what it is given, so that its numbers meet neither those of a sampler nor the children of a split:
    only two uses of one role repeat each other.
    """

    DRAW = "draw"
    INIT = "init"
    RNGS = "rngs"


_INITIALISE = ("init", "init_with_output", "lazy_init")
_NEUTRAL = frozenset(
    {"fold_in", "key_data", "wrap_key_data", "clone", "key_impl"}
    | {"eval_shape", "device_put", "device_get", "block_until_ready"}
)
_NEUTRAL_PACKAGES = ("jax.numpy", "jax.debug", "jax.tree", "jax.tree_util", "numpy", "logging", "absl")
_KEEP = ("replace", "_replace", "append", "create")


def role(program: Program, node: ast.AST) -> Role | None:
    """Return how a key is used where it stands; None where it is kept, looked at, returned or folded."""
    stream = False
    above = program.parents[node]
    while isinstance(above, ast.Starred | ast.Dict | ast.Tuple | ast.List | ast.keyword | ast.IfExp):
        if isinstance(above, ast.IfExp) and node is above.test:
            return None
        stream |= isinstance(above, ast.keyword) and above.arg == "rngs"
        node, above = above, program.parents[above]
    if not isinstance(above, ast.Call) or node is above.func or not _uses(program, above):
        return None
    if any(isinstance(part, ast.Attribute) and part.attr in _INITIALISE for part in ast.walk(above.func)):
        return None if node in above.args[1:] else Role.INIT
    return Role.RNGS if stream or program.path(above.func).endswith("nnx.Rngs") else Role.DRAW


def kept(program: Program, node: ast.AST) -> bool:
    """Return whether a key is returned, or kept in an attribute, where it stands."""
    above = program.parents[node]
    while isinstance(above, ast.Starred | ast.Dict | ast.Tuple | ast.List | ast.keyword | ast.Call):
        if isinstance(above, ast.Call) and (node is above.func or not _keeps(above)):
            return False
        node, above = above, program.parents[above]
    if isinstance(above, ast.Assign):
        return any(isinstance(target, ast.Attribute) for target in above.targets)
    return isinstance(above, ast.Return)


def last_name(call: ast.Call) -> str:
    """Return the name of what is called, without what stands before the dot."""
    if isinstance(call.func, ast.Attribute):
        return call.func.attr
    return call.func.id if isinstance(call.func, ast.Name) else ""


def _keeps(call: ast.Call) -> bool:
    name = last_name(call)
    return name in _KEEP or name[:1].isupper()


def _uses(program: Program, call: ast.Call) -> bool:
    path = program.path(call.func)
    if not path:
        return not _keeps(call) and not (isinstance(call.func, ast.Name) and hasattr(builtins, call.func.id))
    if path.startswith("equinox."):
        return True
    package, _, name = path.rpartition(".")
    if package == "jax" or package.startswith("jax."):
        return name not in _NEUTRAL and not package.startswith(_NEUTRAL_PACKAGES)
    return path.endswith("nnx.Rngs") or not (_keeps(call) or path.startswith(_NEUTRAL_PACKAGES))
