"""What is drawn for nothing but to look at a model: fixed noise of its evaluations, and inputs to initialise it with.

A model is evaluated again and again while it is trained. With one key for all evaluations they can be compared:
it is no mistake that the key stays the same from pass to pass. And of the input that a model is initialised with
only the shape counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache

import libcst as cst

from flake8_flax_rng.records import field, record
from flake8_flax_rng.semantics.linen import INITIALISING
from flake8_flax_rng.syntax.cst_children import ancestors, children_of, holds, nodes_of
from flake8_flax_rng.syntax.mutators import FILLING
from flake8_flax_rng.syntax.names_in_text import Function, parameters

_OPAQUE = (cst.FunctionDef, cst.ClassDef)
SHAPES = frozenset({"shape", "dtype", "ndim", "size"})
LIKE = frozenset({"ones_like", "zeros_like", "empty_like", "full_like"})


@record(frozen=False)
class Statement:
    """A statement, or the head of a compound one.

    Args:
        node: its syntax.
        reads: the variables that it reads.
        writes: the variables that it binds or changes.
    """

    node: cst.CSTNode
    reads: set[str] = field(default_factory=set)
    writes: set[str] = field(default_factory=set)


def looks_on(loop: cst.CSTNode, call: cst.CSTNode) -> bool:
    """Return whether a call in a Python loop evaluates what the loop changes, and nothing that it returns comes back.

    Args:
        loop: the loop.
        call: a call in its body.

    Returns:
        whether the call depends on a variable that each pass computes from its last value, while none of those that
        depend on the call's result takes part in computing what the call is given.
    """
    if not isinstance(loop, (cst.For, cst.While)):
        return False
    statements = list(statements_of(loop.body))
    place = next((item for item in statements if holds(item.node, call)), None)
    if place is None or not isinstance(place.node, (cst.Assign, cst.AnnAssign, cst.Expr)):
        return False
    given = closure(set(names_in(call)), [(item.writes, item.reads) for item in statements])
    touched = closure(set(place.writes), [(item.reads, item.writes) for item in statements])
    return bool(given & carried(statements)) and not given & touched


def only_serves_to_look(loop: cst.CSTNode, call: cst.CSTNode, modules: Collection[str]) -> bool:
    """Return whether what a call in a Python loop returns only serves to look at what the loop changes.

    Args:
        loop: the loop.
        call: a call in its body.
        modules: the names of imported modules, which no call of theirs changes.

    Returns:
        whether none of what depends on the call's result is carried into the next pass, while it meets what depends on
        a variable that is. An object may keep what its methods are given.
    """
    if not isinstance(loop, (cst.For, cst.While)):
        return False
    statements = list(statements_of(loop.body))
    place = next((item for item in statements if holds(item.node, call)), None)
    if place is None or not isinstance(place.node, (cst.Assign, cst.AnnAssign)):
        return False
    read = [item for item in statements if not _fills(item.node)]
    kept = [Statement(item.node, item.reads, item.writes | _receivers(item.node) - set(modules)) for item in read]
    steps = [(item.reads, item.writes) for item in kept]
    moving, touched = carried(kept) - set(modules), closure(set(place.writes), steps)
    changing = closure(set(moving), steps)
    meet = any(item.reads & touched and item.reads & changing for item in read if item is not place)
    return meet and not touched & moving


def _receivers(node: cst.CSTNode) -> set[str]:
    """Return the objects of which a statement calls a method."""
    return {name for part in nodes_of(node) if isinstance(part, cst.Call) for name in _receiver(part)}


def comes_back(loop: cst.CSTNode, call: cst.CSTNode, modules: Collection[str]) -> bool:
    """Return whether what a call in a Python loop returns may be carried into the next pass.

    Args:
        loop: the loop, or the ``for`` of a comprehension, which carries nothing.
        call: a call in its body.
        modules: the names of imported modules, which no call of theirs changes.

    Returns:
        whether its result takes part in what a pass computes from its last value; a container that is only filled
        does not count, because nothing in the loop reads it.
    """
    if isinstance(loop, cst.CompFor):
        return False
    if not isinstance(loop, (cst.For, cst.While)):
        return True
    statements = list(statements_of(loop.body))
    place = next((item for item in statements if holds(item.node, call)), None)
    if place is None or not isinstance(place.node, (cst.Assign, cst.AnnAssign, cst.AugAssign, cst.Expr)):
        return True
    read = [item for item in statements if not _fills(item.node)]
    touched = closure(set(place.writes), [(item.reads, item.writes) for item in read])
    local = {name for item in statements if isinstance(item.node, (cst.Import, cst.ImportFrom)) for name in item.reads}
    return place in read and bool((touched & carried(read)) - local - set(modules))


def _fills(node: cst.CSTNode) -> bool:
    """Return whether a statement only puts something into a container, or hands it to a function for what it does."""
    call = node.value if isinstance(node, cst.Expr) else None
    if isinstance(call, cst.Call):
        return not isinstance(call.func, cst.Attribute) or call.func.attr.value in FILLING
    return isinstance(node, cst.Assign) and all(isinstance(part.target, cst.Subscript) for part in node.targets)


def only_unread(module: cst.CSTNode, draw: cst.CSTNode, unread: Callable[[cst.CSTNode], bool]) -> bool:
    """Return whether what a call draws is only handed to functions that do not read it.

    Args:
        module: the text that the call stands in.
        draw: the call.
        unread: whether an argument is given to functions that were followed, and that never read it.
    """
    if unread(draw):
        return True
    around = ancestors(module, draw)
    bound = next((node for node in reversed(around) if isinstance(node, cst.Assign)), None)
    target = bound.targets[0].target if bound is not None and len(bound.targets) == 1 else None
    scope = next((node for node in reversed(around) if isinstance(node, (cst.FunctionDef, cst.Module))), None)
    if bound is None or bound.value is not draw or not isinstance(target, cst.Name) or scope is None:
        return False
    uses = [node for node in occurrences(scope, target.value) if node is not target]
    return bool(uses) and all(map(unread, uses))


def only_initialises(module: cst.CSTNode, draw: cst.CSTNode, loosely: bool = False) -> bool:
    """Return whether what a call draws is bound to a name that is given to ``init`` and read nowhere else.

    Args:
        module: the text that the call stands in.
        draw: the call.
        loosely: whether it may be read elsewhere too.
    """
    around = ancestors(module, draw)
    bound = next((node for node in reversed(around) if isinstance(node, cst.Assign)), None)
    target = bound.targets[0].target if bound is not None and len(bound.targets) == 1 else None
    scope = next((node for node in reversed(around) if isinstance(node, (cst.FunctionDef, cst.Module))), None)
    if bound is None or not isinstance(target, cst.Name) or scope is None:
        return False
    uses: list[list[cst.CSTNode]] = []
    for node in occurrences(scope, target.value):
        uses.append(ancestors(scope, node) if node is not target else [])
        if node is not target and not loosely and not _harmless(uses[-1]):
            return False
    return any(_given_to_init(node) for use in uses for node in use)


def occurrences(scope: cst.CSTNode, name: str) -> list[cst.CSTNode]:
    """Return where a variable of this name stands."""
    return _where_names_stand(scope).get(name, [])


@lru_cache(maxsize=4)
def _where_names_stand(scope: cst.CSTNode) -> dict[str, list[cst.CSTNode]]:
    """Return where each name stands in a scope; a walk for each question would take a long text's time squared."""
    found: dict[str, list[cst.CSTNode]] = {}
    waiting = [scope]
    while waiting:
        part = waiting.pop()
        if isinstance(part, cst.Name):
            found.setdefault(part.value, []).append(part)
        waiting.extend([part.value] if isinstance(part, (cst.Attribute, cst.Arg)) else children_of(part))
    return found


