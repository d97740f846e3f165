"""LibCST's parser without its checks."""

from __future__ import annotations

import libcst as cst
import pytest

from flake8_flax_rng.syntax.parser import parsed


def test_the_tree_is_the_one_that_the_parser_makes() -> None:
    text = "def f(x, *, y=(1)):\n    return [x.y[z:1], 'a' f'{b}']  # why\n"
    assert parsed(text).code == text
    assert parsed(text).deep_equals(cst.parse_module(text))


def test_what_a_program_builds_is_still_checked() -> None:
    parsed("x = 1\n")
    with pytest.raises(cst.CSTValidationError):
        cst.Name("")


def test_what_cannot_be_parsed_leaves_the_checks_in_place() -> None:
    with pytest.raises(cst.ParserSyntaxError):
        parsed("(x): int = 1\n")
    with pytest.raises(cst.CSTValidationError):
        cst.SimpleWhitespace("x")


def test_no_node_is_checked_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[cst.CSTNode] = []
    monkeypatch.setattr(cst.Name, "_validate", lambda node: checked.append(node))
    parsed("x = y\n")
    assert not checked
    cst.Name("x")
    assert len(checked) == 1


def test_spaces_of_one_kind_are_one_node() -> None:
    first, second = parsed("x = 1\nlonger = 22\n").body
    assert isinstance(first, cst.SimpleStatementLine)
    assert isinstance(second, cst.SimpleStatementLine)
    assert first.trailing_whitespace is second.trailing_whitespace
    assert first.body[0] is not second.body[0]


def test_every_comment_is_a_node_of_its_own() -> None:
    first, second = parsed("x = 1  # why\nx = 1  # why\n").body
    assert isinstance(first, cst.SimpleStatementLine)
    assert isinstance(second, cst.SimpleStatementLine)
    assert first.trailing_whitespace is not second.trailing_whitespace
    assert first.trailing_whitespace.comment is not second.trailing_whitespace.comment


@pytest.mark.parametrize("text", ["x = 1\n", "(x): int = 1\n"])
def test_the_classes_of_spaces_are_back(text: str) -> None:
    try:
        parsed(text)
    except cst.ParserSyntaxError:
        assert text.startswith("(")
    assert isinstance(cst.SimpleWhitespace(" "), cst.SimpleWhitespace)
    assert isinstance(cst.Newline(), cst.Newline)
    assert cst.SimpleWhitespace(" ") is not cst.SimpleWhitespace(" ")


def test_nodes_are_told_apart_by_their_identity() -> None:
    one, other = cst.Name("x"), cst.Name("x")
    assert {one: 1, other: 2}[one] == 1
    assert len({one, other, one}) == 2
