"""Equinox: layers take ``key`` by name."""

from __future__ import annotations

from flake8_flax_rng.semantics.consumers import Consumer, Library, Makes, Objects

_LAYERS = ["Linear", "Embedding", "GRUCell", "LSTMCell", "MultiheadAttention", "SpectralNorm"] + [
    f"Conv{kind}{size}" for kind in ("", "Transpose") for size in ("", "1d", "2d", "3d")
]

LIBRARY = Library(
    "equinox",
    consumers={
        **{f"equinox.nn.{name}": Consumer(None, "key", makes=Makes.LAYER) for name in _LAYERS},
        "equinox.nn.MLP": Consumer(None, "key", makes=Makes.MODEL),
    },
    objects={
        r"equinox\.nn\.Dropout": Objects(
            {"__call__": Consumer(None, "key", unless_true="inference")},
            unless=frozenset({"inference", "deterministic"}),
        ),
    },
    modules=frozenset({"equinox.nn"}),
    transforms={
        "equinox.filter_jit": "same",
        "equinox.filter_checkpoint": "same",
        "equinox.filter_vmap": "vmap",
        "equinox.filter_grad": "grad",
        "equinox.filter_value_and_grad": "value_and_grad",
        "equinox.nn.make_with_state": "grad",
    },
    part_modules=frozenset({"equinox.Module", "equinox.nn.StatefulLayer"}),
)
