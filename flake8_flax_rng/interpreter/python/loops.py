"""Loops: a body is followed twice, so that what does not change from pass to pass is consumed twice."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.core.context import NORMAL, Completions, Ending
from flake8_flax_rng.interpreter.domain.budget import EXACT_ITEMS, EXACT_PASSES, PASSES
from flake8_flax_rng.interpreter.domain.events import Step
from flake8_flax_rng.interpreter.domain.heap import DictObject, ListObject
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import Key, Opaque, Value
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.interpreter.paths.history import before
from flake8_flax_rng.interpreter.python.assignment import assign
from flake8_flax_rng.interpreter.python.iteration import Iteration, iterate, listed
from flake8_flax_rng.interpreter.python.iterators import asked
from flake8_flax_rng.records import replaced

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.history import Epoch
    from flake8_flax_rng.interpreter.paths.state import State


def run_for(engine: Engine, node: cst.For, state: State) -> Completions:
    """Follow a ``for`` loop; it is taken to run at least twice unless its items are known."""
    result: Completions = []
    for value, entry in engine.eval(node.iter, state):
        value, entry = asked(engine, value, entry, engine.site(node.iter))
        iteration = _bounded(engine, iterate(engine, value, entry))
        start, known = entry.mark(), len(entry.ledger)
        live = [entry]
        left: list[State] = []
        seen: list[Mapping[str, Value]] = []
        bound = len(iteration.passes) if iteration.exact else passes_of(engine, node)
        passes = iteration.passes if iteration.named and bound == PASSES else iteration.passes[:bound]
        for turn, item in enumerate(passes):
            seen.append(_names(engine, live))
            if turn:
                left.extend(path for path in live if conditions.certainly_one(engine, iteration.limits, path))
                live = [path for path in live if path not in left]
            with engine.step(_step(engine, node, turn, iteration, listed(value, entry))):
                for path in live:
                    assign(engine, node.target, item, path)
                live = [path for path in live if not path.ended]
                spare = [path.fork() for path in live if turn and not iteration.exact and _met_once(path)]
                live = _run_body(engine, node.body, live, left, result) or (spare if not left else [])
        if not iteration.exact:
            forget_lengths(start, [*live, *left], len(passes), iteration.count)
            _settle_places(engine, seen, live, iteration.total)
            for path in (*live, *left):
                engine.book.uses.forget_folds(node, known, path)
        result.extend(_run_else(engine, node.orelse, live))
        result.extend((NORMAL, path) for path in left)
    return result


def run_while(engine: Engine, node: cst.While, state: State) -> Completions:
    """Follow a ``while`` loop; it is taken to run twice unless its condition is known to fail, or to hold, by then."""
    result: Completions = []
    start = state.mark()
    live: list[State] = [state]
    left: list[State] = []
    over: list[State] = []
    endless = isinstance(node.test, cst.Integer) or (isinstance(node.test, cst.Name) and node.test.value == "True")
    seen: list[Mapping[str, Value]] = []
    known = not endless
    passes = passes_of(engine, node)
    for turn in range(EXACT_ITEMS):
        if turn >= passes and not (known and live):
            break
        seen.append(_names(engine, live))
        with engine.step(Step(engine.site(node), turn=turn, further=turn > 0 and not known)):
            entering: list[State] = []
            for path in live:
                for value, after in engine.eval(node.test, path):
                    held = conditions.truth(value, after)
                    known = known and held is not None
                    endless = endless and held is True
                    counted = _counted(value)
                    inside = conditions.assume(engine, value, True, after.fork()) if counted else after
                    if held is False or inside is None:
                        over.append(after)
                    else:
                        entering.append(inside)
                        once = conditions.assume(engine, value, False, after) if turn and counted else None
                        over.extend([once] if once is not None else [])
            live = entering if turn >= passes and not known else _run_body(engine, node.body, entering, left, result)
    # Such a loop is left by ``break`` only, but whoever uses a generator leaves it all the same.
    endless = endless and not (engine.context.functions and engine.context.functions[-1].generator)
    forget_lengths(start, [*live, *left], passes)
    _settle_places(engine, seen, live, None)
    result.extend(_run_else(engine, node.orelse, [*over, *([] if endless else live)]))
    result.extend((NORMAL, path) for path in left)
    return result


def _bounded(engine: Engine, iteration: Iteration) -> Iteration:
    """Return what a loop goes over, or two passes of it, where too many are followed of it and the loops around it."""
    count = len(iteration.passes)
    together = math.prod(step.passes for step in engine.context.stack) * count
    if not iteration.exact or count <= PASSES or together <= EXACT_PASSES:
        return iteration
    return replaced(iteration, passes=iteration.passes[:PASSES], exact=False, total=count)


def _step(engine: Engine, node: cst.For, turn: int, iteration: Iteration, sweep: bool) -> Step:
    site = engine.site(node)
    if iteration.exact:
        return Step(site, turn=turn, sweep=sweep, passes=len(iteration.passes))
    return Step(site, turn=turn, sweep=sweep, further=turn > 0)


def passes_of(engine: Engine, node: cst.CSTNode) -> int:
    """Return how many passes of a loop are followed that has more than can be known.

    In a further pass of a loop around it, what changes from pass to pass was seen in the pass before that: one pass
    tells what this loop does after itself. Loops within loops would else be followed twice as often at each level.
    """
    stack = engine.context.stack
    way = (*[step.site.node for step in stack], node)
    if any(step.further for step in stack) and way in engine.work.looped:
        return 1
    engine.work.looped.add(way)
    return PASSES


def _counted(value: Value) -> bool:
    """Return whether a test compares something with a number: what holds of it in a pass holds ever after."""
    return (
        isinstance(value, Opaque)
        and value.term.kind in (Kind.LESS, Kind.GREATER, Kind.NOT)
        and any(part.kind is Kind.CONST for term in (value.term, *value.term.parts) for part in term.parts)
    )


def _run_body(
    engine: Engine, body: cst.BaseSuite, live: Iterable[State], left: list[State], result: Completions
) -> list[State]:
    going_on: list[State] = []
    for path in live:
        for completion, after in engine.run_block(body, path):
            if completion is NORMAL or completion.kind is Ending.CONTINUE:
                going_on.append(after)
            elif completion.kind is Ending.BREAK:
                left.append(after)
            else:
                result.append((completion, after))
    return engine.merge(going_on)


def _met_once(state: State) -> bool:
    """Return whether it is held that no later pass meets what one has met.

    What is required of each item holds in all of them, so that no path would come out of a second pass.
    """
    return any(fact.kind is Kind.ONCE for facts in state.assumed for fact in facts)


def _run_else(engine: Engine, orelse: cst.Else | None, live: list[State]) -> Completions:
    if orelse is None:
        return [(NORMAL, path) for path in live]
    return [done for path in live for done in engine.run_block(orelse.body, path)]


def _names(engine: Engine, live: list[State]) -> Mapping[str, Value]:
    """Return what the names of the running function are bound to; nothing where several paths could differ."""
    return dict(live[0].frame(engine.context.scope.frames[0])) if len(live) == 1 else {}


def _settle_places(engine: Engine, seen: list[Mapping[str, Value]], live: list[State], total: int | None) -> None:
    """Settle what is bound to names that change places in each pass, of which two are followed.

    Args:
        engine: the analysis.
        seen: what the names were bound to before the first pass, and before the second.
        live: the paths that have gone through both; they are changed.
        total: the number of all passes, if it is known.
    """
    if len(seen) != PASSES or total == PASSES:
        return
    first, second = seen
    frame = engine.context.scope.frames[0]
    for path in live:
        for name, value in list(path.frame(frame).items()):
            changed = second.get(name)
            if isinstance(value, Key) and value == first.get(name) and changed is not None and changed != value:
                if total is None:
                    path.bind(frame, name, engine.unknown(conditions.EITHER))
                elif total % 2:
                    path.bind(frame, name, changed)


def forget_lengths(start: Epoch, states: list[State], passes: int = PASSES, count: Term | None = None) -> None:
    """Note that what a loop of unknown length has grown is not known to its end, or has an item for each pass."""
    for state in states:
        for address, earlier in sorted(before(state.epoch, start).items()):
            found = state.heap.get(address)
            if earlier is None or earlier is found:
                continue
            if isinstance(found, (ListObject, DictObject)):
                state.heap[address] = replaced(found, complete=False)
            if isinstance(found, ListObject) and found.once and earlier == ListObject((), once=True):
                each = len(found.items) == passes
                state.heap[address] = replaced(found, complete=False, count=count if each else None)
