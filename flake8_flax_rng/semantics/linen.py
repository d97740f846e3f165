"""What Flax Linen does with streams. A new layer is one line.

Facts: runs on flax 0.12.8; those about ``make_rng`` hold for flax 0.8.2 and later, where a missing
stream falls back to ``'params'``.
"""

from __future__ import annotations

from flake8_flax_rng.records import record


@record()
class Layer:
    """A built-in module.

    Args:
        fields: names of its constructor's positional parameters.
        inputs: names of its call's positional parameters.
        parameters: ``random`` when some parameter depends on its key, ``fixed`` when all are
            constants, empty when it has none.
        optional: names of the fields that each say whether there is one of its parameters.
        children: scopes below its own in which random parameters stand.
        rate: name of the field that holds the dropout rate, empty when it never draws.
        default_rate: that field's default; None when it is required.
        rng: name of the call's argument that replaces the stream.
        collection: name of the field that holds the stream's name, empty when it is fixed.

    A layer that has the field ``layer_instance`` calls what stands there.
    """

    fields: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ("inputs",)
    parameters: str = ""
    optional: tuple[str, ...] = ()
    children: tuple[str, ...] = ()
    rate: str = ""
    default_rate: float | None = None
    rng: str = ""
    collection: str = ""


FLAG = "deterministic"
"""The flag that turns a layer's dropout off."""

TRAINING_FLAGS: frozenset[str] = frozenset({"train", "training", "is_training", "is_train"})
"""Names of flags that turn dropout on when they are true."""

MODE_FLAGS: frozenset[str] = frozenset({*TRAINING_FLAGS, FLAG, "eval", "is_eval", "evaluate", "test", "inference"})
"""Names of all flags that say whether a model trains."""

STREAMS: frozenset[str] = frozenset({"params", "dropout", "noise", "latent", "droppath", "drop_path"})
"""Names that dicts of streams have most often."""

WRAPPED = "layer_instance"
"""The field of a layer that calls another one."""

CALL_OPTIONS: frozenset[str] = frozenset({"update_stats"})
"""Arguments that such a layer keeps for itself."""

_DENSE = ("features", "use_bias", "dtype", "param_dtype")
_RANDOM = Layer(fields=_DENSE, parameters="random")
_CONV = Layer(fields=("features", "kernel_size", "strides", "padding"), parameters="random")


def _cell(*children: str) -> Layer:
    return Layer(fields=("features",), inputs=("carry", "inputs"), children=children)


_LSTM = _cell("ii", "if", "ig", "io", "hi", "hf", "hg", "ho")
_AFFINE = ("use_bias", "use_scale")
_NORM = Layer(inputs=("x",), parameters="fixed", optional=_AFFINE)
_ATTENTION_FIELDS = "num_heads dtype param_dtype qkv_features out_features broadcast_dropout dropout_rate deterministic"
_ATTENTION = Layer(
    fields=tuple(_ATTENTION_FIELDS.split()),
    inputs=("inputs_q", "inputs_k", "inputs_v"),
    children=("query", "key", "value", "out"),
    rate="dropout_rate",
    default_rate=0.0,
    rng="dropout_rng",
)

LAYERS: dict[str, Layer] = {
    "flax.linen.Dropout": Layer(
        fields=("rate", "broadcast_dims", "deterministic", "rng_collection"),
        inputs=("inputs", "deterministic", "rng"),
        rate="rate",
        rng="rng",
        collection="rng_collection",
    ),
    "flax.linen.MultiHeadDotProductAttention": _ATTENTION,
    "flax.linen.MultiHeadAttention": _ATTENTION,
    "flax.linen.SelfAttention": Layer(
        fields=_ATTENTION.fields,
        inputs=("inputs_q", "mask", "deterministic", "dropout_rng"),
        children=_ATTENTION.children,
        rate="dropout_rate",
        default_rate=0.0,
        rng="dropout_rng",
    ),
    "flax.linen.Dense": _RANDOM,
    "flax.linen.DenseGeneral": Layer(fields=("features", "axis", "batch_dims", "use_bias"), parameters="random"),
    "flax.linen.Einsum": Layer(fields=("shape", "einsum_str", "use_bias"), parameters="random"),
    "flax.linen.Conv": _CONV,
    "flax.linen.ConvLocal": _CONV,
    "flax.linen.ConvTranspose": _CONV,
    "flax.linen.Embed": Layer(fields=("num_embeddings", "features"), parameters="random"),
    "flax.linen.LSTMCell": _LSTM,
    "flax.linen.OptimizedLSTMCell": _LSTM,
    "flax.linen.ConvLSTMCell": _cell("ih", "hh"),
    "flax.linen.SimpleCell": _cell("i", "h"),
    "flax.linen.GRUCell": _cell("ir", "iz", "in", "hr", "hz", "hn"),
    "flax.linen.MGUCell": _cell("if", "in", "hf", "hn"),
    "flax.linen.BatchNorm": Layer(
        fields=("use_running_average",), inputs=("x", "use_running_average"), parameters="fixed", optional=_AFFINE
    ),
    "flax.linen.LayerNorm": _NORM,
    "flax.linen.RMSNorm": Layer(inputs=("x",), parameters="fixed", optional=("use_scale",)),
    "flax.linen.GroupNorm": Layer(
        fields=("num_groups", "group_size"), inputs=("x",), parameters="fixed", optional=_AFFINE
    ),
    "flax.linen.InstanceNorm": _NORM,
    "flax.linen.PReLU": Layer(fields=("param_dtype",), parameters="fixed"),
    "flax.linen.SpectralNorm": Layer(fields=(WRAPPED, "n_steps"), inputs=(), parameters="random"),
    "flax.linen.WeightNorm": Layer(fields=(WRAPPED, "epsilon"), inputs=(), parameters="fixed"),
}
"""Built-in modules; any other capitalised name of ``flax.linen`` is a module of which nothing is known."""

