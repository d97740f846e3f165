"""The splits of a scope, and faults that they can have."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from .edits import Drop, Edit, Hoist, Put
from .flow import Step
from .mutation import Found
from .program import Loop, prefixes, spelled
from .roles import Role, kept, last_name
from .scope import Scope, Use, stored

_SPLIT = "jax.random.split"


@dataclass(frozen=True, eq=False)
class Split:
    """A statement that splits a key into several with names of their own.

    Args:
        step: its step.
        statement: the statement.
        call: the call of ``split``.
        parent: the text that the key is known by; empty if it has none.
        targets: the new keys' texts, and where they are bound; for items of an array none.
        exact: whether each key of the split has a name.
    """

    step: Step
    statement: ast.Assign
    call: ast.Call
    parent: str
    targets: dict[str, ast.expr | None]
    exact: bool

    @property
    def rebinds(self) -> bool:
        """Whether its parent is one of the new keys, or lost with a part of its name."""
        return any(target in prefixes(self.parent) for target in self.targets) if self.parent else False


def splits(scope: Scope) -> Iterator[Split]:
    """Go through the splits of a scope."""
    for step in scope.flow.steps:
        node = step.node
        if not isinstance(node, ast.Assign) or not isinstance(node.value, ast.Call) or len(node.targets) != 1:
            continue
        if scope.program.path(node.value.func) != _SPLIT:
            continue
        targets = _targets(scope, node.targets[0])
        if len(targets) > 1 and not scope.shared & {name for text in targets for name in prefixes(text)}:
            elements = node.targets[0].elts if isinstance(node.targets[0], ast.Tuple | ast.List) else []
            yield Split(step, node, node.value, _parent(node.value), targets, len(elements) == len(targets))


def _targets(scope: Scope, target: ast.expr) -> dict[str, ast.expr | None]:
    if isinstance(target, ast.Tuple | ast.List):
        return {text: element for element in target.elts if (text := spelled(element))}
    if not isinstance(target, ast.Name):
        return {}
    return {text: None for text in sorted(scope.texts()) if text.startswith(f"{target.id}[")}


def _parent(call: ast.Call) -> str:
    named = [keyword.value for keyword in call.keywords if keyword.arg == "key"]
    return next((spelled(node) for node in (*call.args[:1], *named)), "")


def sibling(scope: Scope) -> Found:
    """Use a key in the place of another one of the same split, which is used on that path too."""
    for split in splits(scope):
        for child in split.targets:
            for use in _uses_after(scope, split, child):
                for other in split.targets:
                    if other != child and _used_again(scope, split, use, other):
                        yield use.node, [Put(scope.program.span(use.node), other)]


def parent(scope: Scope) -> Found:
    """Use a key that was split in the place of one of its parts."""
    for split in splits(scope):
        if not split.parent or split.rebinds:
            continue
        for child in split.targets:
            for use in _uses_after(scope, split, child):
                if use.role is Role.DRAW and scope.live(split.step, use.step, split.parent):
                    yield use.node, [Put(scope.program.span(use.node), split.parent)]


def stale(scope: Scope) -> Found:
    """Split the same key in each pass of a loop, or split it once before the loop."""
    for split in splits(scope):
        loop = next((above for above in _outside(scope, split) if isinstance(above, Loop)), None)
        if loop is None or not split.parent:
            continue
        inside = set(ast.walk(loop))
        if not any(use.step.node in inside for use in _drawn(scope, split)):
            continue
        for place, edit, renewed in _renewals(scope, split):
            others = scope.binders(split.parent) - {renewed}
            if renewed.node in inside and not any(step.node in inside for step in others):
                yield place, [edit]
        if split.statement in loop.body and _hoistable(scope, split, loop):
            yield split.statement, [Hoist(scope.program.span(split.statement), scope.program.span(loop))]


def deleted_split(scope: Scope) -> Found:
    """Delete a split, and use its parent in the place of its parts."""
    for split in splits(scope):
        if not split.parent or not split.exact or not scope.program.alone(split.statement):
            continue
        children = [text for text in split.targets if text != split.parent]
        reads = [use for child in children for use in scope.reads(child)]
        if any(scope.binders(child) != {split.step} for child in children):
            continue
        seen = [scope.live(split.step, use.step, split.parent, deleted=split.rebinds) for use in reads]
        if reads and all(seen) and _repeats(scope, split, reads):
            edits: list[Edit] = [Drop(scope.program.span(split.statement))]
            yield split.statement, [*edits, *(Put(scope.program.span(use.node), split.parent) for use in reads)]


def kept_after_use(scope: Scope) -> Found:
    """Return or keep the key that was split, rather than one of its parts."""
    if isinstance(scope.node, ast.Module):
        return
    for split in splits(scope):
        if not split.parent or any(isinstance(above, Loop) for above in _outside(scope, split)):
            continue
        if all(use.role is Role.INIT for use in _drawn(scope, split)):
            continue
        for place, edit, renewed in _renewals(scope, split):
            attribute = "." in split.parent
            if attribute or any(
                kept(scope.program, use.node) and scope.live(renewed, use.step, split.parent)
                for use in scope.reads(split.parent)
            ):
                yield place, [edit]
        yield from ((node, [edit]) for node, edit in _replacements(scope, split))


def _uses_after(scope: Scope, split: Split, child: str) -> Iterator[Use]:
    for use in scope.uses(child):
        if scope.always_after(split.step, use.step) and scope.live(split.step, use.step, child):
            yield use


def _drawn(scope: Scope, split: Split) -> list[Use]:
    return [use for child in split.targets if child != split.parent for use in _uses_after(scope, split, child)]


def _used_again(scope: Scope, split: Split, use: Use, other: str) -> bool:
    if not scope.live(split.step, use.step, other):
        return False
    return any(
        scope.live(split.step, again.step, other) and scope.meet(use, again, other) for again in scope.uses(other)
    )


def _hoistable(scope: Scope, split: Split, loop: Loop) -> bool:
    own = {*ast.walk(split.statement)}
    changed = {text for node in ast.walk(loop) if node not in own for text in stored(node)}
    read = {name.id for name in ast.walk(split.call) if isinstance(name, ast.Name)} | prefixes(split.parent)
    return scope.program.alone(split.statement) and not changed & read


def _repeats(scope: Scope, split: Split, reads: list[Use]) -> bool:
    """Return whether the parent is used twice where it stands for each part of a split that is deleted."""
    used = [use for use in reads if use.role is not None]
    if split.rebinds and "." in split.parent:
        return any(use.role is Role.DRAW for use in used)
    again = [
        use
        for use in scope.uses(split.parent)
        if use.step is not split.step and scope.live(split.step, use.step, split.parent, deleted=split.rebinds)
    ]
    gone = split.step if split.rebinds else None
    return any(scope.meet(one, other, split.parent, gone) for one in used for other in (*used, *again))


def _outside(scope: Scope, split: Split) -> Iterator[ast.AST]:
    for above in scope.program.around(split.statement):
        if above is scope.node:
            return
        yield above


def _renewals(scope: Scope, split: Split) -> Iterator[tuple[ast.stmt, Edit, Step]]:
    """Go through what puts a new key in the place of the one that was split."""
    target = split.targets.get(split.parent)
    if target is not None:
        yield split.statement, Put(scope.program.span(target), "_"), split.step
    for step in scope.flow.steps:
        node = step.node
        if not isinstance(node, ast.Assign) or step is split.step or not scope.program.alone(node):
            continue
        renews = [spelled(target) for target in node.targets] == [split.parent]
        if renews and spelled(node.value) in split.targets and scope.live(split.step, step, spelled(node.value)):
            yield node, Drop(scope.program.span(node)), step


def _replacements(scope: Scope, split: Split) -> Iterator[tuple[ast.expr, Edit]]:
    """Go through the arguments of ``state.replace(key=new)`` where ``state.key`` was split."""
    _, _, field = split.parent.rpartition(".")
    for child in split.targets:
        for use in scope.reads(child):
            keyword = scope.program.parents[use.node]
            if not isinstance(keyword, ast.keyword) or keyword.arg != field or "." not in split.parent:
                continue
            call = scope.program.parents[keyword]
            replaces = isinstance(call, ast.Call) and last_name(call) in ("replace", "_replace")
            if replaces and scope.live(split.step, use.step, child):
                yield use.node, Drop(scope.program.span(use.node))
