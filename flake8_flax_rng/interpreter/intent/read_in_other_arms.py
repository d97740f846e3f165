"""Values that are drawn before an ``if`` and read in some of its arms, while another arm uses the key in another way.

``noise = normal(key)`` above, ``x + noise`` in one arm, ``split(key)`` in another: whoever comes to the second use
never reads what the first one drew. This module reads syntax.
"""

from __future__ import annotations

import libcst as cst

from flake8_flax_rng.interpreter.intent.evaluates_the_model import occurrences
from flake8_flax_rng.interpreter.intent.exclusive_arms import fork_of
from flake8_flax_rng.syntax.cst_children import ancestors

_ARMED = (cst.If, cst.Else)


def is_read_in_other_arms(module: cst.CSTNode, scope: cst.BaseSuite, call: cst.CSTNode, other: cst.CSTNode) -> bool:
    """Return whether a value is only read in arms of an ``if`` that do not hold another call.

    Args:
        module: the text that all of it stands in.
        scope: the body of a function.
        call: the call that makes the value, which is bound to one name.
        other: the other call, in an arm.
    """
    bound = next((node for node in reversed(ancestors(module, call)) if isinstance(node, cst.Assign)), None)
    target = bound.targets[0].target if bound is not None and len(bound.targets) == 1 else None
    if bound is None or not isinstance(target, cst.Name):
        return False
    there = [*ancestors(module, other), other]
    reads = [node for node in occurrences(scope, target.value) if node is not target]
    return bool(reads) and all(_apart([*ancestors(module, read), read], there) for read in reads)


def _apart(read: list[cst.CSTNode], there: list[cst.CSTNode]) -> bool:
    """Return whether a name stands in another arm; where it is bound again, it is not known what is read."""
    again = any(isinstance(node, cst.AssignTarget | cst.AugAssign | cst.NamedExpr) for node in read)
    loops = any(isinstance(node, cst.For | cst.While) for node in read)
    return not again and not loops and (fork_of(read, there) is not None or _has_left(read, there))


def _has_left(read: list[cst.CSTNode], there: list[cst.CSTNode]) -> bool:
    """Return whether an arm returns or raises after the name is read, so that what stands below does not follow."""
    shared = sum(ours is theirs for ours, theirs in zip(read, there, strict=False))
    block = read[shared - 1] if shared else None
    if not isinstance(block, cst.IndentedBlock) or shared in (len(read), len(there)):
        return False
    order = [statement for statement in block.body if statement in (read[shared], there[shared])]
    arms = (arm for above, arm in zip(read[shared:], read[shared + 1 :], strict=False) if isinstance(above, _ARMED))
    return order[:1] == [read[shared]] and any(_leaves(arm) for arm in arms)


def _leaves(arm: cst.CSTNode) -> bool:
    last = arm.body[-1] if isinstance(arm, cst.IndentedBlock) and arm.body else None
    return isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return | cst.Raise)