def _harmless(around: list[cst.CSTNode]) -> bool:
    """Return whether only the shape of a value counts where it stands, given the syntax around it."""
    for node in reversed(around):
        if isinstance(node, cst.Attribute) and node.attr.value in SHAPES:
            return True
        if isinstance(node, cst.Call):
            last = node.func.attr if isinstance(node.func, cst.Attribute) else node.func
            return _given_to_init(node) or (isinstance(last, cst.Name) and last.value in LIKE)
    return False


def _given_to_init(node: cst.CSTNode) -> bool:
    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and INITIALISING.get(node.func.attr.value) is False
    )


def closure(names: set[str], arrows: list[tuple[set[str], set[str]]]) -> set[str]:
    """Return the names that are reached from some: each arrow leads from any of its first ones to all others."""
    found = set(names)
    while True:
        more = {name for ours, theirs in arrows if ours & found for name in theirs} - found
        if not more:
            return found
        found |= more


def carried(statements: list[Statement]) -> set[str]:
    """Return the variables that a pass computes from what the one before has left in them."""
    found: set[str] = set()
    bound: set[str] = set()
    read: set[str] = set()
    for item in statements:
        read |= item.reads - bound
        found |= item.writes & read
        bound |= item.writes
    return found


def statements_of(body: cst.BaseSuite) -> Iterator[Statement]:
    """Go through the statements of a block, and those of the blocks in it."""
    for statement in body.body:
        if isinstance(statement, cst.SimpleStatementLine):
            yield from map(_simple, statement.body)
        elif isinstance(statement, cst.BaseSmallStatement):
            yield _simple(statement)
        else:
            yield from _compound(statement)


