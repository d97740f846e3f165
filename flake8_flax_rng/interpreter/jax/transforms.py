"""JAX's function transforms: what they make of a function, and what calling that does."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core import unknown_code
from flake8_flax_rng.interpreter.core.lifted import raw
from flake8_flax_rng.interpreter.core.models import Calls, Method
from flake8_flax_rng.interpreter.domain.heap import DictObject
from flake8_flax_rng.interpreter.domain.values import (
    NONE,
    Args,
    Bound,
    Const,
    Function,
    FunctionCode,
    Native,
    Partial,
    Ref,
    Symbol,
    Tuple,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.jax import vmap
from flake8_flax_rng.interpreter.python import generator_contexts
from flake8_flax_rng.interpreter.python.decorators import compacted, undecorated
from flake8_flax_rng.interpreter.python.functions import parameter_names
from flake8_flax_rng.interpreter.python.iteration import known_items
from flake8_flax_rng.semantics.transforms import KEYWORD_OF_FUNCTION, TRACING, WRAPPERS, calling

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

_FILTERING = "equinox."
"""Transforms that leave what is no array as it is."""

# -- what a transform makes ----------------------------------------------------------------------------


def _wrap(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    transform = WRAPPERS[path]
    if transform == "unknown" and args.positional:
        generator_contexts.forget(engine, args.positional[0], state)
    function = _function_in(args)
    if function is None:
        return [(Partial(Symbol(path), (), tuple(args.keywords.items())), state)]
    made = _MAKING.get(transform)
    return [(_wrapped(engine, path, function, args, site) if made is None else made(engine, function), state)]


def _function_in(args: Args) -> Value | None:
    """Return the function that a transform is given."""
    function = args.get(0, None)
    for name in KEYWORD_OF_FUNCTION:
        function = function or args.keywords.get(name)
    return function


def _wrapped(engine: Engine, path: str, function: Value, args: Args, site: Site) -> Wrapped:
    transform = WRAPPERS[path]
    inner = undecorated(function)
    if transform in TRACING and isinstance(inner, Function):
        engine.program.jitted.add(inner.code)
    if transform == "cached" and isinstance(inner, Function):
        engine.program.cached.add(inner.code)
    options = dict(args.keywords)
    if len(args.positional) > 1:
        options.setdefault("in_axes", args.positional[1])
    return Wrapped(transform, function, tuple(options.items()), path=path, site=site)


def _itself(engine: Engine, function: Value) -> Value:
    return function


def _decorator(engine: Engine, function: Value) -> Value:
    """Return a decorator that leaves a function as it is."""
    return Native("identity", NONE)


def _identity(engine: Engine, name: str, receiver: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call such a decorator."""
    return [(value, state) for value in args.positional[:1]] or [(engine.unknown("abstract"), state)]


def _compact(engine: Engine, function: Value) -> Value:
    return compacted(function)


def _anything(engine: Engine, function: Value) -> Value:
    return engine.unknown("decorated")


_MAKING: dict[str, Callable[[Engine, Value], Value]] = {
    "factory": _decorator,
    "identity": _itself,
    "compact": _compact,
    "unknown": _anything,
}
"""Transforms whose result is no function that calls the one they are given."""


# -- calling what was made -------------------------------------------------------------------------------


