"""Edits keep what they do not touch, and two of one place are refused."""

from __future__ import annotations

import pytest

from flake8_flax_rng.finding import Edit, Range
from flake8_flax_rng.fixes.edits import Overlapping, applied, inserted


def edit(line: int, column: int, end_column: int, text: str) -> Edit:
    return Edit(Range(line, column, line, end_column), text)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_ends_of_lines_are_those_of_the_text(newline):
    text = f"a = b{newline}\tc = 'é', d  # kept{newline}"
    edits = [edit(2, 10, 11, "e"), inserted(2, 1, "x\n\t"), edit(1, 0, 1, "name")]
    assert applied(text, edits) == f"name = b{newline}\tx{newline}\tc = 'é', e  # kept{newline}"


def test_an_edit_may_cover_lines():
    assert applied("f(\n    a,\n)\nb", [Edit(Range(1, 2, 3, 0), "")]) == "f()\nb"


def test_an_insertion_before_what_is_replaced_is_no_overlap():
    assert applied("a b", [edit(1, 0, 1, "c"), inserted(1, 0, "x; ")]) == "x; c b"


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (edit(1, 0, 3, ""), edit(1, 2, 4, "")),
        (edit(1, 0, 3, ""), inserted(1, 1, "x")),
        (inserted(1, 1, "x"), inserted(1, 1, "x")),
        (edit(1, 0, 3, "x"), edit(1, 0, 3, "x")),
    ],
)
def test_two_edits_of_one_place_are_refused(one, two):
    with pytest.raises(Overlapping, match="line 1 overlap"):
        applied("abcd", [one, two])
