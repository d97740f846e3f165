"""No method by which a container changes is missing from the one list of them."""

from __future__ import annotations

from collections import deque
from types import MappingProxyType

import pytest

from flake8_flax_rng.syntax.mutators import CHANGING, FILLING

READING = {"__copy__", "__reversed__", "copy", "fromkeys", "maxlen"}
BY_OPERATOR = {"__iadd__", "__iand__", "__imul__", "__ior__", "__isub__", "__ixor__"}
"""An augmented assignment is one by its syntax, whatever method it calls."""

ARGUMENTS = {"insert": (0, 1), "extend": ([1],), "extendleft": ([1],), "__setitem__": (1, 1), "update": ({1: 1},)}
SETS = "difference_update", "intersection_update", "symmetric_difference_update"


@pytest.mark.parametrize(
    ("mutable", "fixed"), [(list, tuple), (deque, tuple), (dict, MappingProxyType), (set, frozenset)]
)
def test_what_a_fixed_container_lacks_changes_it(mutable, fixed):
    assert set(dir(mutable)) - set(dir(fixed)) - set(dir(object)) - READING - BY_OPERATOR <= CHANGING


@pytest.mark.parametrize("name", sorted(CHANGING))
def test_what_fills_a_container_is_told_apart(name):
    grown = False
    for empty in ([], deque(), {}, set()):
        try:
            getattr(empty, name)(*ARGUMENTS.get(name, ([1],) if name in SETS else (1,)))
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            continue
        grown = grown or bool(empty)
    assert grown is (name in FILLING)
