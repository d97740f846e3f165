"""What unknown code may do with the keys that a function takes along."""

import pytest

from flake8_flax_rng.lint import lint

GIVEN = """
import jax
from elsewhere import estimate, scan

class Noise:
    def __init__(self, key):
        self.key = key

    def __call__(self, x):
        return x + jax.random.normal(self.key, x.shape)

def search(key, x, n):
    search_key, noise_key = jax.random.split(key)
    noise = Noise(noise_key)
    {}
    return scan(step, x, jax.random.split(key, n))
"""


@pytest.mark.parametrize(
    "step",
    [
        "step = lambda x, key: x + jax.random.normal(noise_key, x.shape)",
        "step = lambda x, key: estimate(x, noise_key)",
        "step = lambda x, key: noise(x)",
        "step = noise",
        "step = jax.vmap(noise)",
        "around = jax.vmap(noise); step = lambda x, key: around(x)",
        "inner = lambda x: noise(x); step = lambda x, key: inner(x)",
    ],
)
def test_a_key_that_a_function_takes_along_goes_where_the_function_goes(step):
    found = [finding for finding in lint(GIVEN.format(step)) if finding.code == "RNG101"]
    assert [finding.line for finding in found] == [16]
    assert "`search_key`" in found[0].message


@pytest.mark.parametrize("step", ["step = lambda x, key: x + 1", "step = lambda x, noise_key: estimate(x, noise_key)"])
def test_a_function_takes_along_only_what_it_reads(step):
    assert not [finding for finding in lint(GIVEN.format(step)) if finding.code == "RNG101"]
