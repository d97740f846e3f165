"""What runs the code that is being followed is saved and restored as one."""

from __future__ import annotations

import ast

import libcst as cst
import pytest

from flake8_flax_rng.interpreter.core.context import Activation, Scope
from flake8_flax_rng.interpreter.core.engine import Engine
from flake8_flax_rng.interpreter.core.work import Exhausted
from flake8_flax_rng.interpreter.domain.events import Misused, Step
from flake8_flax_rng.interpreter.domain.places import Site
from flake8_flax_rng.records import replaced
from flake8_flax_rng.syntax.source import chunks

TEXT = "x = 1\n"
PIECE = chunks(TEXT, ast.parse(TEXT))[0]
SITE = Site(PIECE.module.body[0], PIECE)


def an_engine() -> Engine:
    return Engine({}, lambda *_: [], lambda *_: [])


def test_it_is_restored_whatever_happens():
    engine = an_engine()
    around = engine.context
    inner = replaced(around, scope=Scope((7,)), muted=True)
    with pytest.raises(ValueError), engine.within(inner), engine.tracing():
        assert len(engine.context.traces) == 1
        raise ValueError
    assert engine.context is around


def test_the_way_is_that_of_the_code_around():
    engine = an_engine()
    inner = replaced(engine.context, scope=Scope((7,)))
    with engine.step(Step(SITE)), engine.within(inner), engine.step(Step(SITE)):
        assert len(engine.context.stack) == 2
    assert engine.context.stack == []


def test_nothing_is_said_where_a_failure_is_expected():
    engine = an_engine()
    event = Misused("legacy", SITE)
    with engine.within(engine.context.expecting_failure(False)):
        engine.emit(event)
    with engine.within(engine.context.expecting_failure()), engine.within(engine.context.expecting_failure(False)):
        engine.emit(event)
    assert engine.events == [event]


def test_models_within_each_other_are_counted():
    context = an_engine().context
    inner = context.in_module(Activation(1, True, True, "Net")).in_module(Activation(2, True, True, "Part"))
    assert (context.models, inner.models) == (0, 2)


def test_a_walrus_binds_around_a_comprehension():
    scope = Scope((2, 1), redirected={"shared": 0}, target=1)
    assert [scope.frame_of("x"), scope.frame_of("x", walrus=True), scope.frame_of("shared", walrus=True)] == [2, 1, 0]


def test_what_is_too_large_stops():
    engine = an_engine()
    engine.context = replaced(engine.context, chunk=PIECE)
    engine.work.begin(1, 10)
    engine.eval(cst.Name("x"), None)
    with pytest.raises(Exhausted):
        engine.eval(cst.Name("x"), None)
    assert [event.bound for event in engine.bounds.events] == ["work"]
