"""Runs what is compiled without compiling it: traced once, as JAX does, and evaluated step by step at each call.

What goes wrong with streams goes wrong where a function is traced once and run often, so that the runs may not turn
compilation off. To compile costs a thousand times what the programs here compute. A function of the program is
traced by JAX as always, and its expression is evaluated by JAX's own evaluator; a function of JAX that handles keys is
evaluated here, where it leaves no trace of its own, since JAX traces it for whichever program comes first.
"""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from flake8_flax_rng.verifier.jaxhooks import load, replaced
from tests.differential import speed

_CORE = importlib.import_module("jax._src.core")
_PJIT = importlib.import_module("jax._src.pjit")
_LOOPS = importlib.import_module("jax._src.lax.control_flow.loops")
_CONDITIONALS = importlib.import_module("jax._src.lax.control_flow.conditionals")
_SAMPLERS = importlib.import_module("jax._src.random.core")
_COMPILED = type(_SAMPLERS._bernoulli)
_LIBRARY = "/jax/"


@contextmanager
def interpreted() -> Iterator[None]:
    """Evaluate what is compiled, for a while.

    Yields:
        nothing; all is as before afterwards.
    """
    with ExitStack() as stack:
        for name, sampler in list(vars(_SAMPLERS).items()):
            if isinstance(sampler, _COMPILED):
                # Where a sampler is compiled, the lanes of a `vmap` that share its key are not seen.
                stack.enter_context(replaced(_SAMPLERS, name, lambda original: original.__wrapped__))
        stack.enter_context(replaced(_PJIT, "_pjit_call_impl_python", _called))
        stack.enter_context(replaced(_PJIT.jit_p, "impl", _nested))
        stack.enter_context(replaced(_LOOPS.scan_p, "impl", lambda _: scan_loop))
        stack.enter_context(replaced(_LOOPS.while_p, "impl", lambda _: while_loop))
        stack.enter_context(replaced(_CONDITIONALS.cond_p, "impl", lambda _: _cond))
        yield


def _called(original: Any) -> Any:
    @functools.wraps(original)
    def call(*arguments: Any, jaxpr: Any, **settings: Any) -> Any:
        if not _matters(jaxpr):
            return original(*arguments, jaxpr=jaxpr, **settings)
        return _evaluated(jaxpr, arguments), None, None, []

    return call


def _nested(original: Any) -> Any:
    @functools.wraps(original)
    def call(*arguments: Any, jaxpr: Any, **settings: Any) -> Any:
        if not _matters(jaxpr):
            return original(*arguments, jaxpr=jaxpr, **settings)
        return _evaluated(jaxpr, arguments)

    return call


def scan_loop(
    *arguments: Any, reverse: bool, length: int, num_consts: int, num_carry: int, jaxpr: Any, **_: Any
) -> Any:
    """Run a `scan` pass by pass, as its primitive is run."""
    jnp: Any = importlib.import_module("jax.numpy")
    split = num_consts + num_carry
    constants, carry, rows = arguments[:num_consts], list(arguments[num_consts:split]), arguments[split:]
    results: list[Any] = [None] * length
    for index in reversed(range(length)) if reverse else range(length):
        made = _evaluated(jaxpr, (*constants, *carry, *(row[index] for row in rows)))
        carry, results[index] = made[:num_carry], made[num_carry:]
    shapes = jaxpr.out_avals[num_carry:]
    stacked = [jnp.stack(column) for column in zip(*results, strict=True)]
    return [*carry, *(stacked or [jnp.empty((length, *shape.shape), shape.dtype) for shape in shapes])]


def while_loop(
    *arguments: Any, cond_nconsts: int, cond_jaxpr: Any, body_nconsts: int, body_jaxpr: Any, **_: Any
) -> Any:
    """Run a `while_loop` pass by pass, as its primitive is run."""
    split = cond_nconsts + body_nconsts
    carry = list(arguments[split:])
    while _evaluated(cond_jaxpr, (*arguments[:cond_nconsts], *carry))[0]:
        carry = _evaluated(body_jaxpr, (*arguments[cond_nconsts:split], *carry))
    return carry


def _cond(index: Any, *arguments: Any, branches: Any, **_: Any) -> Any:
    return _evaluated(branches[min(max(int(index), 0), len(branches) - 1)], arguments)


def _matters(closed: Any) -> bool:
    """Tell whether an expression is the program's, or handles keys; the numbers of `speed` stay compiled."""
    if speed.__file__ in closed.jaxpr.debug_info.func_src_info:
        return False
    return not _of_the_library(closed) or _handles_keys(closed.jaxpr)


def _of_the_library(closed: Any) -> bool:
    return _LIBRARY in closed.jaxpr.debug_info.func_src_info


@functools.cache
def _keyed() -> frozenset[Any]:
    hooks = load()
    return frozenset({hooks.bits, hooks.gamma, hooks.split, hooks.fold, hooks.seed, hooks.clone})


def _handles_keys(jaxpr: Any) -> bool:
    return any(
        equation.primitive in _keyed() or any(map(_handles_keys, _CORE.jaxprs_in_params(equation.params)))
        for equation in jaxpr.eqns
    )


def _evaluated(closed: Any, arguments: Any) -> list[Any]:
    if not _of_the_library(closed):
        return list(_CORE.eval_jaxpr(closed.jaxpr, closed.consts, *arguments))
    return _evaluated_here(closed.jaxpr, closed.consts, arguments)


def _evaluated_here(jaxpr: Any, constants: Any, arguments: Any) -> list[Any]:
    known: dict[Any, Any] = {}

    def read(atom: Any) -> Any:
        return atom.val if isinstance(atom, _CORE.Literal) else known[atom]

    known.update(zip(jaxpr.constvars, constants, strict=True))
    known.update(zip(jaxpr.invars, arguments, strict=True))
    for equation in jaxpr.eqns:
        settings = equation.primitive.get_bind_params(equation.params)
        made = equation.primitive.bind(*map(read, equation.invars), **settings)
        known.update(zip(equation.outvars, made if equation.primitive.multiple_results else [made], strict=True))
    return [read(atom) for atom in jaxpr.outvars]
