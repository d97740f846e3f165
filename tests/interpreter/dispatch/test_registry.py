"""Which models are asked what a call does, and in which order."""

from __future__ import annotations

import pytest

from flake8_flax_rng.interpreter.dispatch import notes, registry
from flake8_flax_rng.interpreter.dispatch.registry import METHODS, models_of
from flake8_flax_rng.semantics import jax_random
from flake8_flax_rng.semantics.linen import LAYERS
from flake8_flax_rng.semantics.transforms import CONTROL, LIFTS, WRAPPERS


def asked(path: str) -> list[str]:
    """The models for a path, by their modules and names."""
    models = models_of(path)
    return [f"{model.__module__.rpartition('.')[2]}.{model.__name__}" for model in models]


KNOWN = [*jax_random.SAMPLERS, *CONTROL, *WRAPPERS, *LIFTS, *LAYERS]


@pytest.mark.parametrize("path", KNOWN)
def test_what_a_table_names_has_a_model_of_its_own(path):
    assert len(set(asked(path)) - set(asked("mylib.unknown")) - {"notes._compute"}) >= 1


def test_a_model_is_asked_after_another_that_may_not_know_the_call():
    assert asked("jax.numpy.array")[:2] == ["array_functions._stack", "array_functions._forward"]


def test_a_note_is_made_first_and_what_computes_comes_last():
    assert asked("jax.numpy.where") == ["notes._select", "consumers.call", "notes._compute"]
    assert asked("numpy.testing.assert_allclose")[0] == "assertions.note"
    assert asked("numpy.random.normal")[-2:] == ["notes._draw_on_host", "notes._compute"]


def test_a_name_of_linen_that_is_no_module_may_run_what_it_is_given():
    assert asked("flax.linen.swish") == ["consumers.call", "modules._unknown_function", "notes._compute"]
    assert asked("flax.linen.Future")[1:3] == ["modules._make", "modules._unknown_function"]


def test_of_an_unknown_path_only_the_users_own_consumers_can_know():
    assert asked("mylib.unknown") == ["consumers.call"]


def test_each_kind_of_method_has_one_model():
    tables = [registry.containers, registry.frozen_dataclasses, registry.random, registry.array_functions]
    tables += [registry.transforms, registry.lifted_transforms, registry.modules, registry.libraries]
    tables += [registry.nnx_modules, registry.splitting]
    assert sum(len(room.METHODS) for room in tables) == len(METHODS)


def test_no_table_stands_in_the_registry_twice():
    assert len(set(map(id, registry._CALLS))) == len(registry._CALLS)
    assert registry._CALLS[0] is notes.BEFORE[0]
    assert registry._CALLS[-1] is notes.AFTER[-1]
