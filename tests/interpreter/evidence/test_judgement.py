"""Two splits whose children are split again by one another: the question which of them meet comes to an end."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_flax_rng.interpreter.evidence.judgement import Judgement


@dataclass(frozen=True)
class Split:
    """A split as far as the question asks for it."""

    derived: int
    kind: str = "split"
    twin: bool = False


class Nothing:
    """No child of a split is used or goes out of sight."""

    def children(self, _):
        return ()

    def children_before(self, *_):
        return ()


class Book:
    """Evidence of two splits without any use of their children."""

    escapes = uses = Nothing()


def test_splits_that_derive_from_each_other(monkeypatch):
    first, second = Split(1), Split(2)
    judged = object.__new__(Judgement)
    judged._book, judged._asked = Book(), set()
    monkeypatch.setattr(judged, "_of_makers", lambda _: [(first, second)])
    monkeypatch.setattr(judged, "_stands", lambda early, late: judged._children_meet(early, late))
    assert judged._children_meet(first, second) is False
    assert judged._asked == set()
