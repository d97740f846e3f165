"""Large, deep and recursive programs: none may hang, none may harm what is said elsewhere."""

from __future__ import annotations

import textwrap

import pytest

from flake8_flax_rng.syntax import cst_children
from tests.plugin.beside import BUG, plugin

ENDLESS = 600
"""Seconds after which a run is taken for one that does not end, on a machine however busy; no measure of speed."""


def generated(functions: int) -> str:
    """Correct JAX code of about ten lines a function."""
    parts = ["import jax\nimport jax.numpy as jnp\nfrom jax import random\n"]
    for number in range(functions):
        parts.append(
            f"""

def step_{number}(key, params, batch, train=False):
    key, noise_key = random.split(key)
    noise = random.normal(noise_key, batch.shape)
    if train:
        key, sub = random.split(key)
        batch = batch + random.bernoulli(sub, 0.5, batch.shape) * noise
    for i in range(3):
        noise = noise + random.uniform(random.fold_in(key, i))
    return jnp.sum(params * batch) + jnp.sum(noise) * {number}
"""
        )
    return "".join(parts)


def test_ten_thousand_lines(flake8):
    text = generated(910) + "\n\n" + BUG
    lines = text.count("\n")
    assert lines > 10_000
    assert flake8("--select=RNG", "-", stdin=text, timeout=ENDLESS).places == [f"stdin:{lines}:23 RNG101"]


def test_a_long_function(flake8):
    body = "".join(f"    key, sub = jax.random.split(key)\n    x{i} = jax.random.normal(sub)\n" for i in range(1500))
    text = "import jax\ndef f(key):\n" + body + "    return x0 + jax.random.normal(sub)\n"
    run = flake8("--select=RNG", "-", stdin=text, timeout=ENDLESS)
    assert run.places == [f"stdin:{text.count(chr(10))}:35 RNG101"]


def test_many_branches(flake8):
    """Two to the fortieth paths."""
    branches = "".join(f"    if c[{i}]:\n        x = x + {i}\n" for i in range(40))
    text = f"import jax\ndef f(key, c, x):\n    a = jax.random.normal(key)\n{branches}"
    text += "    return a + x + jax.random.normal(key)\n"
    run = flake8("--select=RNG", "-", stdin=text, timeout=ENDLESS)
    assert run.places == [f"stdin:{text.count(chr(10))}:38 RNG101"]


def test_nested_loops(flake8):
    """Each loop body runs twice: two to the eighteenth runs, were nothing done about it."""
    loops = "".join("    " * (i + 1) + f"for i{i} in range(2):\n" for i in range(18))
    text = f"import jax\ndef f(key):\n    x = 0\n{loops}{'    ' * 19}x += jax.random.normal(key)\n    return x\n"
    run = flake8("--select=RNG", "-", stdin=text, timeout=ENDLESS)
    assert [place.split(":")[1] for place in run.places] == ["22"]


def test_a_long_chain_of_calls(flake8):
    """Each function calls the one before it twice."""
    text = "import jax\ndef f0(key):\n    return jax.random.normal(key)\n"
    for i in range(1, 60):
        text += f"def f{i}(key):\n    a, b = jax.random.split(key)\n    return f{i - 1}(a) + f{i - 1}(b)\n"
    text += "f59(jax.random.key(1))\n" + BUG
    run = flake8("--select=RNG", "-", stdin=text, timeout=ENDLESS)
    assert run.places == [f"stdin:{text.count(chr(10))}:23 RNG101"]


DEEP = {
    "parentheses": "x = " + "(" * 100 + "1" + ")" * 100 + "\n",
    "lists": "x = " + "[" * 90 + "]" * 90 + "\n",
    "ifs": "".join(" " * i + "if a:\n" for i in range(90)) + " " * 90 + "pass\n",
    "functions": "".join(" " * i + f"def f{i}(key):\n" for i in range(90)) + " " * 90 + "pass\n",
    "lambdas": "x = " + "lambda key: " * 60 + "1\n",
    "a wide literal": "x = [" + ", ".join(map(str, range(3000))) + "]\n",
    "a wide call": "x = dict(" + ", ".join(f"k{i}={i}" for i in range(500)) + ")\n",
    "a long string": "x = '" + "jax " * 50_000 + "'\n",
}

