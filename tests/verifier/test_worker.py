"""What happens without JAX, or with a JAX that has changed inside."""

from __future__ import annotations

import importlib.util
from dataclasses import replace
from pathlib import Path

import pytest

from flake8_flax_rng.verifier import jaxhooks, worker


def test_without_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    worker.require.cache_clear()
    with pytest.raises(jaxhooks.UnsupportedVersion, match=r"jax and flax .* pip install 'flake8-flax-rng\[verify\]'"):
        worker.require(None)


@pytest.mark.slow
@pytest.mark.parametrize("gone", ["jax._src.random.prng.random_bits_p", "jax._src.interpreters.batching.BatchTrace"])
def test_a_private_part_is_gone(monkeypatch: pytest.MonkeyPatch, gone: str) -> None:
    pytest.importorskip("jax", minversion=jaxhooks.TESTED)
    monkeypatch.delattr(gone)
    name = gone.rpartition(".")[2]
    with pytest.raises(jaxhooks.UnsupportedVersion, match=rf"cannot listen to jax .*{name}.* tested on jax"):
        jaxhooks.load()


@pytest.mark.slow
def test_the_installed_version_is_heard(tmp_path: Path) -> None:
    pytest.importorskip("jax")
    worker.require.cache_clear()
    worker.require(None)


def deaf_probe() -> None:
    """Probe a JAX whose split goes through another primitive."""
    from flake8_flax_rng.verifier import execute

    hooks = jaxhooks.load()
    setattr(execute, "load", lambda: replace(hooks, split=hooks.clone))  # noqa: B010
    execute.probe(None)


@pytest.mark.slow
def test_a_version_that_is_not_heard() -> None:
    pytest.importorskip("jax")
    answer = worker._in_process(deaf_probe, (), 60)
    assert isinstance(answer, worker.Failure)
    assert answer.text.startswith("the verifier hears [('made', 1), ('draw', 1), ('draw', 2)] on jax ")
