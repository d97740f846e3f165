"""What was written since two paths parted is all in which they can differ."""

from __future__ import annotations

import random

import pytest

from flake8_flax_rng.interpreter.domain.heap import ListObject
from flake8_flax_rng.interpreter.domain.values import Const
from flake8_flax_rng.interpreter.paths.history import apart, before
from flake8_flax_rng.interpreter.paths.state import State


def write(state: State, choose: random.Random) -> None:
    address, frame = choose.randrange(30), choose.randrange(6)
    found = ListObject((Const(choose.random()),))
    kind = choose.randrange(6)
    if kind == 0:
        state.heap[address] = found
    elif kind == 1:
        state.heap.setdefault(address, found)
    elif kind == 2:
        state.heap.update({address: found, address + 1: found})
    elif kind == 3:
        state.bind(frame, "x", Const(choose.random()))
    elif kind == 4:
        state.open_frame(frame, {"y": Const(choose.random())})
    else:
        state.close_frame(frame)


@pytest.mark.parametrize("seed", range(30))
def test_paths_differ_in_nothing_else(seed):
    choose = random.Random(seed)
    states = [State()]
    for _ in range(200):
        state = choose.choice(states)
        if choose.random() < 0.1 and len(states) < 8:
            states.append(state.fork())
        elif choose.random() < 0.1:
            state.mark()
        else:
            write(state, choose)
    for one in states:
        for other in states:
            written = apart(one.epoch, other.epoch)
            assert written is not None
            addresses, frames = written
            for address in range(40):
                same = one.heap.get(address) is other.heap.get(address)
                assert same or address in addresses
            for frame in range(6):
                assert one.frame(frame) == other.frame(frame) or frame in frames


def test_paths_that_do_not_come_of_one():
    assert apart(State().epoch, State().epoch) is None


def test_what_was_there_before():
    state = State()
    first, second = ListObject(()), ListObject((), complete=False)
    state.heap[1] = first
    start = state.mark()
    later = state.fork()
    later.heap[1] = second
    later.heap[2] = second
    later = later.fork()
    later.heap[1] = ListObject((Const(1),))
    del later.heap[2]
    assert before(later.epoch, start) == {1: first, 2: None}
    assert before(state.epoch, start) == {}
