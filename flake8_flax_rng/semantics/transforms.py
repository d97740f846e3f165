"""How JAX's transforms and control flow call the functions that they are given."""

from __future__ import annotations

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
    "jax.eval_shape": "abstract_call",
    "equinox.filter_jit": "same",
    "equinox.filter_checkpoint": "same",
    "equinox.filter_vmap": "vmap",
    "equinox.filter_grad": "grad",
    "equinox.filter_value_and_grad": "value_and_grad",
    "equinox.nn.make_with_state": "grad",
    "flax.linen.jit": "same",
    "flax.linen.remat": "same",
    "flax.linen.vmap": "lift",
    "flax.linen.scan": "lift",
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
}
"""Function transforms: what calling the result does with the function.

``same`` calls it as it is; ``jit`` does so while it traces it; ``identity`` is the function itself;
``vmap`` and ``pmap`` call it once per lane, ``shard`` once per device; ``cached`` calls it once for equal
arguments, so that no call repeats another; ``lift`` makes a module class from a module class; ``factory``
makes a decorator that is the identity; ``grad`` and ``value_and_grad`` call it once and return other things;
``abstract`` traces it without running anything.
"""

KEYWORD_OF_FUNCTION = ("fun", "target", "f", "fn", "func", "function")

CONTROL: dict[str, str] = {
    "jax.lax.scan": "scan",
    "jax.lax.fori_loop": "fori_loop",
    "jax.lax.while_loop": "while_loop",
    "jax.lax.cond": "cond",
    "jax.lax.switch": "switch",
    "jax.lax.map": "lax_map",
    "jax.tree.map": "tree_map",
    "jax.tree_util.tree_map_with_path": "tree_map",
    "jax.tree.map_with_path": "tree_map",
    "builtins.map": "map",
    "jax.vjp": "vjp",
    "jax.jvp": "vjp",
    "jax.linearize": "vjp",
    "jax.eval_shape": "eval_shape",
}
"""Callables that call a function at once."""

TRACING: frozenset[str] = frozenset({"jit", "vmap", "pmap", "shard"})
"""Transforms that trace the function: what Python does in it is done once."""