CONTAINER = "flax.linen.Sequential"
RNN = "flax.linen.RNN"
_RNN_OPTIONS = "unroll variable_axes variable_broadcast variable_carry split_rngs"
RNN_FIELDS = ("cell", "time_major", "return_carry", "reverse", "keep_order", *_RNN_OPTIONS.split())
"""The fields of ``nn.RNN``, in order."""

MODULE = "flax.linen.Module"

INITIALISING: dict[str, bool] = {
    "init": False,
    "init_with_output": True,
    "lazy_init": False,
    "tabulate": False,
    "module_paths": False,
}
"""Methods that initialise, and whether they also return the outputs."""

SHAPES_ONLY: dict[str, frozenset[str]] = {
    "tabulate": frozenset(
        {"depth", "show_repeated", "console_kwargs", "table_kwargs", "column_kwargs"}
        | {"compute_flops", "compute_vjp_flops"}
    ),
    "module_paths": frozenset({"show_repeated"}),
}
"""Those of them that only trace the model, with the arguments that they keep for themselves."""

LIFTED_METHODS: dict[str, str] = {
    "flax.linen.init": "linen.init",
    "flax.linen.init_with_output": "linen.init_with_output",
    "flax.linen.apply": "linen.apply",
}
"""Functions that make ``init`` or ``apply`` of a function and a module, which runs it in the module's scope."""

MODULE_METHODS: frozenset[str] = frozenset(
    {*INITIALISING, "apply", "bind", "make_rng", "has_rng", "param", "variable", "is_initializing"}
    | {"clone", "copy", "sow", "get_variable", "put_variable", "has_variable", "is_mutable_collection"}
    | {"tabulate", "unbind", "module_paths", "perturb", "initialize_carry"}
)

ASKING: frozenset[str] = frozenset({"is_initializing", "has_variable", "is_mutable_collection", "has_rng"})
"""Those of them that tell ``init`` from ``apply``."""

TRAIN_STATES: frozenset[str] = frozenset({"flax.training.train_state.TrainState", "flax.training.TrainState"})
"""Classes that carry ``apply_fn``, and whose ``replace`` and ``apply_gradients`` keep it."""

HANDING_ON: dict[str, tuple[int, str]] = {
    "flax.training.checkpoints.restore_checkpoint": (1, "target"),
    "flax.serialization.from_bytes": (0, "target"),
    "flax.serialization.from_state_dict": (0, "target"),
    "flax.jax_utils.replicate": (0, "tree"),
    "flax.jax_utils.unreplicate": (0, "tree"),
    "jax.device_put": (0, "x"),
    "jax.device_get": (0, "x"),
    "jax.block_until_ready": (0, "x"),
    "jax.lax.stop_gradient": (0, "x"),
}
"""Functions that return something of the structure of one of their arguments: a state that is one keeps its model."""

IMMUTABLE_DATACLASSES: frozenset[str] = frozenset(
    {"flax.struct.dataclass", "flax.linen.Module", "chex.dataclass", "jax_dataclasses.pytree_dataclass"}
)
DATACLASSES: frozenset[str] = frozenset({"dataclasses.dataclass", *IMMUTABLE_DATACLASSES})
"""Decorators that turn annotated names into constructor arguments."""

STRUCT_BASES: frozenset[str] = frozenset({"flax.struct.PyTreeNode", "typing.NamedTuple", *TRAIN_STATES})
"""Bases that do the same."""

REPLACING: frozenset[str] = frozenset(
    {"flax.struct.dataclass", "flax.struct.PyTreeNode", "chex.dataclass", *TRAIN_STATES}
)
"""Decorators and bases that give a class the method ``replace``, which returns an object with other fields."""

REPLACES_METHODS = "flax.linen.intercept_methods"
"""A context in which a function of the program is called in the place of each method of a module."""
