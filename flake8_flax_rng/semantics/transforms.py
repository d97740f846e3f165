"""How JAX's transforms and control flow call the functions that they are given."""

from __future__ import annotations

from flake8_flax_rng.records import record
from flake8_flax_rng.semantics import nnx
from flake8_flax_rng.semantics.packages import LIBRARIES

WRAPPERS: dict[str, str] = {
    "jax.jit": "jit",
    "jax.checkpoint": "same",
    "jax.named_call": "same",
    "jax.custom_vjp": "same",
    "jax.custom_jvp": "same",
    "jax.custom_batching.custom_vmap": "same",
    "jax.named_scope": "factory",
    "jax.profiler.annotate_function": "identity",
    "jax.shard_map": "shard",
    "jax.xmap": "same",
    "jax.experimental.checkify.checkify": "abstract",
    "functools.lru_cache": "cached",
    "chex.assert_max_traces": "same",
    "contextlib.contextmanager": "unknown",
    "flax.jax_utils.partial_eval_by_shape": "abstract",
    "jax.vmap": "vmap",
    "jax.pmap": "pmap",
    "jax.grad": "grad",
    "jax.value_and_grad": "value_and_grad",
    "jax.jacfwd": "grad",
    "jax.jacrev": "grad",
    "jax.jacobian": "grad",
    "jax.hessian": "grad",
    "jax.make_jaxpr": "abstract",
    "flax.linen.compact": "compact",
    "flax.linen.nowrap": "same",
    "typing.final": "identity",
    "typing.override": "identity",
    "typing_extensions.override": "identity",
    "typing_extensions.final": "identity",
    "abc.abstractmethod": "identity",
    "typing.no_type_check": "identity",
    "beartype.beartype": "identity",
    "typeguard.typechecked": "identity",
    **{path: transform for library in LIBRARIES for path, transform in library.transforms.items()},
}
"""Function transforms: what calling the result does with the function.

``same`` calls it as it is; ``jit`` does so while it traces it; ``identity`` is the function itself;
``vmap`` and ``pmap`` call it once per lane, ``shard`` once per device; ``cached`` calls it once for equal
arguments, so that no call repeats another; ``factory`` makes a decorator that is the identity; ``grad`` and
``value_and_grad`` call it once and return other things; ``abstract`` traces it without running anything;
``with_state`` calls it and returns a state beside its result.
"""

KEYWORD_OF_FUNCTION = ("fun", "target", "f", "fn", "func", "function")

CONTROL: dict[str, str] = {
    "jax.lax.scan": "scan",
    "jax.lax.fori_loop": "fori_loop",
    "jax.lax.while_loop": "while_loop",
    "jax.lax.cond": "cond",
    "jax.lax.switch": "switch",
    "jax.lax.map": "lax_map",
    "jax.lax.associative_scan": "associative_scan",
    "jax.tree.map": "tree_map",
    "jax.tree_util.tree_map_with_path": "tree_map",
    "jax.tree.map_with_path": "tree_map",
    "builtins.map": "map",
    "itertools.starmap": "starmap",
    "functools.reduce": "reduce",
    "jax.vjp": "vjp",
    "jax.jvp": "vjp",
    "jax.linearize": "vjp",
    "jax.eval_shape": "eval_shape",
    **nnx.CONTROL,
    **{path: way for library in LIBRARIES for path, way in library.control.items()},
}
"""Callables that call a function at once."""


def calling(kind: str) -> frozenset[str]:
    """Return the callables that call a function at once in one way."""
    return frozenset(path for path, way in CONTROL.items() if way == kind)


@record()
class LiftedTransform:
    """A transform of Linen, which takes a module class, or a function whose first argument is a module.

    Args:
        way: how it calls its target: ``lanes`` once for all lanes, ``scan`` in passes with a carry, ``chain`` in
            passes with one argument, ``once`` as it is; at once with a module: ``while``, ``cond``, ``switch``,
            and ``other`` once, with a result of another kind.
        inputs: names of the positional parameters after the target.
        streams: the option that names the streams which the target is given.
        default: which ones these are by default: ``none``, ``all``, all of them ``split``, or ``params`` unsplit.
    """

    way: str
    inputs: tuple[str, ...] = ()
    streams: str = "rngs"
    default: str = "all"


_AXES = "variable_axes split_rngs in_axes out_axes axis_size axis_name spmd_axis_name metadata_params methods"
_SCAN = "variable_axes variable_broadcast variable_carry split_rngs in_axes out_axes length"
_REMAT = "variables rngs concrete prevent_cse static_argnums policy methods"
_JIT = "variables rngs static_argnums static_argnames donate_argnums device backend methods"
_MAP = "mapped_collections trans_in_fn trans_out_fn init mutable rngs variables methods"
_RNN = "time_major return_carry reverse keep_order unroll variable_axes variable_broadcast variable_carry split_rngs"
_REMAT_SCAN = "lengths policy variable_broadcast variable_carry variable_axes split_rngs"

