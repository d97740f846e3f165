"""RNG108 splits a key that is kept, but not under another name than the one under which an object holds it."""

from __future__ import annotations

import pytest

from flake8_flax_rng.lint import lint
from tests import FIXTURES

PROGRAM = """\
import jax


class Loader:
    def __init__(self, key):
        self.key = key

    def order(self):
        self.key, _ = jax.random.split(self.key)
{}


print(Loader(jax.random.key(1)).order())
"""


@pytest.mark.parametrize(
    "lines",
    [
        "        key = self.key\n        key, subkey = jax.random.split(key)\n        return jax.random.normal(subkey)",
        "        key = self.key\n        return jax.random.normal(key)",
    ],
)
def test_a_key_that_was_taken_out_of_an_object_is_not_split_beside_it(lines):
    (found,) = [each for each in lint(PROGRAM.format(lines), detailed=True) if each.code == "RNG108"]
    assert found.detail is not None
    assert found.detail.fix is None


def test_a_key_that_is_returned_is_split():
    text = (FIXTURES / "RNG108" / "bad_used_key_returned_for_the_next_call.py").read_text(encoding="utf-8")
    (found,) = [each for each in lint(text, detailed=True) if each.code == "RNG108"]
    assert found.detail is not None
    assert found.detail.fix is not None
