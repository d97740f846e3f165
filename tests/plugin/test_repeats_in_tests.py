"""Repeated numbers in tests are a rule of their own."""

from __future__ import annotations

import pytest

from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES

REPEAT = (
    "key = jax.random.key(0)",
    "x = jax.random.normal(key, (3,))",
    "y = jax.random.normal(key, (3,))",
    "if (x @ y) > 0.5:",
    "    raise ValueError(x @ y)",
)
OPT_IN = {rule.code for rule in RULES if not rule.default}


def program(*head: str) -> str:
    """A program that draws twice below some lines."""
    depth = len(head[-1]) - len(head[-1].lstrip()) + 4 if head else 0
    return "\n".join(["import jax", "import pytest", *head, *(" " * depth + line for line in REPEAT), ""])


def codes(text: str, filename: str = "model.py", off: set[str] = OPT_IN) -> list[str]:
    return [found.code for found in lint(text, filename=filename, off=lambda: off)]


@pytest.mark.parametrize(
    "head",
    [
        ("def test_product():",),
        ("async def test_product():",),
        ("@pytest.fixture", "def product():"),
        ("@pytest.fixture(scope='module')", "def product():"),
        ("class TestProduct:", "    def product(self):"),
        ("class Products:", "    def test_product(self):"),
        ("def test_product(size=3, *, scale=1.0):",),
        ("@pytest.mark.parametrize('size', [3])", "def test_product(size):"),
    ],
)
def test_code_that_a_test_runner_calls(head):
    assert codes(program(*head)) == []
    assert codes(program(*head), off={*OPT_IN} - {"RNG198"}) == ["RNG198"]


@pytest.mark.parametrize(
    "head",
    [
        (),
        ("def latest():",),
        ("def attest():",),
        ("class Contest:", "    def run(self):"),
        ("def test(params, batch):",),
        ("def test_policy(policy, episodes=10):",),
        ("def test_policy(*, policy):",),
        ("class Agent:", "    def test(self, env):"),
    ],
)
def test_other_code(head):
    assert codes(program(*head)) == ["RNG101"]


@pytest.mark.parametrize("name", ["test_model.py", "model_test.py", "tests/conftest.py", "/a/b/test_x.py"])
def test_files_of_tests(name):
    assert codes(program(), name) == []
    assert codes(program(), name, off={*OPT_IN} - {"RNG198"}) == ["RNG198"]


@pytest.mark.parametrize("name", ["tests/model.py", "testing.py", "latest.py", "test_model", "model_test.ipynb"])
def test_other_files(name):
    assert codes(program(), name) == ["RNG101"]


def test_what_raises_is_reported_in_tests_too():
    text = "import jax\n\n\ndef test_draw():\n    first, second = jax.random.split(jax.random.key(0), 3)\n"
    assert codes(text) == ["RNG110"]
