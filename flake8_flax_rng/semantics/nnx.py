"""What Flax NNX does with streams. A new layer is one line.

Facts: runs on flax 0.12.8. On 0.10 a layer keeps the ``Rngs`` that it is given, and draws from that; where this matters
for what a rule says, the rule is silent.
"""

from __future__ import annotations

from flake8_flax_rng.records import record

ROOT = "flax.nnx."
RNGS = "flax.nnx.Rngs"
STREAM = "flax.nnx.RngStream"
MODULES: frozenset[str] = frozenset({"flax.nnx.Module", "flax.nnx.Pytree", "flax.nnx.Object"})
DEFAULT = "default"
"""The stream that stands in for one that is missing."""


@record()
class Layer:
    """A built-in layer.

    Args:
        fields: names of its constructor's positional parameters.
        draws: what its constructor draws from ``params``, in order: ``k`` a kernel, ``b`` a bias, ``s`` a scale,
            ``f`` something fixed.
        initializer: the option that draws the kernel.
        fork: the stream that its constructor forks, and that its calls draw from.
        rate: the field without which, or where it is 0, its calls draw nothing.
        default_rate: that field's default.
        required: whether it must be given its streams.
    """

    fields: tuple[str, ...] = ()
    draws: str = ""
    initializer: str = "kernel_init"
    fork: str = ""
    rate: str = ""
    default_rate: float = 0.0
    required: bool = True


_FEATURES = ("in_features", "out_features")
_CELL = ("in_features", "hidden_features")
_DENSE = Layer(_FEATURES, "kb")
_CONV = Layer((*_FEATURES, "kernel_size"), "kb")
_NORM = Layer(("num_features",), "sb")

DROPOUT = "flax.nnx.Dropout"
ATTENTION = "flax.nnx.MultiHeadAttention"
RNN = "flax.nnx.RNN"
BIDIRECTIONAL = "flax.nnx.Bidirectional"
SEQUENTIAL = "flax.nnx.Sequential"

LAYERS: dict[str, Layer] = {
    DROPOUT: Layer(("rate",), fork="dropout", rate="rate", required=False),
    ATTENTION: Layer(
        ("num_heads", "in_features", "qkv_features", "out_features", "in_kv_features"),
        "kbkbkbkb",
        fork="dropout",
        rate="dropout_rate",
    ),
    "flax.nnx.Linear": _DENSE,
    "flax.nnx.LinearGeneral": _DENSE,
    "flax.nnx.Einsum": Layer(("einsum_str", "kernel_shape", "bias_shape"), "kb"),
    "flax.nnx.Conv": _CONV,
    "flax.nnx.ConvTranspose": _CONV,
    "flax.nnx.Embed": Layer(("num_embeddings", "features"), "k", initializer="embedding_init"),
    "flax.nnx.LoRA": Layer(("in_features", "lora_rank", "out_features"), "kf", initializer="a_initializer"),
    "flax.nnx.LoRALinear": Layer(_FEATURES, "kbff"),
    "flax.nnx.BatchNorm": _NORM,
    "flax.nnx.LayerNorm": _NORM,
    "flax.nnx.RMSNorm": Layer(("num_features",), "s"),
    "flax.nnx.GroupNorm": Layer(("num_features", "num_groups"), "sb"),
    "flax.nnx.InstanceNorm": _NORM,
    "flax.nnx.LSTMCell": Layer(_CELL, "kkb" * 4),
    "flax.nnx.OptimizedLSTMCell": Layer(_CELL, "kkb"),
    "flax.nnx.SimpleCell": Layer(_CELL, "kkb"),
    "flax.nnx.GRUCell": Layer(_CELL, "kkb"),
    "flax.nnx.WeightNorm": Layer(("layer_instance",), required=False),
    "flax.nnx.SpectralNorm": Layer(("layer_instance",), required=False),
    "flax.nnx.PReLU": Layer(("negative_slope_init",), required=False),
}
"""Built-in layers; of any other capitalised name of ``flax.nnx`` nothing is known."""

CELLS: frozenset[str] = frozenset(path for path in LAYERS if path.endswith("Cell"))
CARRY = "carry"
"""The stream that the carry of a cell is drawn from."""

