"""Names as they are imported, bound and rebound: which `random` and which Linen a program means."""

from __future__ import annotations

import pytest

from tests.programs import MODELS, cases, found, marks

SPELLINGS = [
    ("import jax", "jax.random.{}"),
    ("import jax as j", "j.random.{}"),
    ("import jax.random", "jax.random.{}"),
    ("import jax.numpy as jnp, jax", "jax.random.{}"),
    ("import jax.random as jr", "jr.{}"),
    ("import jax.random as jrandom", "jrandom.{}"),
    ("import jax.random as jrng", "jrng.{}"),
    ("from jax import random", "random.{}"),
    ("from jax import numpy as jnp, random as jrandom", "jrandom.{}"),
    ("from jax import (\n    random,\n)", "random.{}"),
    ("from jax.random import PRNGKey, key, normal, split", "{}"),
    ("from jax.random import *", "{}"),
    ("import jax\nrnd = jax.random", "rnd.{}"),
    ("import jax\nPRNGKey, normal, split = jax.random.PRNGKey, jax.random.normal, jax.random.split", "{}"),
    ("try:\n    from jax import random as r\nexcept ImportError:\n    raise", "r.{}"),
    ("if True:\n    import jax.random as r", "r.{}"),
]


@pytest.mark.parametrize(("line", "path"), SPELLINGS, ids=[line for line, _ in SPELLINGS])
def test_spellings_of_the_import(line, path):
    new, normal, split = path.format("PRNGKey"), path.format("normal"), path.format("split")
    bad = f"{line}\nk = {new}(0)\na = {normal}(k)\nb = {normal}(k)  # ! RNG101\n"
    good = f"{line}\nk, s = {split}({new}(0))\na = {normal}(k)\nb = {normal}(s)\n"
    assert found(bad) == marks(bad)
    assert found(good) == []


def test_renamed_functions():
    head = "from jax.random import PRNGKey as Key, normal as gauss, split as fork\n"
    bad = head + "k = Key(0)\na = gauss(k)\nb = gauss(fork(k)[0])  # ! RNG101\n"
    good = head + "k, s = fork(Key(0))\na = gauss(k)\nb = gauss(fork(s)[0])\n"
    assert found(bad) == marks(bad)
    assert found(good) == []


def test_an_import_in_a_function():
    bad = "def f(k):\n    from jax import random as r\n    r.normal(k)\n    r.normal(k)  # ! RNG101\n"
    good = "def f(k):\n    from jax import random as r\n    r.normal(k)\ndef g(k):\n    r.normal(k), r.normal(k)\n"
    assert found(bad) == marks(bad)
    assert found(good) == []


@pytest.mark.parametrize(
    "program",
    [
        "import jax\nimport random\nk = 1.0\nrandom.gauss(k)\nrandom.gauss(k)\n",
        "import jax\nfrom numpy import random\nk = 1.0\nrandom.normal(k)\nrandom.normal(k)\n",
        "import jax\nimport numpy as jnp\nrng = jnp.random.default_rng(0)\nrng.normal()\nrng.normal()\n",
        "from jax import random\nimport random\nk = 1.0\nrandom.normal(k)\nrandom.normal(k)\n",
        "import jax\nclass jax:\n    random = None\nk = 1\njax.random.normal(k)\njax.random.normal(k)\n",
        "import jax\njax_key = 'a.b'\njax_key.split('.')\njax_key.split('.')\n",
        "import jax\nfrom .random import normal, key\nk = key(0)\nnormal(k)\nnormal(k)\n",
        "import jax\ndef f(jax, k):\n    jax.random.normal(k)\n    jax.random.normal(k)\n",
    ],
    ids=["stdlib", "numpy", "generator", "rebound", "class", "string", "relative", "parameter"],
)
def test_another_random(program):
    assert found(program) == []


LINEN = [
    ("from flax import linen as nn", "nn.{}"),
    ("import flax.linen as nn", "nn.{}"),
    ("import flax.linen", "flax.linen.{}"),
    ("import flax", "flax.linen.{}"),
    ("from flax import linen", "linen.{}"),
    ("from flax.linen import Dense, Dropout, Module, compact", "{}"),
]


@pytest.mark.parametrize(("line", "path"), LINEN, ids=[line for line, _ in LINEN])
def test_spellings_of_linen(line, path):
    program = f"""\
import jax, jax.numpy as jnp
{line}


class Net({path.format("Module")}):
    @{path.format("compact")}
    def __call__(self, x, train=True):
        x = {path.format("Dense")}(3)(x)
        return {path.format("Dropout")}(0.5, deterministic=not train)(x)


x = jnp.ones((2, 4))
variables = Net().init(jax.random.key(0), x, train=False)
"""
    bad = program + "Net().apply(variables, x)  # ! RNG203\n"
    good = program + "Net().apply(variables, x, train=False)\n"
    assert found(bad) == marks(bad)
    assert found(good) == []


# Names that depend on what is installed

CONDITIONAL = """
== a package that may be missing
try:
    import wandb
    LOGGED = True
except ImportError:
    LOGGED = False
class Late(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dropout(0.5, deterministic=False)(x)
def loss(x):
    return Late().apply({}, x)  # ! RNG203
--
try:
    import wandb
    LOGGED = True
except ImportError:
    LOGGED = False
class Late(nn.Module):
    quiet: bool = LOGGED
    @nn.compact
    def __call__(self, x):
        return nn.Dropout(0.5, deterministic=self.quiet)(x)
def loss(x):
    return Late().apply({}, x)

== what only type checkers see
from typing import TYPE_CHECKING
if TYPE_CHECKING:
    from wandb import Run
class Late(nn.Module):
    @nn.compact
    def __call__(self, x):
        return nn.Dropout(0.5, deterministic=False)(x)
def loss(model: Late, x, run: "Run"):
    return model.apply({}, x)  # ! RNG203
--
import typing
if typing.TYPE_CHECKING:
    train = True
else:
    train = False
def loss(params, x):
    return Net().apply(params, x, train)
"""


@pytest.mark.parametrize("program", cases(CONDITIONAL, MODELS))
def test_an_import_under_a_condition(program):
    assert found(program) == marks(program)
