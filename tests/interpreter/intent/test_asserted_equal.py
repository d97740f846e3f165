"""Which assertions say that two draws from one key are meant: those that fail unless both are equal."""

from __future__ import annotations

import textwrap

import pytest

from flake8_flax_rng.lint import lint
from flake8_flax_rng.semantics.comparisons import Demand, demand, says_equal
from tests.programs import HEAD, OPT_IN

PROGRAM = """
import chex, unittest, numpy as np
from elsewhere import check_trees_equal, trees_equal, report
def draw(k):
    return {{"x": random.normal(k, (3,))}}["x"]
class Noise(unittest.TestCase):
    def runTest(self, key, tol, other):
        a = draw(key)
        b = draw(key)
{}
"""
EQUAL = [
    "assert (a == b).all()",
    "assert a.tolist() == b.tolist()",
    "assert jnp.array_equal(a, b) and a.shape == (3,)",
    "assert not (a != b).any()",
    "assert not (a.shape != (3,) or (a != b).any())",
    "assert ~jnp.any(a != b)",
    "assert bool(jnp.all(jnp.equal(a, b) & (a == b)))",
    "assert all(x == y for x, y in zip(a, b))",
    "assert all([x == y for x, y in zip(a, b)])",
    "assert trees_equal(a, b)",
    "assert jnp.abs(a - b).max() < 1e-6",
    "assert tol >= jnp.linalg.norm(a - b) / jnp.linalg.norm(a)",
    "assert not jnp.mean((a - b) ** 2) > tol",
    "assert (a - b).sum() == 0",
    "same = jnp.allclose(a, b)\nassert same, 'differ'",
    "if not jnp.allclose(a, b):\n    print(a)\n    raise ValueError(a)",
    "if jnp.allclose(a, b):\n    print(a)\nelse:\n    raise ValueError(a)",
    "if (a != b).any() or tol > 1:\n    raise ValueError(a)",
    "np.testing.assert_allclose(a, b, rtol=tol)",
    "np.testing.assert_allclose(a - b, 0.0)",
    "np.testing.assert_array_less(jnp.abs(a - b), tol)",
    "chex.assert_trees_all_close({'x': a}, {'x': b})",
    "self.assertEqual(a[0], b[0])",
    "self.assertTrue(jnp.allclose(a, b))",
    "self.assertFalse((a != b).any())",
    "self.assertGreater(tol, jnp.abs(a - b).max())",
    "check_trees_equal(a, b)",
]
NOT_EQUAL = [
    "print((a == b).all())",
    "return jnp.allclose(a, b)",
    "print('equal' if jnp.allclose(a, b) else 'not equal')",
    "assert not jnp.array_equal(a, b)",
    "assert (a != b).any()",
    "assert (a == b).any()",
    "assert (a == b).all() or tol",
    "assert not (a == b).all()",
    "assert not ((a == b).all() and tol)",
    "assert not trees_equal(a, b)",
    "assert a.shape == b.shape and len(a) == len(b)",
    "assert jnp.abs(a - b).max() > tol",
    "assert not jnp.abs(a - b).max() < tol",
    "assert (a == other).all() and (b == other).all()",
    "if jnp.allclose(a, b):\n    raise ValueError(a)",
    "if jnp.allclose(a, b):\n    print(a)",
    "np.testing.assert_equal(a.shape, b.shape)",
    "chex.assert_trees_all_equal_shapes(a, b)",
    "self.assertNotEqual(a[0], b[0])",
    "self.assertFalse(jnp.allclose(a, b))",
    "self.assertLess(tol, jnp.abs(a - b).max())",
    "report(trees_equal(a, b))",
    "jnp.array_equal(a, b)",
]


def reported(ending: str) -> list[str]:
    text = HEAD + PROGRAM.format(textwrap.indent(ending, " " * 8))
    return [finding.code for finding in lint(text) if finding.code not in OPT_IN]


def lines(text: str) -> list[int]:
    return [finding.line - HEAD.count("\n") for finding in lint(HEAD + text) if finding.code == "RNG101"]


@pytest.mark.parametrize("ending", EQUAL)
def test_what_must_be_equal_is_meant(ending):
    assert reported(ending) == []


@pytest.mark.parametrize("ending", NOT_EQUAL)
def test_what_is_only_compared_is_not(ending):
    assert reported(ending) == ["RNG101"]


def test_an_assertion_says_nothing_of_other_draws():
    text = (
        "def f(key, x):\n    noise = random.laplace(key, (3,))\n    a = random.normal(key, (3,))\n"
        "    b = random.normal(key, (3,))\n    assert (a * noise == b * noise).all()\n"
    )
    assert lines(text) == [3, 4]


def test_an_assertion_says_nothing_of_what_meets_within_a_value():
    text = (
        "def f(k):\n    return random.normal(k, (3,)) * random.uniform(k, (3,))\n"
        "def check(key):\n    a, b = f(key), f(key)\n    assert (a == b).all()\n"
    )
    assert lines(text) == [2]


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("jax.numpy.allclose", True),
        ("assertNotAlmostEqual", False),
        ("assert_trees_all_equal_dtypes", None),
        ("jax.numpy.not_equal", False),
        ("jax.numpy.sum", None),
        ("check_eq", True),
    ],
)
def test_names_that_say_equal(name, wanted):
    assert says_equal(name) is wanted


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("assertTrue", Demand.TRUE),
        ("numpy.testing.assert_", Demand.TRUE),
        ("assert_array_less", Demand.LESS),
        ("assertNotEqual", None),
        ("assertIsNone", None),
        ("allclose", None),
    ],
)
def test_demands(name, wanted):
    assert demand(name) is wanted
