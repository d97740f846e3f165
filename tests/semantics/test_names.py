"""Names that mean one thing."""

import pytest

from flake8_flax_rng.semantics.names import canonical


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("jax.api.vmap", "jax.vmap"),
        ("jax._src.api.jit", "jax.jit"),
        ("jax._src.lax.control_flow.scan", "jax.lax.scan"),
        ("jax._src.random.normal", "jax.random.normal"),
        ("jax.util.partial", "functools.partial"),
        ("jax.apiary", "jax.apiary"),
    ],
)
def test_inner_and_former_names_of_jax(path, name):
    assert canonical(path) == name
