"""Two splits whose children are split again by one another: the question which of them meet comes to an end."""

from __future__ import annotations

from dataclasses import dataclass

from flake8_flax_rng.interpreter.evidence.judgement import Judgement
from tests.programs import HEAD, found, marks


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


MIXED = (
    HEAD
    + """
def pairs(key):
    pair_key = random.fold_in(key, 1)
    _, noise_key = random.split(key){}
    noise = random.normal(noise_key)
    return noise, {}
"""
)


def test_equal_keys_are_reported_where_both_are_drawn_from_and_not_where_one_is_split():
    drawn = MIXED.format("  # ! RNG103", "random.uniform(pair_key)")
    assert found(drawn) == marks(drawn)
    split = MIXED.format("", "[random.normal(k) for k in random.split(pair_key)]")
    assert found(split) == []
    assert found(MIXED.format("", "random.randint(pair_key, (), 0, 9)")) == []


def test_a_script_draws_an_example_for_init():
    script = "import haiku as hk\nimport jax\nkey = jax.random.key(0)\nnet = hk.transform(hk.nets.MLP([3]))\n"
    script += "x = jax.random.normal(key, (2, 3))\nparams = net.init(key, x)"
    assert found(f"{script}\n") == []
    read = f"{script}  # ! RNG101\nprint(net.apply(params, None, x))\n"
    assert found(read) == marks(read)
