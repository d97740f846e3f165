"""The registry of models: which ones know a call. A room's file is added here; a library's finds its way by itself."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter import libraries
from flake8_flax_rng.interpreter.dispatch import notes
from flake8_flax_rng.interpreter.jax import array_functions, control_flow, maps, random, transforms
from flake8_flax_rng.interpreter.linen import lifted_transforms, modules
from flake8_flax_rng.interpreter.nnx import bridge, key_places, lanes, layers, rngs, rnn, splitting, states, trees
from flake8_flax_rng.interpreter.nnx import modules as nnx_modules
from flake8_flax_rng.interpreter.nnx import transforms as nnx_transforms
from flake8_flax_rng.interpreter.python import builtin_functions, containers, frozen_dataclasses

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.models import Calls, Method, Model

_CALLS: tuple[Calls, ...] = (
    *notes.BEFORE,
    *frozen_dataclasses.CALLS,
    *key_places.CALLS,
    *random.CALLS,
    *array_functions.CALLS,
    *lifted_transforms.CALLS,
    *rngs.CALLS,
    *layers.CALLS,
    *rnn.CALLS,
    *lanes.CALLS,
    *splitting.CALLS,
    *states.CALLS,
    *trees.CALLS,
    *bridge.CALLS,
    *nnx_modules.CALLS,
    *nnx_transforms.CALLS,
    *control_flow.CALLS,
    *maps.CALLS,
    *transforms.CALLS,
    *builtin_functions.CALLS,
    *libraries.CALLS,
    *modules.CALLS,
    *notes.AFTER,
)
"""All models of calls in the order in which they are asked: the first that knows a call has followed it."""

METHODS: dict[str, Method] = {
    **containers.METHODS,
    **frozen_dataclasses.METHODS,
    **random.METHODS,
    **array_functions.METHODS,
    **transforms.METHODS,
    **lifted_transforms.METHODS,
    **modules.METHODS,
    **nnx_modules.METHODS,
    **splitting.METHODS,
    **libraries.METHODS,
}
"""What follows a call of a method of a kind: ``linen`` for ``linen.apply``."""


@lru_cache(maxsize=4096)
def models_of(path: str) -> tuple[Model, ...]:
    """Return the models that may know what a call of a path does, in the order in which they are asked."""
    return tuple(calls.model for calls in _CALLS if calls.cover(path))
