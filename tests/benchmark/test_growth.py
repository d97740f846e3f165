"""Work grows with the length of a program, and with how deep it is nested, and never much faster: it is counted."""

from __future__ import annotations

import math
from unittest.mock import patch

import pytest

from flake8_flax_rng.lint import lint
from flake8_flax_rng.syntax import source
from tests.benchmark import growth
from tests.work import calls

GROWTH = {
    "lines of functions": (600, 1.1),
    "branches in sequence": (32, 1.2),
    "branches that draw": (32, 1.2),
    "keys": (64, 1.1),
    "nested conditions": (12, 1.3),
    "nested conditions that draw": (12, 1.3),
    "nested try": (6, 1.3),
    "nested lambdas": (20, 1.6),  # each is followed by itself too, in the scopes of all around it
    "nested loops over what is not known": (
        6,
        1.5,
    ),  # of each as many passes as loops are around it
    "fields": (64, 1.2),
    "doublings of a tuple": (32, 1.1),
}


def work(text: str) -> int:
    lint(text)  # what a process reads once
    with patch.object(source, "CHARACTERS_KEPT", 0):
        lint(text)
        return calls(lambda: lint(text))


@pytest.mark.parametrize("name", GROWTH)
def test_how_the_work_grows(name):
    make, _ = growth.CURVES[name]
    size, most = GROWTH[name]
    small, large = work(make(size)), work(make(2 * size))
    assert math.log2(large / small) < most


def test_draws_from_one_key_are_followed_once_and_compared_at_little_cost():
    make, _ = growth.CURVES["draws from one key"]
    small, large = work(make(64)), work(make(128))
    assert math.log2(large / small) < 1.1