def call_wrapped(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    """Call the result of a transform."""
    call = _CALLING.get(wrapped.transform)
    if call is None:
        return engine.call(wrapped.function, args, state, site)
    return call(engine, wrapped, args, state, site)


def _map_lanes(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    options = dict(wrapped.options)
    one = vmap.is_one_for_all(options, state)
    axes, whole = options.get("in_axes"), vmap.none_whole
    if wrapped.path.startswith(_FILTERING):
        axes, whole = _by_name(axes, wrapped, args, state), _is_no_array
    with nullcontext() if one else raw(engine, site, f"jax.{wrapped.transform}"):
        return vmap.map_lanes(engine, wrapped, axes, args, state, site, whole)


def _is_no_array(value: Value, state: State) -> bool:
    return isinstance(value, Const)


def _by_name(axes: Value | None, wrapped: Wrapped, args: Args, state: State) -> Value | None:
    """Return axes that are given by the names of parameters in the order of these; the others are mapped over."""
    found = state.heap.get(axes.address) if isinstance(axes, Ref) else None
    inner = undecorated(wrapped.function)
    if not isinstance(found, DictObject):
        return axes
    if not isinstance(inner, Function) or not found.complete:
        return None
    names = parameter_names(inner)[: len(args.positional)]
    return Tuple(tuple([found.get(Const(name)) or Const(0) for name in names]))


def _map_shards(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    return vmap.map_shards(engine, wrapped, dict(wrapped.options).get("in_specs"), args, state, site)


def _jit(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    engine.book.signs.call_compiled(site.node)
    with engine.tracing(_compiled(wrapped), _kept(wrapped, args)):
        return engine.call(wrapped.function, args, state, site)


def _grad(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    engine.book.signs.call_gradient(site.node)
    aux = dict(wrapped.options).get("has_aux")
    with_aux = isinstance(aux, Const) and bool(aux.value)
    return [
        (_gradient(engine, wrapped.transform, with_aux, value), after)
        for value, after in engine.call(wrapped.function, args, state, site)
    ]


def _with_state(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    """Call a class, and return the object together with a state of which nothing is known."""
    made = engine.call(wrapped.function, args, state, site)
    return [(Tuple((value, engine.unknown("state"))), after) for value, after in made]


def _unknown(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    """Return a result of which nothing is known: the call runs nothing, or not always."""
    return [(engine.unknown("abstract"), state)]


def _compiled(wrapped: Wrapped) -> FunctionCode | None:
    function = undecorated(wrapped.function)
    if isinstance(function, Bound):
        function = undecorated(function.function)
    return function.code if isinstance(function, Function) else None


def _kept(wrapped: Wrapped, args: Args) -> Value | None:
    """Return the object whose method was compiled, if that is not an argument which may change."""
    if isinstance(wrapped.function, Bound):
        return wrapped.function.receiver
    options = dict(wrapped.options)
    static = options.get("static_argnums")
    if static in (Const(0), Tuple((Const(0),))) and args.positional:
        return args.positional[0]
    return None


def _gradient(engine: Engine, transform: str, aux: bool, value: Value) -> Value:
    gradient = engine.unknown("gradient")
    if transform == "value_and_grad":
        return Tuple((value, gradient))
    if aux:
        extra = value.items[1] if isinstance(value, Tuple) and len(value.items) == 2 else engine.unknown("aux")
        return Tuple((gradient, extra))
    return gradient


_CALLING: dict[str, Callable[[Engine, Wrapped, Args, State, Site], Outcomes]] = {
    "vmap": _map_lanes,
    "pmap": _map_lanes,
    "shard": _map_shards,
    "jit": _jit,
    "grad": _grad,
    "value_and_grad": _grad,
    "abstract": _unknown,
    "cached": _unknown,
    "with_state": _with_state,
}
"""Transforms whose result does more than call the function."""


# -- transforms that call at once --------------------------------------------------------------------------


def _vjp(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    function = args.get(0, "fun")
    if function is None:
        return unknown_code.unknown_call(engine, Symbol(path), args, state)
    given = args.positional[1:]
    if len(given) == 2 and all(isinstance(value, Tuple) for value in given):
        inner = known_items(given[0], state) or []
        given = inner
    return [
        (Tuple((value, engine.unknown("pullback"))), after)
        for value, after in engine.call(function, Args(list(given)), state, site)
    ]


def _eval_shape(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    function = args.get(0, "fun")
    target = function.function if isinstance(function, Partial) else function
    known = isinstance(target, Native) or (isinstance(target, Function) and target.code.name == "<lambda>")
    if function is not None and known:
        if isinstance(target, Function):
            engine.program.measured.add(target.code)
        with engine.book.uses.for_shapes_only(), engine.tracing():
            engine.call(function, args.shift(1), state.fork(), site)
    return [(engine.unknown("shapes"), state)]


CALLS = (
    Calls(_vjp, calling("vjp")),
    Calls(_eval_shape, calling("eval_shape")),
    Calls(_wrap, WRAPPERS),
)
METHODS: dict[str, Method] = {"identity": _identity}