LIFTS: dict[str, LiftedTransform] = {
    "flax.linen.vmap": LiftedTransform("lanes", tuple(_AXES.split()), "split_rngs", "none"),
    "flax.linen.scan": LiftedTransform("scan", tuple(_SCAN.split()), "split_rngs", "none"),
    "flax.linen.remat_scan": LiftedTransform("chain", tuple(_REMAT_SCAN.split()), "split_rngs", "split"),
    "flax.linen.remat": LiftedTransform("once", tuple(_REMAT.split())),
    "flax.linen.jit": LiftedTransform("once", tuple(_JIT.split())),
    "flax.linen.map_variables": LiftedTransform("once", tuple(_MAP.split())),
    "flax.linen.fold_rngs": LiftedTransform("once", ("variables", "rngs")),
    "flax.linen.add_metadata_axis": LiftedTransform("once", ("variable_axes", "metadata_params")),
    "flax.linen.named_call": LiftedTransform("once", ("force",), streams=""),
    "flax.linen.custom_vjp": LiftedTransform("once", ("forward_fn", "backward_fn"), streams=""),
    "flax.linen.while_loop": LiftedTransform(
        "while", ("carry_variables", "broadcast_variables", "split_rngs"), "split_rngs", "none"
    ),
    "flax.linen.RNN": LiftedTransform("scan", tuple(_RNN.split()), "split_rngs", "params"),
    "flax.linen.cond": LiftedTransform("cond"),
    "flax.linen.switch": LiftedTransform("switch"),
    "flax.linen.vjp": LiftedTransform("other"),
    "flax.linen.jvp": LiftedTransform("other"),
    "flax.linen.grad": LiftedTransform("other"),
    "flax.linen.value_and_grad": LiftedTransform("other"),
}

BROADCAST: frozenset[str] = frozenset({"flax.linen.broadcast", "flax.core.broadcast", "flax.core.axes_scan.broadcast"})
"""What ``in_axes`` says of an argument that each pass gets as it is."""

LIFTED_TARGETS = ("target", "class_fn", "fn")
"""Names under which the target may be given by keyword."""

LOOPING: frozenset[str] = frozenset({"lanes", "scan", "chain", "while"})
"""Ways in which the target runs more than once."""

RAW_REPEATS: dict[str, str] = {
    "jax.lax.scan": "nn.scan",
    "jax.lax.fori_loop": "nn.scan",
    "jax.lax.while_loop": "nn.while_loop",
    "jax.lax.map": "nn.scan",
    "jax.vmap": "nn.vmap",
    "jax.pmap": "nn.vmap",
}
"""Transforms of JAX that run a function more than once, and what Linen has in their place."""

BRANCHES: frozenset[str] = frozenset(path for path, how in CONTROL.items() if how in ("cond", "switch"))
"""Transforms that trace several functions, one of which is run."""

TRACING: frozenset[str] = frozenset({"jit", "vmap", "pmap", "shard"})
"""Transforms that trace the function: what Python does in it is done once."""

SUPPLIED: dict[str, str] = {path: option for library in LIBRARIES for path, option in library.supplied.items()}
"""Maps of libraries that may give each lane keys of its own, and the option that says whether they do."""

DEVICES: frozenset[str] = frozenset({"pmap", "shard_map"})
"""Transforms whose lanes are devices, as a reader knows them: what each of them holds may be a replica."""

SELECTING: frozenset[str] = frozenset({"jax.numpy.where", "jax.lax.select", "numpy.where"})
"""Functions that take each element of their result from the second or from the third argument."""

CHOOSING_AMONG: dict[str, tuple[int, str]] = {
    "jax.numpy.select": (1, "choicelist"),
    "numpy.select": (1, "choicelist"),
    "jax.numpy.choose": (1, "choices"),
}
"""Functions that take each element of their result from one of several arrays, and where these stand."""

ORDERS: frozenset[str] = frozenset(
    f"{module}.{name}"
    for module in ("jax.numpy", "numpy")
    for name in ("arange", "argsort", "lexsort", "argpartition", "nonzero", "where", "flatnonzero")
)
"""Functions that make indices of many elements."""

SORTING: frozenset[str] = frozenset({"jax.numpy.argsort", "numpy.argsort"})
"""Functions that return the inverse of an order."""

ROLLING: frozenset[str] = frozenset({"jax.numpy.roll", "numpy.roll"})
"""Functions that roll an array by a number of places, the second argument."""

SLICING: frozenset[str] = frozenset({"jax.lax.dynamic_slice", "jax.lax.dynamic_slice_in_dim"})
"""Functions that cut a piece out of an array, which begins at the second argument."""

MAKING_ARRAYS: dict[str, bool] = {
    f"{module}.{name}": name != "arange"
    for module in ("jax.numpy", "numpy")
    for name in ("zeros", "ones", "empty", "full", "eye", "arange")
}
"""Functions that make an array, whose first argument tells its length: of any call, or of one without others."""
