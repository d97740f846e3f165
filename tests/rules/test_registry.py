"""The registry: documentation in the same sections, examples that are true, messages a person can read."""

from __future__ import annotations

import re

import pytest

from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES

SECTIONS = ["What it does", "Why it matters", "Example", "Use instead", "Proven by"]
BY_CODE = {rule.code: rule for rule in RULES}
CODES = list(BY_CODE)


def section(code: str, title: str) -> str:
    parts = re.split(r"^## (.+)\n", BY_CODE[code].documentation, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))[title]


def program(code: str, title: str) -> str:
    (text,) = re.findall(r"```python\n(.*?)```", section(code, title), flags=re.DOTALL)
    return text


def test_codes_and_names():
    assert sorted(set(CODES)) == CODES
    assert all(re.fullmatch(r"RNG\d{3}", code) for code in CODES)
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name) for rule in RULES)


@pytest.mark.parametrize("code", CODES)
def test_documentation(code):
    rule = BY_CODE[code]
    assert rule.documentation.startswith(f"# {rule.code} {rule.name}\n")
    assert re.findall(r"^## (.+)$", rule.documentation, flags=re.MULTILINE) == SECTIONS
    assert all(section(code, title).strip() for title in SECTIONS)
    assert "\n" not in rule.summary
    assert not rule.summary.endswith(".")


@pytest.mark.parametrize("code", CODES)
def test_examples_are_programs(code):
    for title in ("Example", "Use instead"):
        compile(program(code, title), code, "exec")


@pytest.mark.parametrize("code", ["RNG001", "RNG090", "RNG101", "RNG102", "RNG206"])
def test_the_example_is_found_and_what_to_use_instead_is_not(code):
    assert [finding.code for finding in lint(program(code, "Example"))] == [code]
    assert lint(program(code, "Use instead")) == []


LINEN = """\
import jax
import jax.numpy as jnp
from flax import linen as nn


class Net(nn.Module):
    training: bool = False

    @nn.compact
    def __call__(self, x, train=None):
        on = self.training if train is None else train
        return nn.Dropout(0.5, deterministic=not on)(nn.Dense(3)(x))


params_key, dropout_key, key = jax.random.split(jax.random.key(0), 3)
x = jnp.ones((2, 3))
"""
BEFORE = {
    "RNG201": LINEN + "model = Net()\n",
    "RNG202": LINEN + "model = Net()\n",
    "RNG203": LINEN + "model = Net()\nvariables = model.init(key, x)\n",
    "RNG204": LINEN + "model = Net()\nvariables = model.init(params_key, x)\n",
    "RNG205": LINEN + "variables = Net().init(key, x)\n",
    "RNG207": LINEN + "model = Net()\nvariables = model.init(params_key, x)\n",
    "RNG208": LINEN,
    "RNG209": "from flax import linen as nn\n",
    "RNG213": LINEN,
}
"""What the examples of the Linen rules leave out."""


@pytest.mark.parametrize("code", BEFORE)
def test_the_example_of_a_linen_rule(code):
    example, instead = (lint(BEFORE[code] + program(code, title)) for title in ("Example", "Use instead"))
    assert [finding.code for finding in example if BY_CODE[finding.code].default] == [code]
    assert [finding for finding in instead if BY_CODE[finding.code].default] == []
