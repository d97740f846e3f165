"""Flax, apart from its modules: see ``semantics.linen`` and ``semantics.nnx`` for these."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library
from flake8_flax_rng.semantics.nnx import TRANSFORMS

_NNX = ("attention", "linear", "lora", "normalization", "recurrent", "stochastic", "activations")

LIBRARY = Library(
    "flax",
    pure=True,
    consumers={"flax.training.common_utils.shard_prng_key": Consumer(0, "prng_key", splits=True)},
    transforms=TRANSFORMS,
    spellings=(
        *((f"flax.nnx.nn.{name}.", "flax.nnx.") for name in _NNX),
        *((f"flax.nnx.{name}.", "flax.nnx.") for name in ("rnglib", "module", "helpers", "graph", "variablelib")),
        ("flax.nnx.transforms.", "flax.nnx."),
        ("flax.experimental.nnx.", "flax.nnx."),
    ),
)
