"""The private parts of JAX that the ledger listens to; the only file that knows where they are.

They move between versions of JAX. What is not where it was is reported by name: a ledger that hears nothing
would call every program good.
"""

from __future__ import annotations

import functools
import importlib
import importlib.metadata
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Any

TESTED = "0.10.2"

_PRNG = ("jax._src.random.prng", "jax._src.prng")
_SAMPLERS = ("jax._src.random.core", "jax._src.random")
_INITIALIZERS = ("jax._src.nn.initializers",)


class UnsupportedVersion(Exception):
    """JAX or Flax is missing, or has not the private parts that the verifier needs."""


@dataclass(frozen=True)
class Hooks:
    """The private parts.

    Args:
        bits: the primitive that draws.
        gamma: the primitive that draws gamma variates.
        split: the primitive that splits a key.
        fold: the primitive that folds data into a key.
        seed: the primitive that makes a key of a seed.
        clone: the primitive that sanctions a second use.
        batch_trace: the class whose `process_primitive` interprets primitives under `vmap`.
        eval_jaxpr: code of the function that evaluates traced expressions.
        source_info: the module that knows which source line a traced expression comes from.
        sampler_files: the files whose outermost function is "one public call".
        ad_file: the file of the backward pass.
        batching_rule: code of the rule that turns a batched `cond` into both of its branches.
    """

    bits: Any
    gamma: Any
    split: Any
    fold: Any
    seed: Any
    clone: Any
    batch_trace: Any
    eval_jaxpr: CodeType
    source_info: ModuleType
    sampler_files: frozenset[str]
    ad_file: str
    batching_rule: CodeType


def load() -> Hooks:
    """Find the private parts.

    Returns:
        all of them.

    Raises:
        UnsupportedVersion: when one is not where it was.
    """
    try:
        prng, samplers = _first(_PRNG), _first(_SAMPLERS)
        initializers = _first(_INITIALIZERS)
        batching = importlib.import_module("jax._src.interpreters.batching")
        ad = importlib.import_module("jax._src.interpreters.ad")
        conditionals = importlib.import_module("jax._src.lax.control_flow.conditionals")
        hooks = Hooks(
            bits=prng.random_bits_p,
            gamma=samplers.random_gamma_p,
            split=prng.random_split_p,
            fold=prng.random_fold_in_p,
            seed=prng.random_seed_p,
            clone=samplers.random_clone_p,
            batch_trace=batching.BatchTrace,
            eval_jaxpr=importlib.import_module("jax._src.core").eval_jaxpr.__code__,
            source_info=importlib.import_module("jax._src.source_info_util"),
            sampler_files=frozenset({str(samplers.__file__), str(initializers.__file__)}),
            ad_file=str(ad.__file__),
            batching_rule=conditionals._cond_batching_rule.__code__,
        )
        for primitive in (hooks.bits, hooks.gamma, hooks.split, hooks.fold, hooks.seed, hooks.clone):
            primitive.impl  # noqa: B018  (only its presence matters)
        hooks.batch_trace.process_primitive  # noqa: B018
        hooks.source_info.current  # noqa: B018
    except (ImportError, AttributeError) as error:
        raise UnsupportedVersion(_message(error)) from error
    return hooks


def sampler_module() -> ModuleType:
    """Find the module of the public samplers, each of which hands its key to `_check_prng_key`.

    Returns:
        the module.

    Raises:
        UnsupportedVersion: when it is not where it was.
    """
    try:
        samplers = _first(_SAMPLERS)
        samplers._check_prng_key  # noqa: B018  (only its presence matters)
    except (ImportError, AttributeError) as error:
        raise UnsupportedVersion(_message(error)) from error
    return samplers


def share_lowering_context() -> None:
    """Let all that is lowered in this process share a context; to make one takes longer than to lower a primitive.

    Where it is not in this version of JAX, each has its own.
    """
    with suppress(ImportError, AttributeError):
        mlir: Any = importlib.import_module("jax._src.interpreters.mlir")
        if not hasattr(mlir.make_ir_context, "cache_clear"):
            mlir.make_ir_context = functools.cache(mlir.make_ir_context)


def versions() -> str:
    """Name the installed versions.

    Returns:
        for instance "jax 0.10.2, flax 0.12.8".

    Raises:
        UnsupportedVersion: when either is not installed.
    """
    try:
        return ", ".join(f"{name} {importlib.metadata.version(name)}" for name in ("jax", "flax"))
    except importlib.metadata.PackageNotFoundError as error:
        raise UnsupportedVersion(
            f"{error.name} is not installed; the verifier needs the extra: pip install 'flake8-flax-rng[verify]'"
        ) from error


@contextmanager
def replaced(owner: Any, name: str, wrap: Callable[[Any], Any]) -> Iterator[None]:
    """Replace an attribute for a while.

    Args:
        owner: the object that has the attribute.
        name: the attribute.
        wrap: makes the replacement of the original.

    Yields:
        nothing; the original is back afterwards.
    """
    original = getattr(owner, name)
    setattr(owner, name, wrap(original))
    try:
        yield
    finally:
        setattr(owner, name, original)


def _first(names: tuple[str, ...]) -> ModuleType:
    for name in names[:-1]:
        try:
            return importlib.import_module(name)
        except ImportError:
            continue
    return importlib.import_module(names[-1])


def _message(error: Exception) -> str:
    try:
        version = importlib.metadata.version("jax")
    except importlib.metadata.PackageNotFoundError:
        version = "(none)"
    return f"the verifier cannot listen to jax {version}: {error}; it was tested on jax {TESTED}"