ATTENTION_FUNCTION = "flax.nnx.dot_product_attention"

OPTIONAL: dict[str, str] = {"b": "use_bias", "s": "use_scale"}
"""What a constructor draws only where this option is not false."""

BIAS_SHAPE = "bias_shape"
"""The option without which such a layer has no bias."""

MODES: dict[str, dict[str, bool]] = {
    "train": {"deterministic": False, "use_running_average": False},
    "eval": {"deterministic": True, "use_running_average": True},
}
"""Methods of every module that set a mode, and what they set."""

MODES_ELSEWHERE: frozenset[str] = frozenset({"mode", "train", "training", "is_training", "is_train"})
"""What other libraries call the argument of ``train`` that turns training off: PyTorch's is ``mode``."""

MODE_FLAGS: frozenset[str] = frozenset({"deterministic", "use_running_average"})
SETTING = "set_attributes"
VIEW = "flax.nnx.view"
VIEW_OPTIONS: frozenset[str] = frozenset({"only", "raise_if_not_found", "graph"})
MODULE_METHODS: frozenset[str] = frozenset({*MODES, SETTING, "sow", "perturb", "iter_modules", "iter_children"})

_OF_A_STREAM = """
    bits uniform randint permutation choice normal multivariate_normal truncated_normal bernoulli beta cauchy dirichlet
    exponential gamma loggamma poisson gumbel categorical laplace logistic pareto t chisquare f rademacher maxwell
    double_sided_maxwell weibull_min orthogonal generalized_normal ball rayleigh wald geometric triangular lognormal
    binomial multinomial
"""
SAMPLERS: frozenset[str] = frozenset(_OF_A_STREAM.split())
"""Samplers of ``jax.random`` that a stream has as methods, without the key."""

_MAKERS = """
    delta_orthogonal glorot_normal glorot_uniform he_normal he_uniform kaiming_normal kaiming_uniform lecun_normal
    lecun_uniform variance_scaling xavier_normal xavier_uniform
"""
INITIALIZERS: frozenset[str] = frozenset(_MAKERS.split())
ANNOTATING: frozenset[str] = frozenset({"flax.nnx.with_partitioning", "flax.nnx.with_metadata"})
"""Functions that return an initializer like the one that they are given."""

"""Makers of initialisers that a stream has as methods; what they make takes no key."""

RNGS_METHODS: frozenset[str] = frozenset({"fork", "split", "broadcast", "items", *SAMPLERS, *INITIALIZERS})
STREAM_METHODS: frozenset[str] = frozenset({"fork", "split", "broadcast", *SAMPLERS, *INITIALIZERS})

STATE_TYPES: dict[str, bool] = {
    "flax.nnx.RngState": True,
    "flax.nnx.RngKey": True,
    "flax.nnx.RngCount": True,
    "flax.nnx.Variable": True,
    "flax.nnx.Param": False,
    "flax.nnx.BatchStat": False,
    "flax.nnx.Cache": False,
    "flax.nnx.Intermediate": False,
    "flax.nnx.LoRAParam": False,
}
"""Filters by type, and whether the state of a stream is among what they take."""

VARIABLES: frozenset[str] = frozenset(path for path in STATE_TYPES if path not in ("flax.nnx.RngState",))
"""Types of variables, which a program can make of an array."""

TRANSFORMS: dict[str, str] = {
    "flax.nnx.jit": "jit",
    "flax.nnx.grad": "grad",
    "flax.nnx.value_and_grad": "value_and_grad",
    "flax.nnx.vmap": "vmap",
    "flax.nnx.pmap": "pmap",
    "flax.nnx.remat": "same",
    "flax.nnx.checkpoint": "same",
    "flax.nnx.shard_map": "shard",
    "flax.nnx.custom_vjp": "same",
}
"""NNX's function transforms, as those of JAX that they call their function like."""

CONTROL: dict[str, str] = {
    "flax.nnx.cond": "cond",
    "flax.nnx.switch": "switch",
    "flax.nnx.fori_loop": "fori_loop",
    "flax.nnx.while_loop": "while_loop",
}
"""NNX's control flow, which calls a function at once."""
