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
