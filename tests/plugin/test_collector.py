"""How the linter leaves Python's collector, which the whole process shares."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from flake8_flax_rng.lint import NEW_OBJECTS, collect_seldom


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def test_the_collector_waits_for_as_much_as_a_file_brings() -> None:
    gc.set_threshold(700, 10, 10)
    collect_seldom()
    assert gc.get_threshold() == (NEW_OBJECTS, 10, 10)


def test_a_collector_that_waits_longer_is_left_alone() -> None:
    gc.set_threshold(2 * NEW_OBJECTS, 5, 7)
    collect_seldom()
    assert gc.get_threshold() == (2 * NEW_OBJECTS, 5, 7)


def test_a_collector_that_is_off_stays_off() -> None:
    gc.set_threshold(0, 10, 10)
    collect_seldom()
    assert gc.get_threshold() == (0, 10, 10)
