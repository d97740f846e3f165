"""What a detailed finding holds, and that no mistake in it costs the finding."""

from __future__ import annotations

import pytest

from flake8_flax_rng.finding import Finding, Range
from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import rng101
from flake8_flax_rng.syntax.project import Project

PROGRAM = """\
import jax


def draw(key):
    return jax.random.normal(key)


def twice(key):
    one = draw(key)
    for step in range(3):
        two = jax.random.normal(
            key,
        )
    return one, two
"""


def reuse(text: str = PROGRAM, **settings) -> Finding:
    return next(found for found in lint(text, detailed=True, **settings) if found.code == "RNG101")


def test_nothing_is_made_that_nobody_asks_for(monkeypatch):
    monkeypatch.setattr(rng101, "split_before", lambda *_: pytest.fail("it is made"))
    monkeypatch.setattr("flake8_flax_rng.syntax.source.ranges", lambda *_: pytest.fail("it is computed"))
    assert {(found.code, found.detail) for found in lint(PROGRAM)} >= {("RNG101", None)}


def test_the_range_is_that_of_the_key():
    assert reuse().detail.range == Range(12, 12, 12, 15)


def test_the_way_between_the_two_places():
    places = [(related.label, related.range) for related in reuse().detail.related]
    assert places == [
        ("first consumed here", Range(9, 15, 9, 18)),
        ("consumed in here", Range(5, 11, 5, 28)),
    ]


def test_a_place_in_another_file(write):
    write("draws.py", "import jax\n\n\ndef draw(key):\n    return jax.random.normal(key)\n")
    text = "import jax\nfrom draws import draw\n\nkey = jax.random.key(0)\nprint(draw(key), jax.random.normal(key))\n"
    path = write("program.py", text)
    related = reuse(text, filename=str(path), project=Project(str(path))).detail.related
    assert [place.range.file.endswith("draws.py") for place in related] == [False, True]


@pytest.mark.parametrize("broken", ["split_before", "way"])
def test_a_mistake_in_a_fix_costs_the_fix(broken, monkeypatch):
    def fails(*_):
        raise ZeroDivisionError

    if broken == "way":
        monkeypatch.setattr("flake8_flax_rng.syntax.source.Chunk.range", fails)
    else:
        monkeypatch.setattr(rng101, broken, fails)
    found = reuse()
    assert found == next(plain for plain in lint(PROGRAM) if plain.code == "RNG101")
    assert found.detail.fix is None
    assert bool(found.detail.related) is (broken != "way")
