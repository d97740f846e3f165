"""Short programs in pairs: some that are wrong at the marked lines, and their right look-alikes.

A text holds cases. ``== title`` begins one; ``--`` parts its programs. ``# ! RNG101`` marks a line that is
wrong; a program without marks is right.
"""

from __future__ import annotations

import re

import pytest

from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES

OPT_IN = frozenset(rule.code for rule in RULES if not rule.default)

HEAD = """\
import functools
import sys
from functools import partial

import jax
import jax.numpy as jnp
from jax import lax, random

yes, no, some = bool(jnp.ones(())), bool(jnp.zeros(())), int(jnp.ones(()))
key = random.key(some)

"""
"""What the programs begin with. The flags, and the seed of the key, have values that are known at run time only."""

MODELS = """\
import jax
import jax.numpy as jnp
import optax
from flax import linen as nn
from flax.training.train_state import TrainState


class Net(nn.Module):
    features: int = 4

    @nn.compact
    def __call__(self, x, train):
        return nn.Dropout(0.5, deterministic=not train)(nn.Dense(self.features)(x))


class Plain(nn.Module):
    @nn.compact
    def __call__(self, x, train):
        return nn.Dense(4)(x)


"""
"""What the programs begin with that run models: one that drops units in training, and one that draws nothing."""

MARK = re.compile(r"# ! (RNG\d{3})\s*$")


def marks(program: str) -> list[tuple[int, str]]:
    """Return line and code of each mark."""
    lines = enumerate(program.splitlines(), 1)
    return [(number, match[1]) for number, line in lines if (match := MARK.search(line))]


def found(program: str) -> list[tuple[int, str]]:
    """Return line and code of each finding of the rules that are on by default."""
    return [(finding.line, finding.code) for finding in lint(program) if finding.code not in OPT_IN]


def cases(text: str, head: str = HEAD) -> list[pytest.param]:
    """Return the programs of a text as parameters; each case has a wrong one and a right one."""
    result = []
    for case in re.split(r"^== ", text, flags=re.MULTILINE)[1:]:
        title, _, body = case.partition("\n")
        programs = [head + program.strip("\n") + "\n" for program in re.split(r"^--$", body, flags=re.MULTILINE)]
        wrong = [bool(marks(program)) for program in programs]
        assert any(wrong) and not all(wrong), f"{title}: a case needs a wrong and a right program"
        for number, (program, bad) in enumerate(zip(programs, wrong, strict=True), 1):
            name = f"{'bad' if bad else 'good'} {number} {title}"
            result.append(pytest.param(program, id=name.replace(" ", "_")))
    return result
