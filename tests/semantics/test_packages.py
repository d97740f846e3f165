"""A library is one file."""

from __future__ import annotations

import pytest

from flake8_flax_rng.semantics.gate import IMPORTS_OF_INTEREST
from flake8_flax_rng.semantics.libraries import NO_LIBRARIES
from flake8_flax_rng.semantics.names import canonical
from flake8_flax_rng.semantics.packages import LIBRARIES
from flake8_flax_rng.semantics.transforms import WRAPPERS
from tests.test_imports import ROOT


def test_each_file_describes_the_library_that_it_is_named_after():
    files = {file.stem for file in (ROOT / "semantics" / "packages").glob("*.py")} - {"__init__"}
    assert {library.name for library in LIBRARIES} == files


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.name)
def test_a_library_speaks_of_its_own_paths(library):
    paths = [*library.consumers, *library.modules, *library.transforms, *library.part_modules]
    paths += [pattern.replace("\\", "") for pattern in library.objects]
    paths += [path for spelling in library.spellings for path in spelling]
    assert paths
    assert all(path.startswith(f"{library.name}.") for path in paths)


def test_what_a_file_says_is_known():
    assert NO_LIBRARIES.consumer("haiku.dropout") is not None
    assert NO_LIBRARIES.objects("numpyro.infer.MCMC") is not None
    assert NO_LIBRARIES.interesting("equinox.nn")
    assert canonical("numpyro.infer.mcmc.MCMC") == "numpyro.infer.MCMC"
    assert WRAPPERS["equinox.filter_vmap"] == "vmap"


def test_each_library_marks_a_file_or_is_used_without_jax_too():
    """The gate knows them by a table of its own, so that no description of a library is loaded where none is used."""
    used_without_jax = {"optax", "tensorflow_probability", "transformers"}
    names = {library.name for library in LIBRARIES}
    assert names - used_without_jax == set(IMPORTS_OF_INTEREST) - {"jax"}
    assert used_without_jax <= names
