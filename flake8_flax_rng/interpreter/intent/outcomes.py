"""What becomes of the numbers that a call has drawn, in the function that makes the call.

A loop carries them on, as a training does; they leave the function; they are handed to something for its effect, as a
figure or a file is; they are printed, or decide a condition; or nobody reads more of them than how long they took and
which shape they have. This module reads the text of one function, or of a script, from the top to the bottom.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Sequence
from enum import Enum, auto
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.kinds import UseKind
from flake8_flax_rng.interpreter.intent.meetings import Flow, Sides, function_around, imported, sides_of
from flake8_flax_rng.syntax.mutators import FILLING
from flake8_flax_rng.syntax.walk import called_name, walk

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.domain.events import Parting, Use

_WAITING = "block_until_ready"
_TRACING = "eval_shape"
_MEASURING = frozenset({_WAITING, _TRACING, f"filter_{_TRACING}"})
_LOOPS = frozenset({"scan", "fori_loop", "while_loop"})
_NONE: Sides = frozenset()
_CARRIED = 2
"""What is added to a side where a loop has carried it into a later pass."""


class Reach(Enum):
    """How far the result of a call gets."""

    CARRIED = auto()
    """A loop computes something from it, and does so from the outcome of the pass before."""
    LEFT = auto()
    """It is returned, or put into an object that others hold."""
    GIVEN = auto()
    """It is handed to a call of which nobody takes the result, and which does more than to print it."""
    SHOWN = auto()
    """It is printed."""
    TESTED = auto()
    """A condition or an assertion reads it."""
    WAITED = auto()
    """Somebody waits for it."""
    LOOPED = auto()
    """A loop of JAX is given it, where that is asked."""
    TRACED = auto()
    """JAX is asked what shapes come of it."""


def outcomes(
    text: Sequence[ast.stmt],
    places: Sequence[tuple[int, int]],
    loops: bool = False,
    renewals: Collection[tuple[int, int]] = (),
) -> tuple[frozenset[Reach], ...] | None:
    """Return how far the results of some calls of one function get.

    Args:
        text: the statements of the file.
        places: where the calls begin: the line, and the column counted from 0.
        loops: whether it is asked what the loops of JAX are given.
        renewals: those of the places that split a key: a loop that goes on from key to key carries nothing else on.

    Returns:
        for each of the calls how far its result gets; None where one of them is not found.
    """
    function = function_around(text, [line for line, _ in places])
    body = text if function is None else function.body
    different = list(dict.fromkeys(places))
    sides = sides_of(body, different)
    if sides is None:
        return None
    renewed = frozenset(different.index(place) for place in renewals)
    flow = _Outcomes(body, function, sides, imported(text), loops, renewed)
    flow.follow()
    return tuple(frozenset(flow.reached[different.index(place)]) for place in places)


def only_traced(text: Sequence[ast.stmt], first: Use, second: Use, parting: Parting) -> bool:
    """Return whether JAX is only asked for the shapes of what comes of two uses of a key.

    Args:
        text: the statements of the file.
        first: the one use.
        second: the other one.
        parting: where the ways to the two part.
    """
    shared = [step for step in first.way if step in second.way and step.turn is None]
    for step in (*shared, parting.first, parting.second):
        if step.site.chunk.file or not isinstance(step.site.node, cst.Call) or _TRACING not in step.site.chunk.text:
            continue  # most text does not name it, and is not read for each pair of uses
        reached = outcomes(text, [step.site.chunk.position(step.site.node)])
        if reached is not None and reached[0] == {Reach.TRACED}:
            return True
    return False


def only_waited_for(text: Sequence[ast.stmt], parting: Parting) -> bool:
    """Return whether the program just waits for what one of two calls makes, and goes on with the other.

    Args:
        text: the statements of the file.
        parting: the two calls.
    """
    sites = parting.first.site, parting.second.site
    if any(site.chunk.file for site in sites) or _WAITING not in sites[0].chunk.text:
        return False
    reached = outcomes(text, [site.chunk.position(site.node) for site in sites])
    return reached is not None and {Reach.WAITED} in reached and reached[0] != reached[1]


def passes_are_apart(text: Sequence[ast.stmt], first: Use, second: Use, parting: Parting) -> bool:
    """Return whether each pass of a loop takes the result of a call, and goes on from that of no other pass.

    Args:
        text: the statements of the file.
        first: the use of the key in one pass.
        second: the use in a later one.
        parting: the call in two passes.
    """
    around = parting.around
    if not parting.loop or around is None or not isinstance(around.site.node, (cst.For, cst.While)):
        return False
    reached = _of_both(text, first, second, parting=parting)
    return reached is not None and all(reach and Reach.CARRIED not in reach for reach in reached)


def are_carried_on(text: Sequence[ast.stmt], first: Use, second: Use, parting: Parting) -> bool:
    """Return whether loops carry on what comes of two calls, as a training does, or only of the one that is repeated.

    Args:
        text: the statements of the file.
        first: the use of the key by the one call.
        second: the use by the other one.
        parting: the two calls.
    """
    reached = _of_both(text, first, second, parting=parting)
    return reached is not None and all(reach & {Reach.CARRIED, Reach.LOOPED} for reach in reached)


def _of_both(text: Sequence[ast.stmt], *uses: Use, parting: Parting) -> tuple[frozenset[Reach], ...] | None:
    """Return how far the results of two calls get, those of a split as far as what is made with its keys."""
    steps = parting.first, parting.second
    if any(step.site.chunk.file for step in steps):
        return None
    places = [step.site.chunk.position(step.site.node) for step in steps]
    renewals = {
        place
        for place, use, step in zip(places, uses, steps, strict=True)
        if use.kind is UseKind.SPLIT and step == use.way[-1]
    }
    return outcomes(text, places, loops=True, renewals=renewals)


class _Outcomes(Flow):
    """What the names of one function hold of the calls, and where it goes.

    Attributes:
        reached: how far the result of each call gets.
    """

    def __init__(
        self,
        body: Sequence[ast.stmt],
        function: ast.FunctionDef | ast.AsyncFunctionDef | None,
        sides: dict[int, int],
        modules: frozenset[str],
        loops: bool = False,
        renewed: frozenset[int] = _NONE,
    ) -> None:
        super().__init__(body, function, sides, modules)
        self._renewed = renewed
        self._loops = _LOOPS if loops else frozenset()
        self.reached: list[set[Reach]] = [set(), set()]
        self._bound: list[set[str]] = [set()]
        self._declared = _declared(function) if function is not None else frozenset()

    def _reach(self, sides: Sides, reach: Reach) -> None:
        for side in sides:
            self.reached[side % _CARRIED].add(reach)

    def _leave(self, sides: Sides) -> None:
        self._reach(sides, Reach.LEFT)

    def _done_for_its_effect(self, call: ast.Call, sides: Sides) -> None:
        given = _NONE.union(*(self._value(part, _NONE) for part in _given(call)))
        called = called_name(call)
        if called == "print":
            self._reach(given, Reach.SHOWN)
        elif called not in _MEASURING and called not in FILLING:
            self._reach(given, Reach.GIVEN)

    def _kept(self, own: Sides, sides: Sides) -> Sides:
        return sides - own  # where the result of a call gets is the question, not what the call does

    def _compound(self, statement: ast.stmt, under: Sides) -> None:
        if isinstance(statement, ast.Assert):
            self._tested(statement.test, under)
        else:
            super()._compound(statement, under)

    def _tested(self, test: ast.expr, under: Sides) -> Sides:
        sides = super()._tested(test, under)
        self._reach(sides, Reach.TESTED)
        return sides

    def _begin_pass(self, later: bool) -> None:
        if not later:
            self._bound.append(set())
            return
        for name in self._bound[-1]:
            self._names[name] = _shift(self._names.get(name, _NONE), _CARRIED)

    def _end_loop(self) -> None:
        bound = self._bound.pop()
        self._bound[-1] |= bound
        self._names = {name: _shift(sides, 0) for name, sides in self._names.items()}

    def _held(self, statement: ast.AugAssign) -> Sides:
        return _shift(super()._held(statement), 0)  # a sum that is added to is no state of a loop

    def _bind_name(self, name: str, sides: Sides) -> None:
        self._carry(sides)
        self._bound[-1].add(name)
        self._names[name] = sides
        if name in self._declared:
            self._leave(sides)

    def _put_into(self, name: str | None, sides: Sides) -> None:
        self._carry(sides)
        if name is not None:
            self._bound[-1].add(name)
        super()._put_into(name, sides)

    def _carry(self, sides: Sides) -> None:
        """Note that a loop keeps what it has computed from the outcome of an earlier pass."""
        self._reach(frozenset(side for side in sides if side >= _CARRIED), Reach.CARRIED)

    def _call(self, node: ast.Call, under: Sides) -> Sides:
        if called_name(node) in _MEASURING:
            given = _NONE.union(*(self._value(part, under) for part in _given(node)))
            waits = called_name(node) == _WAITING
            self._reach(given, Reach.WAITED if waits else Reach.TRACED)
            return given if waits else _NONE
        if called_name(node) in self._loops:
            self._reach(_NONE.union(*(self._value(part, under) for part in _given(node))), Reach.LOOPED)
        own = self._sides.get(id(node))
        return super()._call(node, under) - ({own + _CARRIED} if own in self._renewed else _NONE)

    def _parts(self, node: ast.expr, under: Sides) -> Sides:
        if isinstance(node, ast.JoinedStr):
            values = [part.value for part in node.values if isinstance(part, ast.FormattedValue)]
            return _NONE.union(*(self._value(value, under) for value in values))
        return super()._parts(node, under)


def _declared(function: ast.AST) -> frozenset[str]:
    """Return the names that a function binds for others."""
    outer = (node for node in walk(function) if isinstance(node, (ast.Global, ast.Nonlocal)))
    return frozenset(name for node in outer for name in node.names)


def _given(call: ast.Call) -> list[ast.expr]:
    owner = [call.func.value] if isinstance(call.func, ast.Attribute) else []
    return [*owner, *call.args, *(keyword.value for keyword in call.keywords)]


def _shift(sides: Sides, by: int) -> Sides:
    return frozenset(side % _CARRIED + by for side in sides)
