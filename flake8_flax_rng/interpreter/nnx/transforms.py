"""Transforms: those of NNX hand the state of their arguments on and back, those of JAX hand on a copy.

What a traced function closes over comes from another trace, and cannot count there.
"""

from __future__ import annotations

from collections.abc import Callable, Container
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core.models import Calls, Model
from flake8_flax_rng.interpreter.domain.events import Stateful
from flake8_flax_rng.interpreter.domain.kinds import StreamMistake
from flake8_flax_rng.interpreter.domain.values import (
    Args,
    Bound,
    Const,
    Partial,
    Wrapped,
)
from flake8_flax_rng.interpreter.jax import control_flow, maps, transforms
from flake8_flax_rng.interpreter.nnx import graph, lanes, loops, streams
from flake8_flax_rng.interpreter.python.iteration import known_items
from flake8_flax_rng.semantics.nnx import CONTROL as CONTROL_OF_NNX
from flake8_flax_rng.semantics.nnx import ROOT
from flake8_flax_rng.semantics.transforms import CONTROL, KEYWORD_OF_FUNCTION

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State

_TRACERS = "jit vmap pmap grad value_and_grad checkpoint shard_map jacfwd jacrev jacobian hessian"
_TRACING_OF_JAX = frozenset(f"jax.{name}" for name in _TRACERS.split())
_LOOPS_OF_JAX = frozenset(path for path in CONTROL if path.startswith("jax.lax."))
_GRADIENTS = frozenset({"grad", "value_and_grad"})
_SCAN = "flax.nnx.scan"
_CACHED = "flax.nnx.cached_partial"


def follows(engine: Engine, wrapped: Wrapped) -> bool:
    """Return whether the state of streams matters for a call of the result of a transform."""
    if wrapped.path.startswith(ROOT):
        return True
    return engine.program.stateful and wrapped.path in _TRACING_OF_JAX


def call(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    """Call the result of a transform."""
    if not wrapped.path.startswith(ROOT):
        return _call_on_copies(engine, wrapped, args, state, site)
    return _call_on_graph(engine, wrapped, args, state, site)


# -- NNX -----------------------------------------------------------------------------------------------------


def _call_on_graph(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    """Call a transform of NNX: what the function does to its arguments is done to them."""

    def follow(given: Args) -> Outcomes:
        if wrapped.path == _SCAN:
            return loops.scan(engine, wrapped, given, state, site)
        if wrapped.transform in ("vmap", "pmap"):
            return lanes.call(engine, wrapped, given, state, site)
        return transforms.call_wrapped(engine, wrapped, _traced(engine, wrapped, given, state), state, site)

    return _entered(engine, args, _static(wrapped, state), state, follow, wrapped.transform in _GRADIENTS)


def _traced(engine: Engine, wrapped: Wrapped, args: Args, state: State) -> Args:
    """Return the arguments of a compiled function, in which numbers are arrays."""
    if wrapped.transform != "jit" or _static(wrapped, state):
        return args
    given = args.shift(0)
    given.positional = [control_flow.as_array(engine, value, state) for value in args.positional]
    return given


def _entered(
    engine: Engine,
    args: Args,
    static: Container[int | str],
    state: State,
    follow: Callable[[Args], Outcomes],
    differentiated: bool = False,
) -> Outcomes:
    """Follow a trace: within it the arguments are other objects, and behind it they are what has become of those."""
    level = engine.number()
    copying = graph.Copying(engine, state, lambda _, found: found)
    given = _copies(copying, args, static)
    with engine.within(engine.context.at_level(level, differentiated)):
        outcomes = follow(given)
    return [(copying.hand_back(value, after), after) for value, after in outcomes]


def _copies(copying: graph.Copying, args: Args, static: Container[int | str]) -> Args:
    given = args.shift(0)
    given.positional = [value if index in static else copying.of(value) for index, value in enumerate(args.positional)]
    given.keywords = {name: value if name in static else copying.of(value) for name, value in args.keywords.items()}
    return given


def _check_method(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Note a method of a module that is there already, which ``nnx.jit`` refuses; it is made as that of JAX is."""
    function = args.get(0, None)
    for name in KEYWORD_OF_FUNCTION:
        function = function or args.keywords.get(name)
    if isinstance(function, Bound) and graph.is_module(state.instance(function.receiver)):
        engine.emit(Stateful(StreamMistake.BOUND_METHOD, site, path.replace("flax.nnx.", "nnx.")))
    return None


def _make_scan(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes:
    """Make a scan of a function, or a decorator that makes one."""
    function = args.get(0, "f")
    if function is None:
        return [(Partial(loops.SYMBOL, (), tuple(args.keywords.items())), state)]
    options = {name: value for name, value in args.keywords.items() if name != "f"}
    return [(Wrapped("nnx.scan", function, tuple(options.items()), path=path, site=site), state)]


def _cached_partial(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Call ``nnx.cached_partial(f, *args)``: the arguments that are given now are those of every call."""
    function = args.get(0, "f")
    return None if function is None else [(Partial(function, tuple(args.positional[1:]), ()), state)]


def _control_of_nnx(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Follow control flow of NNX."""
    model = _model_of(path)
    return _entered(engine, args, (), state, lambda given: model(engine, path, given, state, site) or [])


# -- JAX -----------------------------------------------------------------------------------------------------


def _call_on_copies(engine: Engine, wrapped: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    """Call a transform of JAX: what the function does to the streams of its arguments is lost."""
    if not any(graph.holds_objects(value, state) for value in args.values()):
        with engine.within(engine.context.at_level(engine.number(), wrapped.transform in _GRADIENTS)):
            return transforms.call_wrapped(engine, wrapped, args, state, site)
    static = _static(wrapped, state)
    level = engine.number()
    copying = _copying(engine, wrapped.path, state, site)
    given = _copies(copying, args, static)
    with engine.within(engine.context.at_level(level, wrapped.transform in _GRADIENTS)):
        return transforms.call_wrapped(engine, wrapped, given, state, site)


def _copying(engine: Engine, path: str, state: State, site: Site) -> graph.Copying:
    return graph.Copying(engine, state, lambda _, found: streams.copied(engine, found, path, site), shares=False)


def _static(wrapped: Wrapped, state: State) -> set[int | str]:
    """Return which arguments a compiled function is given as they are."""
    found: set[int | str] = set()
    options = dict(wrapped.options)
    for name in ("static_argnums", "static_argnames"):
        value = options.get(name)
        for item in (known_items(value, state) or [value]) if value is not None else []:
            if isinstance(item, Const) and isinstance(item.value, (int, str)):
                found.add(item.value)
    return found


def _control_of_jax(engine: Engine, path: str, args: Args, state: State, site: Site) -> Outcomes | None:
    """Follow control flow of JAX where the program has streams."""
    if not engine.program.stateful:
        return None
    model = _model_of(path)
    level = engine.number()
    copying = _copying(engine, path, state, site)
    given = _copies(copying, args, ())
    with engine.within(engine.context.at_level(level)):
        return model(engine, path, given, state, site)


def _model_of(path: str) -> Model:
    """Return the model of JAX's control flow that follows a call."""
    return next(calls.model for calls in (*control_flow.CALLS, *maps.CALLS) if calls.cover(path))


CALLS = (
    Calls(_check_method, ("flax.nnx.jit",)),
    Calls(_make_scan, (_SCAN,)),
    Calls(_cached_partial, (_CACHED,)),
    Calls(_control_of_nnx, CONTROL_OF_NNX),
    Calls(_control_of_jax, _LOOPS_OF_JAX),
)
