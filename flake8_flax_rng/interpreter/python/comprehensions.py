"""Comprehensions: loops that make a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.events import Step
from flake8_flax_rng.interpreter.domain.heap import DictObject, ListObject
from flake8_flax_rng.interpreter.domain.values import Const, Value
from flake8_flax_rng.interpreter.paths import conditions
from flake8_flax_rng.interpreter.python.assignment import assign
from flake8_flax_rng.interpreter.python.iteration import iterate, listed
from flake8_flax_rng.interpreter.python.iterators import asked
from flake8_flax_rng.records import replaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.paths.state import State

_Row = tuple[list[Value], bool, "State"]


def evaluate(engine: Engine, node: cst.ListComp | cst.SetComp | cst.GeneratorExp, state: State) -> Outcomes:
    """Evaluate a list, set or generator; a generator is taken to be used up at once."""
    result: Outcomes = []
    for items, exact, after in _followed(engine, [node.elt], node.for_in, state):
        for item in items:
            engine.book.read(item)
        result.append((engine.allocate(after, ListObject(tuple(items), exact)), after))
    return result


def evaluate_dict(engine: Engine, node: cst.DictComp, state: State) -> Outcomes:
    """Evaluate a dict comprehension."""
    result: Outcomes = []
    for items, exact, after in _followed(engine, [node.key, node.value], node.for_in, state):
        found = DictObject((), exact)
        for key, value in zip(items[::2], items[1::2], strict=True):
            engine.book.read(value)
            if isinstance(key, Const):
                found = found.set(key, value)
            else:
                found = replaced(found, complete=False)
        result.append((engine.allocate(after, found), after))
    return result


def _followed(engine: Engine, results: list[cst.BaseExpression], clause: cst.CompFor, state: State) -> Iterator[_Row]:
    around = engine.context.scope
    frame = engine.number()
    state.open_frame(frame, {})
    target = around.target if around.target is not None else around.frames[0]
    scope = replaced(around, frames=(frame, *around.frames), target=target)
    with engine.within(replaced(engine.context, scope=scope)):
        rows = _clause(engine, results, clause, [([], True, state)])
    for items, exact, after in rows:
        if frame not in engine.program.captured:
            after.close_frame(frame)
        yield items, exact, after


def _clause(engine: Engine, results: list[cst.BaseExpression], clause: cst.CompFor, rows: list[_Row]) -> list[_Row]:
    done: list[_Row] = []
    for items, exact, state in rows:
        for given, at in engine.eval(clause.iter, state):
            value, entry = asked(engine, given, at, engine.site(clause.iter))
            iteration = iterate(engine, value, entry)
            live: list[_Row] = [(items, exact and iteration.exact, entry)]
            for turn, item in enumerate(iteration.passes):
                if turn:
                    over = [row for row in live if conditions.certainly_one(engine, iteration.limits, row[2])]
                    done.extend(over)
                    live = [row for row in live if row not in over]
                with engine.step(Step(engine.site(clause), turn=turn, sweep=listed(value, entry))):
                    for _, _, path in live:
                        assign(engine, clause.target, item, path)
                    live = _kept(engine, _pass(engine, results, clause, live))
            done.extend(live)
    return _kept(engine, done)


def _pass(engine: Engine, results: list[cst.BaseExpression], clause: cst.CompFor, rows: list[_Row]) -> list[_Row]:
    """Follow one pass: conditions, then the inner loop or the element."""
    done: list[_Row] = []
    inner: list[_Row] = []
    for row in rows:
        entering = [row]
        for condition in clause.ifs:
            passed: list[_Row] = []
            for items, exact, state in entering:
                for value, after in engine.eval(condition.test, state):
                    for held, path in conditions.branch(engine, value, after):
                        certain = conditions.truth(value, path) is not None
                        (passed if held else done).append((items, exact and certain, path))
            entering = passed
        inner.extend(entering)
    if clause.inner_for_in is not None:
        return [*done, *_clause(engine, results, clause.inner_for_in, inner)]
    for items, exact, state in inner:
        for values, after in engine.eval_all(results, state):
            done.append(([*items, *values], exact, after))
    return done


def _kept(engine: Engine, rows: list[_Row]) -> list[_Row]:
    """Keep the number of paths in bounds, as everywhere."""
    if len(rows) < 2:
        return rows
    outcomes: Outcomes = []
    for items, exact, state in rows:
        outcomes.append((engine.allocate(state, ListObject(tuple(items), exact)), state))
    result: list[_Row] = []
    for value, state in engine.merge_outcomes(outcomes):
        found = state.heap.get(getattr(value, "address", 0))
        known = found if isinstance(found, ListObject) else ListObject((), complete=False)
        result.append((list(known.items), known.complete, state))
    return result
