"""Programs with a claim, and what the verifier says of them."""

from __future__ import annotations

import textwrap
from pathlib import Path

import pytest

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.verifier.runner import Row, verify

pytest.importorskip("jax")
pytest.importorskip("flax")

HEAD = """
import jax
import jax.numpy as jnp
import flax.linen as nn
from flax import nnx
from jax import lax, random
"""

MODEL = """
class Net(nn.Module):
    train: bool = True

    @nn.compact
    def __call__(self, x):
        return nn.Dropout(0.5, deterministic=not self.train)(nn.Dense(3)(x))

x = jnp.ones((2, 4))
k1, k2, k3, k4 = random.split(random.key(0), 4)
"""


def run(
    directory: Path,
    claim: str,
    body: str,
    timeout: float = 60,
    findings: tuple[Finding, ...] = (),
    shared: bool = True,
) -> Row:
    """Verify one program; the body follows the claim and the imports."""
    path = directory / "bad_program.py"
    path.write_text(f"# claim: {claim}\n{HEAD}{textwrap.dedent(body)}", encoding="utf-8")
    (row,) = verify([path], lambda source, filename: findings, timeout=timeout, shared=shared)
    return row


def confirms(directory: Path, claim: str, body: str) -> None:
    row = run(directory, claim, body)
    assert row.jax_ok, row.jax


def refuses(directory: Path, claim: str, body: str, why: str) -> None:
    row = run(directory, claim, body, shared=False)  # What disagrees would run again in a process of its own.
    assert not row.jax_ok, row.jax
    assert why in row.jax, row.jax
