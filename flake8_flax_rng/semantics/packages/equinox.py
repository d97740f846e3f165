"""Equinox: layers take ``key`` by name; some draw from one when they are called."""

from __future__ import annotations

from flake8_flax_rng.records import record
from flake8_flax_rng.semantics.consumers import Consumer, Library, Makes

MODULE = "equinox.Module"
_CONVOLUTIONS = [f"Conv{kind}{size}" for kind in ("", "Transpose") for size in ("", "1d", "2d", "3d")]
_LAYERS = ["Linear", "Embedding", "GRUCell", "LSTMCell", "MultiheadAttention", "SpectralNorm", *_CONVOLUTIONS]


@record()
class Layer:
    """A layer that draws when it is called.

    Args:
        fields: its constructor's parameters by position.
        rate: the one that says how much it drops.
        default: what that is by default; nothing is drawn at 0.
    """

    fields: tuple[str, ...]
    rate: str
    default: float


_SIZES = "num_heads query_size key_size value_size output_size qk_size vo_size"
_BIASES = "use_query_bias use_key_bias use_value_bias use_output_bias"

DROPOUT = "equinox.nn.Dropout"
ATTENTION = "equinox.nn.MultiheadAttention"
DRAWING: dict[str, Layer] = {
    DROPOUT: Layer(("p", "inference"), "p", 0.5),
    ATTENTION: Layer((*_SIZES.split(), *_BIASES.split(), "dropout_p", "inference"), "dropout_p", 0.0),
}

SEQUENTIAL = "equinox.nn.Sequential"
LAMBDA = "equinox.nn.Lambda"

PLAIN: frozenset[str] = frozenset(
    f"equinox.nn.{name}"
    for name in ["Linear", "Identity", "MLP", "Embedding", "LayerNorm", "RMSNorm", "GroupNorm", "GRUCell", "LSTMCell"]
    + ["PReLU", *_CONVOLUTIONS]
    + [f"{kind}Pool{size}" for kind in ("Avg", "Max", "AdaptiveAvg", "AdaptiveMax") for size in ("1d", "2d", "3d")]
)
"""Layers that take a key when they are called, and ignore it."""

INFERENCE = "inference"
"""The attribute that turns a layer's draws off."""

INFERENCE_MODE: frozenset[str] = frozenset({"equinox.nn.inference_mode", "equinox.tree_inference"})
TREE_AT = "equinox.tree_at"
LOADING = "equinox.tree_deserialise_leaves"
PARTITION = "equinox.partition"
COMBINE = "equinox.combine"

KEEPING: frozenset[str] = frozenset({"equinox.apply_updates", "optax.apply_updates", "equinox.filter_shard", COMBINE})
"""Functions that return a module that they are given, with other arrays in it."""

LIBRARY = Library(
    "equinox",
    consumers={
        **{f"equinox.nn.{name}": Consumer(None, "key", makes=Makes.LAYER) for name in _LAYERS},
        "equinox.nn.MLP": Consumer(None, "key", makes=Makes.MODEL),
    },
    modules=frozenset({"equinox.nn"}),
    transforms={
        "equinox.filter_jit": "jit",
        "equinox.filter_checkpoint": "same",
        "equinox.filter_vmap": "vmap",
        "equinox.filter_pmap": "pmap",
        "equinox.filter_grad": "grad",
        "equinox.filter_jacfwd": "grad",
        "equinox.filter_jacrev": "grad",
        "equinox.filter_hessian": "grad",
        "equinox.filter_value_and_grad": "value_and_grad",
        "equinox.filter_make_jaxpr": "abstract",
        "equinox.nn.make_with_state": "with_state",
    },
    control={
        "equinox.filter_eval_shape": "eval_shape",
        "equinox.filter_vjp": "vjp",
        "equinox.filter_jvp": "vjp",
        "equinox.internal.scan": "scan",
        "equinox.internal.while_loop": "while_loop",
        "equinox.internal.fori_loop": "fori_loop",
    },
    part_modules=frozenset({MODULE, "equinox.nn.StatefulLayer"}),
)
