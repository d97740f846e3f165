"""What the tables say of the layers of NNX is what Flax does."""

from __future__ import annotations

import pytest
from flax import nnx

from flake8_flax_rng.semantics.nnx import (
    DROPOUT,
    INITIALIZERS,
    LAYERS,
    MODES,
    MODULE_METHODS,
    OPTIONAL,
    RNN,
    SAMPLERS,
    STATE_TYPES,
)


def linear():
    return nnx.Linear(2, 3, rngs=nnx.Rngs(0))


POSITIONAL = {
    DROPOUT: (0.5,),
    "flax.nnx.MultiHeadAttention": (2, 4),
    "flax.nnx.Einsum": ("ab,bc->ac", (2, 3), (3,)),
    "flax.nnx.Conv": (2, 3, (3,)),
    "flax.nnx.ConvTranspose": (2, 3, (3,)),
    "flax.nnx.LoRA": (2, 3, 4),
    "flax.nnx.GroupNorm": (2, 2),
    **{path: (2,) for path, layer in LAYERS.items() if layer.fields == ("num_features",)},
}
OTHERS = {"flax.nnx.LoRALinear": {"lora_rank": 2}}
WRAPPING = ("flax.nnx.WeightNorm", "flax.nnx.SpectralNorm")
DRAWING = [path for path in LAYERS if path not in WRAPPING and path != "flax.nnx.PReLU"]


def made(path, **options):
    """Make a layer, and return it with its streams."""
    rngs = nnx.Rngs(params=0, dropout=1, carry=2)
    args = POSITIONAL.get(path, (2, 3))
    cls = getattr(nnx, path.rpartition(".")[2])
    return cls(*args, **OTHERS.get(path, {}), **options, rngs=rngs), rngs


@pytest.mark.parametrize("path", DRAWING)
def test_a_constructor_draws_what_its_row_says(path):
    _, rngs = made(path)
    assert int(rngs.params.count[...]) == len(LAYERS[path].draws)


@pytest.mark.parametrize("path", [path for path in DRAWING if set(LAYERS[path].draws) & set(OPTIONAL)])
def test_what_is_optional_is_left_out(path):
    options = {OPTIONAL[letter]: False for letter in LAYERS[path].draws if letter in OPTIONAL}
    if path.endswith(("Cell", "Einsum", "LoRALinear")):
        pytest.skip("its bias is another option, or none")
    _, rngs = made(path, **options)
    assert int(rngs.params.count[...]) == len([letter for letter in LAYERS[path].draws if letter not in OPTIONAL])


def test_layers_fork_where_they_are_made():
    _, rngs = made(DROPOUT)
    assert int(rngs.dropout.count[...]) == 1
    for rate, forks in ((0.1, 1), (0.0, 0)):
        _, rngs = made("flax.nnx.MultiHeadAttention", dropout_rate=rate)
        assert int(rngs.dropout.count[...]) == forks


@pytest.mark.parametrize("path", [path for path in LAYERS if LAYERS[path].required])
def test_required_streams(path):
    cls = getattr(nnx, path.rpartition(".")[2])
    with pytest.raises(TypeError, match="rngs"):
        cls(*POSITIONAL.get(path, (2, 3)), **OTHERS.get(path, {}))


def test_layers_that_need_no_streams():
    assert nnx.Dropout(0.5).rngs is None
    assert nnx.PReLU() is not None
    assert RNN.rpartition(".")[2] in dir(nnx)


@pytest.mark.parametrize("name", sorted(SAMPLERS | INITIALIZERS))
def test_a_stream_has_these_methods(name):
    assert callable(getattr(nnx.RngStream, name))
    assert callable(getattr(nnx.Rngs, name))


@pytest.mark.parametrize("name", sorted(MODULE_METHODS))
def test_a_module_has_these_methods(name):
    assert callable(getattr(nnx.Module, name))


@pytest.mark.parametrize("mode", MODES)
def test_a_mode_sets_these_attributes(mode):
    drop = nnx.Dropout(0.5, deterministic=mode == "train")
    norm = nnx.BatchNorm(2, use_running_average=mode == "train", rngs=nnx.Rngs(0))
    getattr(drop, mode)()
    getattr(norm, mode)()
    assert {"deterministic": drop.deterministic, "use_running_average": norm.use_running_average} == MODES[mode]


@pytest.mark.parametrize("path", STATE_TYPES)
def test_filters_by_type(path):
    drop = nnx.Dropout(0.5, rngs=nnx.Rngs(0))
    kind = getattr(nnx, path.rpartition(".")[2])
    assert bool(nnx.to_flat_state(nnx.state(drop, kind))) is STATE_TYPES[path]
