"""The kinds of faults, by name."""

from __future__ import annotations

from collections.abc import Collection

from . import others, splits, states
from .mutation import InProgram, InScope, Mutation, mutation
from .program import Program
from .scope import scopes

_IN_SCOPE: dict[str, InScope] = {
    "sibling": splits.sibling,
    "parent": splits.parent,
    "stale": splits.stale,
    "deleted-split": splits.deleted_split,
    "kept-after-use": splits.kept_after_use,
    "constant-fold": others.constant_fold,
    "state-not-returned": states.state_not_returned,
}
_IN_PROGRAM: dict[str, InProgram] = {
    "rngs": others.rngs,
    "split-rngs": others.split_rngs,
    "dropped-not": others.dropped_not,
}
KINDS = (*_IN_SCOPE, *_IN_PROGRAM)


def mutations(text: str, kinds: Collection[str] = KINDS) -> list[Mutation]:
    """Return the faults that can be planted in a file, in the order of their places.

    Args:
        text: the file.
        kinds: the kinds that are asked for.

    Raises:
        SyntaxError: if it is no Python.
    """
    program = Program(text)
    found: set[Mutation] = set()
    for kind, find in _IN_PROGRAM.items():
        if kind in kinds:
            found |= {mutation(program, kind, node, edits) for node, edits in find(program)}
    for scope in scopes(program):
        for kind, look in _IN_SCOPE.items():
            if kind in kinds:
                found |= {mutation(program, kind, node, edits) for node, edits in look(scope)}
    return sorted(found)
