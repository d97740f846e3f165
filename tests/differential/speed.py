"""Makes the runs cheaper: what computes numbers is compiled, and what handles keys stays as it is.

The ledger listens to JAX with compilation turned off, so that each of the thirty small steps from a key to a normal
variate is a call of its own. The numbers matter to nobody here, only which keys reach the primitives does: a sampler's
number may be another one, as long as it consumes its key with the same primitives.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import jax
import jax.numpy as jnp

from flake8_flax_rng.verifier.jaxhooks import load, replaced

_SAMPLERS = importlib.import_module("jax._src.random.core")
_WORD = 32


@contextmanager
def compiled_numbers() -> Iterator[None]:
    """Compile what turns keys into bits and bits into numbers, and arithmetic, for a while.

    Yields:
        nothing; all is as before afterwards.
    """
    with ExitStack() as stack:
        for name, standing_in in (
            ("_uniform", _uniform),
            ("_normal_real", _of_bits),
            ("_truncated_normal", _truncated),
            ("_exponential", _of_bits),
            ("_laplace", _of_bits),
            ("_gumbel", _of_bits),
            ("_randint", _randint),
        ):
            stack.enter_context(replaced(_SAMPLERS, name, lambda _, new=standing_in: new))
        stack.enter_context(replaced(load().bits, "impl", lambda _: _bits))
        stack.enter_context(replaced(jnp.ufunc, "__call__", _compiled))
        yield


def _compiled(original: Any) -> Any:
    @functools.wraps(original)
    def call(*arguments: Any, **settings: Any) -> Any:
        with jax.disable_jit(False):
            return original(*arguments, **settings)

    return call


@functools.partial(jax.jit, static_argnames=("bit_width", "shape"))
def _bits(keys: Any, bit_width: int, shape: Any) -> Any:
    return load().bits.bind(keys, bit_width=bit_width, shape=shape)


@jax.jit
def _scaled(bits: Any, low: Any, high: Any) -> Any:
    return bits / 2.0**_WORD * (high - low) + low


@jax.jit
def _whole(high: Any, low: Any, least: Any, past: Any) -> Any:
    return least + ((high ^ low) % jnp.maximum(past - least, 1)).astype(least.dtype)


def _uniform(key: Any, minval: Any, maxval: Any, shape: Any, dtype: Any) -> Any:
    bits = _SAMPLERS._random_bits(key, _WORD, shape)
    with jax.disable_jit(False):
        return _scaled(bits, minval, maxval)


def _truncated(key: Any, lower: Any, upper: Any, shape: Any, dtype: Any) -> Any:
    return _uniform(key, lower, upper, shape, dtype)


def _of_bits(key: Any, shape: Any, dtype: Any, *_: Any, **__: Any) -> Any:
    return _uniform(key, -1.0, 1.0, shape, dtype)


def _randint(key: Any, minval: Any, maxval: Any, shape: Any, dtype: Any) -> Any:
    bits = [_SAMPLERS._random_bits(each, _WORD, shape) for each in _SAMPLERS._split(key)]
    with jax.disable_jit(False):
        return _whole(*bits, minval, maxval)