TOO_DEEP = {  # for flake8's own pyflakes
    "sum": "x = " + " + ".join(["a"] * 400) + "\n",
    "elifs": "if a:\n    pass\n" + "elif a:\n    pass\n" * 1000,
    "attributes": "x = a" + ".b" * 800 + "\n",
    "calls": "x = a" + ".b(1)" * 400 + "\n",
    "conditions": "x = " + "1 if a else " * 90 + "2\n",
}


@pytest.mark.parametrize("name", DEEP)
def test_deep_and_wide(beside, name):
    text = "import jax\na = b = 1\n" + DEEP[name]
    assert beside(text + BUG) == [f"{text.count(chr(10)) + 3}:23 RNG101"]
    in_function = "import jax\ndef f(b, a=1):\n" + textwrap.indent(DEEP[name] + BUG, "  ")
    if name in ("ifs", "functions"):  # Python's own limit is 100 levels of indentation
        assert beside(in_function) == [f"{in_function.count(chr(10))}:25 RNG101"]


@pytest.mark.parametrize("double", ["x = x + x", "x = [*x, *x]", "x.extend(x)", "x += x"])
def test_what_doubles_again_and_again_is_not_followed_to_its_end(double):
    text = "import jax\ndef f(key):\n    x = [1, 2]\n" + f"    {double}\n" * 60
    assert plugin(text + "    return jax.random.normal(key) + jax.random.normal(key)\n") == ["64:55 RNG101"]


@pytest.mark.parametrize("name", TOO_DEEP)
def test_deeper_than_pyflakes_can(name):
    text = "import jax\na = b = 1\n" + TOO_DEEP[name]
    bug = f"{text.count(chr(10)) + 3}:23 RNG101"
    too_deep = "3:1 RNG001"  # for LibCST too
    assert plugin(text + BUG) in ([bug], [too_deep], [too_deep, bug])
    assert plugin("import jax\n" + BUG) == ["4:23 RNG101"]


# Recursion


RECURSIVE = """\
import functools

import jax


def walk(key, depth):
    if depth == 0:
        return jax.random.normal(key)
    left, right = jax.random.split(key)
    return walk(left, depth - 1) + walk(right, depth - 1)


def even(key, n):
    key, sub = jax.random.split(key)
    return jax.random.normal(sub) if n == 0 else odd(key, n - 1)


def odd(key, n):
    key, sub = jax.random.split(key)
    return jax.random.normal(sub) if n == 0 else even(key, n - 1)


def forever(key):
    return forever(key)


again = lambda key: again(key)
itself = functools.partial(forever)
forever_and_ever = functools.partial(lambda f, key: f(f, key), lambda f, key: f(f, key))


class Tree:
    def __init__(self, key):
        self.key, sub = jax.random.split(key)
        self.child = Tree(sub)
        self.me = self

    def draw(self):
        return self.me.child.draw()


class Left(Tree):
    def draw(self):
        return Right(self.key).draw()


class Right(Left):
    def draw(self):
        return Left(self.key).draw()


class Loop(Loop):
    pass


walk(jax.random.key(1), 3)
even(jax.random.key(2), 3)
forever(jax.random.key(3))
again(jax.random.key(4))
itself(jax.random.key(5))
forever_and_ever(jax.random.key(6))
Left(jax.random.key(7)).draw()
Loop(jax.random.key(8))
items = []
items.append(items)
a = a = itself = functools.partial(itself, itself)
"""


def test_recursion(beside):
    assert beside(RECURSIVE + BUG) == [f"{RECURSIVE.count(chr(10)) + 3}:23 RNG101"]


def test_many_findings_in_one_text():
    text = "import jax\ndef f(key):\n    x = 0\n" + "    x += jax.random.normal(key)\n" * 300
    before = cst_children._parents.cache_info().misses
    assert len(plugin(text)) == 299
    # The text is walked once, not once for each finding.
    assert cst_children._parents.cache_info().misses == before + 1
