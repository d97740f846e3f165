"""The public names of things: one spelling for each."""

from __future__ import annotations

import functools
import re

from flake8_flax_rng.semantics.gate import IMPORTS_OF_INTEREST, names_keys
from flake8_flax_rng.semantics.packages import LIBRARIES

_INTERESTING = (
    "jax.random",
    "jax.nn.initializers",
    "flax.linen",
    "flax.training",
    "flax.nnx",
    "jax._src.random",
    "jax.experimental.random",
    "jax.config",
    "numpy.random",
    "random",
)


def interesting(path: str) -> bool:
    """Return whether a definition that names this path can do something with keys."""
    return path.startswith(_INTERESTING)


_CALLED = frozenset({"init", "apply", "apply_fn", "bind", "init_with_output", "lazy_init", "sample"})
_KEY = re.compile(r"(?:^|_)(?:key|rng|prng|rngkey|subkey)s?\d*(?:_|$)|(?:Key|Rng|RNG)s?$")

_IMPORTING = re.compile(rf"^\s*(?:from|import)\s.*\b(?:{'|'.join(IMPORTS_OF_INTEREST)})\b", re.MULTILINE)
_CONSUMING = re.compile(r"random|linen|rng|key\b(?!\s*=\s*lambda\b)|\.(?:init|apply)\b", re.IGNORECASE)


@functools.lru_cache(maxsize=4096)
def handles_keys(identifier: str) -> bool:
    """Return whether an identifier in a call is one of code that hands keys on, draws, or runs a module."""
    return identifier in _CALLED or _KEY.search(identifier) is not None


def gives_streams(keyword: str) -> bool:
    """Return whether an argument of that name gives a model its streams: so ``init`` and ``apply`` of Linen name it."""
    return keyword == "rngs"


def works_with_keys(text: str) -> bool:
    """Return whether a file's text imports one of the packages, and can consume a key or make a model."""
    return names_keys(text) and _IMPORTING.search(text) is not None and _CONSUMING.search(text) is not None


_PREFIXES: tuple[tuple[str, str], ...] = (
    ("jax._src.random", "jax.random"),
    ("jax.experimental.pjit.pjit", "jax.jit"),
    ("jax.pjit", "jax.jit"),
    ("jax.api.", "jax."),
    ("jax._src.api.", "jax."),
    ("jax._src.lax.control_flow.", "jax.lax."),
    ("jax._src.util.partial", "functools.partial"),
    ("jax.util.partial", "functools.partial"),
    ("jax.experimental.shard_map.shard_map", "jax.shard_map"),
    ("jax.tree_util.tree_map", "jax.tree.map"),
    ("jax.tree_map", "jax.tree.map"),
    ("jax.tree_multimap", "jax.tree.map"),
    ("jax.tree_util.tree_leaves", "jax.tree.leaves"),
    ("jax.ad_checkpoint.checkpoint", "jax.checkpoint"),
    ("jax.remat", "jax.checkpoint"),
    ("jax.scipy", "jax.numpy"),
    ("jax.experimental.numpy", "jax.numpy"),
    ("flax.linen.stochastic.", "flax.linen."),
    ("flax.linen.linear.", "flax.linen."),
    ("flax.linen.module.", "flax.linen."),
    ("flax.linen.attention.", "flax.linen."),
    ("flax.linen.normalization.", "flax.linen."),
    ("flax.linen.combinators.", "flax.linen."),
    ("flax.linen.transforms.", "flax.linen."),
    ("flax.linen.recurrent.", "flax.linen."),
    ("flax.linen.initializers.", "jax.nn.initializers."),
    ("flax.nnx.initializers.", "jax.nn.initializers."),
    ("flax.core.lift.", "flax.linen."),
    ("flax.core.frozen_dict.FrozenDict", "flax.core.freeze"),
    ("flax.core.frozen_dict.", "flax.core."),
    ("flax.core.FrozenDict", "flax.core.freeze"),
    ("flax.linen.checkpoint", "flax.linen.remat"),
    ("flax.struct.", "flax.struct."),
    ("functools.cache", "functools.lru_cache"),
    *(spelling for library in LIBRARIES for spelling in library.spellings),
)


@functools.lru_cache(maxsize=4096)
def canonical(path: str) -> str:
    """Return the one spelling of a dotted path that the tables use."""
    for prefix, replacement in _PREFIXES:
        if path == prefix or (path.startswith(prefix) and (prefix.endswith(".") or path[len(prefix)] == ".")):
            return replacement + path[len(prefix) :]
    return path