def _simple(node: cst.BaseSmallStatement) -> Statement:
    found = Statement(node)
    if isinstance(node, cst.Assign):
        for target in node.targets:
            _bind(target.target, found)
        found.reads |= set(names_in(node.value))
    elif isinstance(node, (cst.AnnAssign, cst.AugAssign)):
        _bind(node.target, found)
        found.reads |= set(names_in(node.value)) if node.value is not None else set()
        if isinstance(node, cst.AugAssign):
            found.reads |= set(names_in(node.target))
    else:
        found.reads |= set(names_in(node))
        if isinstance(node, cst.Expr):
            found.writes |= _receiver(node.value)
    return found


def _bind(target: cst.CSTNode, found: Statement) -> None:
    """Note what an assignment binds; one to an attribute or an item changes the object."""
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            _bind(element.value, found)
        return
    names = set(names_in(target))
    if not isinstance(target, cst.Name):
        found.reads |= names
        target = _base(target)
        names = {target.value} if isinstance(target, cst.Name) else names
    found.writes |= names


def _base(node: cst.CSTNode) -> cst.CSTNode:
    while isinstance(node, (cst.Attribute, cst.Subscript)):
        node = node.value
    return node


def _receiver(node: cst.BaseExpression) -> set[str]:
    """Return the object whose method is called for what it does: ``buffer.add(x)``."""
    owner = node.func.value if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute) else None
    return {owner.value} if isinstance(owner, cst.Name) else set()


def _compound(node: cst.CSTNode) -> Iterator[Statement]:
    """Go through a compound statement: its head, and what stands in its blocks."""
    head = Statement(node)
    blocks: list[cst.BaseSuite] = []
    if isinstance(node, _OPAQUE):
        name = node.name.value
        yield Statement(node, set(names_in(node)) - {name}, {name})
        return
    waiting: list[cst.CSTNode] = list(children_of(node))
    if isinstance(node, cst.For):
        _bind(node.target, head)
        waiting.remove(node.target)
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, cst.BaseSuite):
            blocks.append(part)
        elif isinstance(part, cst.WithItem):
            head.reads |= set(names_in(part.item))
            if part.asname is not None:
                _bind(part.asname.name, head)
        elif isinstance(part, (cst.Else, cst.Finally, cst.ExceptHandler, cst.If, cst.MatchCase)):
            waiting = [*children_of(part), *waiting]
        else:
            head.reads |= set(names_in(part))
    head.node = cst.Pass()
    yield head
    for block in blocks:
        yield from statements_of(block)


def names_in(node: cst.CSTNode) -> Iterator[str]:
    """Go through the variables that an expression names."""
    waiting = [node]
    while waiting:
        part = waiting.pop()
        if isinstance(part, cst.Name):
            yield part.value
        elif isinstance(part, cst.Lambda):
            own = {param.name.value for param in part.params.params}
            yield from (name for name in names_in(part.body) if name not in own)
        elif isinstance(part, (cst.Attribute, cst.Arg)):
            waiting.append(part.value)
        else:
            waiting.extend(children_of(part))


def reads_a_parameter(call: cst.CSTNode, text: Function) -> bool:
    """Return whether an argument of a call names a parameter of a function, whose caller has a say in it.

    Args:
        call: the call.
        text: the function that it stands in.
    """
    names = {name for arg in call.args for name in names_in(arg)} if isinstance(call, cst.Call) else set()
    return not names.isdisjoint(parameters(text))
