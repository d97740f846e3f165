"""Work is counted, and the more of it there was, the less is followed from there."""

from __future__ import annotations

import threading

import pytest

from flake8_flax_rng.interpreter.core.work import Calls, Work
from flake8_flax_rng.interpreter.domain import budget
from flake8_flax_rng.lint import lint


def test_a_root_ends_at_its_own_limit_or_at_the_file_s():
    work = Work()
    work.steps, work.effort = 90, 90
    work.begin(100, 1_000)
    assert (work.limit, work.of_file, work.effort) == (190, False, 0)
    work.begin(100, 150)
    assert (work.limit, work.of_file) == (150, True)


@pytest.mark.parametrize(
    ("effort", "calls", "paths"),
    [
        (0, Calls.ALL, budget.PATHS_KEPT),
        (700, Calls.ALL, 3),
        (budget.EFFORT_FOR_ALL_CALLS, Calls.NEW, 2),
        (budget.EFFORT_FOR_CALLS, Calls.NONE, 2),
        (6_000, Calls.NONE, 1),
    ],
)
def test_the_more_was_followed_the_less_is_kept_apart(effort, calls, paths):
    work = Work()
    work.effort = effort
    assert (work.calls, work.paths_kept) == (calls, paths)


def test_other_files_have_a_share_of_their_own():
    work = Work()
    work.begin(1_000, 10_000)
    work.left_abroad = 400
    with pytest.raises(ValueError), work.in_other_file(3_000):
        assert (work.abroad, work.limit) == (1, 400)
        work.steps += 301
        assert (work.calls, work.paths_kept) == (Calls.NONE, budget.PATHS_KEPT_ABROAD)
        raise ValueError
    assert (work.abroad, work.steps, work.limit, work.left_abroad) == (0, 0, 1_000, 99)
    with work.in_other_file(3_000):
        assert work.limit == budget.SHORT_CALL_ABROAD


def test_when_nothing_is_left_no_other_file_is_entered():
    work = Work()
    code = object()
    assert work.may_enter(code)
    work.left_abroad = -budget.STEPS_FOR_SHORT_CALLS
    assert not work.may_enter(code)
    work.left_abroad = 1
    work.too_large.add(code)
    assert not work.may_enter(code)


def _calls_for(draws: int) -> int:
    """Count the calls of Python functions that it takes to lint a function which draws from one key again and again."""
    text = "import jax\n\n\ndef f(key):\n" + "".join(f"    x{n} = jax.random.normal(key)\n" for n in range(draws))
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event == "call"

    threading.setprofile(note)
    try:
        assert len(lint(text)) == draws - 1
    finally:
        threading.setprofile(None)
    return count


def test_many_draws_from_one_key_take_time_in_proportion() -> None:
    _calls_for(5)
    few, many = _calls_for(50), _calls_for(200)
    assert 0 < many < 6 * few
