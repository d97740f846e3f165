"""What a detailed finding holds, and that no mistake in it costs the finding."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flake8_flax_rng.finding import Finding, Range
from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import rng101
from flake8_flax_rng.syntax.project import Project
from tests.linted import linted

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
        ("consumed here, through the call on line 9", Range(5, 29, 5, 32)),
    ]


def test_a_place_in_another_file(write):
    write("draws.py", "import jax\n\n\ndef draw(key):\n    return jax.random.normal(key)\n")
    text = "import jax\nfrom draws import draw\n\ndef f(key):\n    return draw(key), jax.random.normal(key)\n"
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


def places(body: str, code: str) -> list[tuple[str, str]]:
    """The label and the source text of each related place of the only finding of a rule."""
    text = f"import jax\nfrom flax import nnx\n\n{body}"
    (found,) = (each for each in lint(text, detailed=True) if each.code == code)
    lines = text.splitlines()
    return [
        (place.label, lines[place.range.line - 1][place.range.column : place.range.end_column])
        for place in found.detail.related
    ]


def test_a_name_that_hides_the_key_is_told():
    both = "def f(self):\n    rng = self.key\n    return jax.random.normal(self.key), jax.random.normal(rng)\n"
    assert places(both, "RNG101") == [("`rng` is bound to the key here", "rng"), ("first consumed here", "self.key")]
    one = "def f(self):\n    rng = self.key\n    return jax.random.normal(rng), jax.random.normal(rng)\n"
    assert places(one, "RNG101")[0] == ("`rng` is bound to the key here", "rng")
    loop = "def f(key):\n    rng = key\n    for _ in range(3):\n        print(jax.random.normal(rng))\n"
    assert places(loop, "RNG102") == [("`rng` is bound to the key here", "rng"), ("the loop", "range(3)")]
    two = "def f():\n    a = b = jax.random.key(0)\n    return jax.random.normal(a), jax.random.normal(b)\n"
    assert places(two, "RNG101") == [
        ("`a` is bound to the key here", "a"),
        ("`b` is bound to the key here", "b"),
        ("first consumed here", "a"),
    ]


def test_a_name_that_hides_nothing_is_not():
    text = (
        "def f(rng):\n    key, k = jax.random.split(rng)\n    return jax.random.normal(k), jax.random.normal(k), key\n"
    )
    assert places(text, "RNG101") == [("first consumed here", "k")]


def test_a_stored_key_that_has_another_name():
    text = (
        "class A:\n    def __init__(self):\n        self.key = jax.random.key(0)\n\n"
        "    def draw(self):\n        rng = self.key\n        return jax.random.normal(rng)\n\n\n"
        "a = A()\nfor _ in range(3):\n    print(a.draw())\n"
    )
    assert places(text, "RNG108")[0] == ("`rng` is bound to the key here", "rng")


def test_what_is_consumed_in_a_call_is_the_key():
    helper = "def draw(rng):\n    return jax.random.normal(rng)\n\n\n"
    after = f"{helper}def f(key):\n    a = jax.random.uniform(key)\n    return a, draw(key)\n"
    assert places(after, "RNG101") == [
        ("first consumed here", "key"),
        ("consumed again here, through the call on line 10", "rng"),
    ]
    twice = f"{helper}def f(key):\n    a = draw(key)\n    return a, draw(key)\n"
    assert places(twice, "RNG101") == [("first consumed here", "key"), ("consumed here, through both calls", "rng")]


@pytest.mark.parametrize(
    ("draws", "advice"),
    [
        ("jax.vmap(normal)(keys), jax.vmap(uniform)(keys)", "it is an array of keys: make another one for this use"),
        ("jax.vmap(normal)(keys), uniform(keys[3])", "make another key for this use"),
    ],
)
def test_an_array_of_keys_is_not_split(draws: str, advice: str):
    text = (
        f"import jax\nfrom jax.random import normal, uniform\n\n\n"
        f"def f(key):\n    keys = jax.random.split(key, 8)\n    return {draws}\n"
    )
    (message,) = (found.message for found in lint(text) if found.code == "RNG101")
    assert message.endswith(f"on line 7; {advice}")


@pytest.mark.parametrize(
    ("text", "code", "expected"),
    [
        ("keys = jax.random.split(jax.random.key(0), 3)\nprint(keys[7])\n", "RNG110", ["jax.random.split"]),
        ("keys = jax.random.split(jax.random.key(0), 3)\na, b = keys\n", "RNG110", ["jax.random.split"]),
        ("key = jax.random.key(0)\nif key:\n    print(1)\n", "RNG111", ["jax.random.key"]),
        (
            "def helper(key):\n    return jax.random.split(key)\n\n\ndef f(key):\n    helper(key)\n",
            "RNG195",
            ["jax.random.split"],
        ),
        (
            "drop = nnx.Dropout(0.5, rngs=nnx.Rngs(dropout=0))\n"
            "nnx.split_rngs(drop, splits=3)\nnnx.reseed(drop, dropout=1)\n",
            "RNG309",
            ["nnx.split_rngs"],
        ),
        ("rngs = nnx.Rngs(params=0)\nprint(rngs.dropout())\n", "RNG301", ["nnx.Rngs"]),
        (
            "drop = nnx.Dropout(0.5, rngs=nnx.Rngs(0))\n\n\n"
            "@nnx.jit\ndef f(x):\n    return drop(x)\n\n\nprint(f(jax.numpy.ones(3)))\n",
            "RNG305",
            ["nnx.Dropout"],  # which forks the streams that it is given
        ),
    ],
    ids=lambda value: value if isinstance(value, str) and value.startswith("RNG") else "",
)
def test_where_the_keys_were_made(text: str, code: str, expected: list[str]):
    assert [source for _, source in places(text, code)] == expected


FIXTURES = Path(__file__).parents[2] / "fixtures"
CODES = sorted(folder.name for folder in FIXTURES.glob("RNG*"))
ONE_PLACE = {
    "RNG112",
    "RNG191",
    "RNG195",
    "RNG201",
    "RNG214",
    "RNG291",
    "RNG292",
    "RNG302",
    "RNG309",
    "RNG313",
    "RNG391",
}
"""The rules of whose findings in the fixtures each is about one place alone."""


@pytest.mark.slow
@pytest.mark.parametrize("code", CODES)
def test_the_places_of_the_fixtures(code: str):
    """Each line that a message names is a place, no place is told twice, and a rule about two places tells both."""
    two = False
    for path in sorted((FIXTURES / code).glob("bad_*.py")):
        for found in linted(path):
            main, related = found.detail.range, found.detail.related
            ranges = [main, *(place.range for place in related)]
            assert len(set(ranges)) == len(ranges), f"{path.name}:{found.line}"
            lines = {(place.line, Path(place.file).name) for place in ranges}
            lines |= {(line, "") for line in range(main.line, main.end_line + 1)}
            named = re.findall(r"line (\d+)(?: of (\S+?\.py))?", found.message)
            assert {(int(line), Path(file).name) for line, file in named} <= lines, f"{path.name}: {found.message}"
            two = two or (found.code == code and bool(related))
    assert two is (int(code[3:]) > 90 - (code == "RNG091") and code not in ONE_PLACE)
