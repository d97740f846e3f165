"""Structure that is shared is visited once: a few doublings of a tuple hold millions of keys, and cost nothing.

What is counted is the work of the interpreter, in lines of its own text that are executed, and not the time.
"""

from __future__ import annotations

import ast
import threading
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

import flake8_flax_rng.interpreter
from flake8_flax_rng.lint import lint

INTERPRETER = str(Path(flake8_flax_rng.interpreter.__file__).parent)
FEW, MANY = 12, 24
ALLOWED = 2.3
"""How much more a program may cost that is twice as long: the part that does not grow is small."""

HEAD = "import jax\nimport jax.numpy as jnp\nimport other\nkey = jax.random.key(0)\n"

# What is shared, how it is shared once more, and what is done with it.
PROGRAMS = {
    "a dict, tree.map": ("x = {'a': key}", "x = {'a': x, 'b': x}", "y = jax.tree.map(jax.random.normal, x)"),
    "a list, tree.map": ("x = [key]", "x = [x, x]", "y = jax.tree.map(jax.random.normal, x)"),
    "a tuple, tree.map": ("x = (key, key)", "x = (x, x)", "y = jax.tree.map(lambda k: jax.random.normal(k), x)"),
    "a tuple, a sampler": ("x = (key, key)", "x = (x, x)", "y = jax.random.normal(x)"),
    "a tuple, a loop": ("x = (key, key)", "x = (x, x)", "for k in x:\n    jax.random.normal(k)"),
    "a tuple, fold_in": ("x = (key, key)", "x = (x, x)", "y = jax.random.fold_in(key, x)"),
    "a dict, fold_in": ("x = {'a': key}", "x = {'a': x, 'b': x}", "y = jax.random.fold_in(key, x)"),
    "a tuple, vmap": ("x = (key, key)", "x = (x, x)", "y = jax.vmap(lambda k: jax.random.normal(k))(x)"),
    "axes, vmap": (
        "x, axes = (key, key), (0, 0)",
        "x, axes = (x, x), (axes, axes)",
        "y = jax.vmap(lambda k: jax.random.normal(k), in_axes=(axes,))(x)",
    ),
    "a dict, scan": ("x = {'a': key}", "x = {'a': x, 'b': x}", "y = jax.lax.scan(lambda c, k: (c, k), x, x)"),
    "a dict, unknown code": ("x = {'a': key}", "x = {'a': x, 'b': x}", "other.call(x)"),
    "objects, unknown code": (
        "class A:\n    def __init__(self, x):\n        self.x, self.y = x, x\nx = A(key)",
        "x = A(x)",
        "other.call(x)",
    ),
    "a tuple, returned": (
        "def f(key):\n    x = (key, key)",
        "    x = (x, x)",
        "    return x\nf(key)",
    ),
    "two tuples, joined": (
        "x = y = (key, key)",
        "x, y = (x, x), (y, y)",
        "if other.flag():\n    x = y\njax.random.normal(x)",
    ),
    "two tuples, compared": (
        "def f(k, x):\n    return jax.random.normal(k)\nx = y = (1, 1)",
        "x, y = (x, x), (y, y)",
        "f(key, x), f(key, y)",
    ),
    "tuples, joined each time": ("x = (key, key)", "x = (x, x) if other.flag() else (x, x)", "jax.random.normal(x)"),
    "modules, kept by a closure": (
        "from flax import linen as nn\ndef make():\n    x = {'a': nn.Dense(3)}\n    y = {'a': nn.Dense(3)}",
        "    x = {'a': x, 'b': x}\n    y = {'a': y, 'b': y}",
        "    if other.flag():\n        x = y\n    def g(k):\n        return x['a'].init(k)\n    return g\nmake()(key)",
    ),
    "partial": (
        "from functools import partial\nx = partial(jax.random.normal, key)",
        "x = partial(x, x)",
        "y = jax.random.fold_in(key, x)",
    ),
    "zip": ("x = [key, key]", "x = zip(x, x)", "for k in x:\n    jax.random.normal(k)"),
    "a term, drawn": ("x = jax.random.normal(key)", "x = x + x", "y = jax.random.permutation(key, x)"),
    "a term, words of a key": ("x = jax.random.key_data(key)", "x = x + x", "k = jax.random.wrap_key_data(x)"),
    "a term, a condition": ("x = other.x", "x = x + x", "if x > 2:\n    jax.random.normal(key)"),
    "two terms, shuffled alike": (
        "x, y = other.x, other.y",
        "x, y = x + x, y + y",
        "a = jax.random.permutation(key, x)\nb = jax.random.permutation(key, y)",
    ),
}


def program(name: str, count: int) -> str:
    start, step, use = PROGRAMS[name]
    return HEAD + "\n".join([start, *[step] * count, use]) + "\n"


def work(text: str) -> int:
    """Return how many lines of the interpreter are executed for a program."""
    lines = 0

    def count(frame: FrameType, event: str, argument: Any) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    def enter(frame: FrameType, event: str, argument: Any) -> Any:
        return count if frame.f_code.co_filename.startswith(INTERPRETER) else None

    tree = ast.parse(text)
    before = threading.gettrace()
    threading.settrace(enter)  # the analysis runs in a thread of its own
    try:
        lint(text, tree)
    finally:
        threading.settrace(before)
    return lines


@pytest.mark.parametrize("name", PROGRAMS)
def test_work_grows_with_the_length_of_the_text(name):
    few, many = (work(program(name, count)) for count in (FEW, MANY))
    assert few > 0
    assert many < ALLOWED * few


def codes(name: str, count: int) -> list[tuple[str, int]]:
    return [(finding.code, finding.line) for finding in lint(program(name, count))]


@pytest.mark.parametrize("name", ["a dict, tree.map", "a list, tree.map", "a tuple, tree.map"])
@pytest.mark.parametrize("count", [1, 3, FEW, MANY])
def test_one_key_for_many_leaves_is_found(name, count):
    assert codes(name, count) == [("RNG102", 6 + count)]


@pytest.mark.parametrize("count", [1, FEW, MANY])
def test_tuples_are_no_keys(count):
    assert codes("a tuple, a sampler", count) == [("RNG111", 6 + count)]
    assert codes("a tuple, a loop", count) == [("RNG111", 7 + count)]
