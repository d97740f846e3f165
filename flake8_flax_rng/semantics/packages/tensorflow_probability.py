"""TensorFlow Probability on JAX: distributions."""

from __future__ import annotations

import re

from flake8_flax_rng.semantics.consumers import Consumer, Library, Objects

_MODULE = "tensorflow_probability.substrates.jax"

LIBRARY = Library(
    "tensorflow_probability",
    objects={
        rf"{re.escape(_MODULE)}\.distributions\.(?!Deterministic$|VectorDeterministic$)[A-Z]\w*": Objects(
            {"sample": Consumer(1, "seed"), "experimental_sample_and_log_prob": Consumer(1, "seed")}
        ),
    },
    modules=frozenset({_MODULE, f"{_MODULE}.distributions"}),
)
