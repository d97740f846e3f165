"""Calls: what each kind of callable does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.checks import key_contract
from flake8_flax_rng.interpreter.core import mapped
from flake8_flax_rng.interpreter.dispatch import instances
from flake8_flax_rng.interpreter.domain.events import Misused
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.terms import Term
from flake8_flax_rng.interpreter.domain.values import (
    Args,
    Bound,
    Class,
    Const,
    Descriptor,
    Function,
    Native,
    Opaque,
    Partial,
    Ref,
    Symbol,
    Value,
    Wrapped,
)
from flake8_flax_rng.interpreter.jax import random, transforms
from flake8_flax_rng.interpreter.libraries import consumers
from flake8_flax_rng.interpreter.linen import lifted_transforms, modules, runs
from flake8_flax_rng.interpreter.python import (
    assertions,
    builtin_functions,
    classes,
    containers,
    frozen_dataclasses,
    lineage,
)
from flake8_flax_rng.interpreter.python.decorators import compacted
from flake8_flax_rng.interpreter.python.functions import call_function
from flake8_flax_rng.semantics.libraries import NEVER_RETURN, PURE_ROOTS, TEXT_METHODS, draws_on_host
from flake8_flax_rng.semantics.linen import CONTAINER, LAYERS, LIFTED_METHODS, TRAIN_STATES
from flake8_flax_rng.semantics.transforms import SELECTING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.paths.state import State


def call(engine: Engine, function: Value, args: Args, state: State, site: Site) -> Outcomes:
    """Call a value.

    Args:
        engine: the analysis.
        function: what is called.
        args: its arguments.
        state: the path; it is changed.
        site: the place of the call.

    Returns:
        one outcome for each path on which the call returns.
    """
    if isinstance(function, Function):
        return _function(engine, function, args, state, site)
    if isinstance(function, Symbol):
        return _symbol(engine, function, args, state, site)
    if isinstance(function, Bound):
        return engine.call(function.function, args.prepend(function.receiver), state, site)
    if isinstance(function, Native):
        return _native(engine, function, args, state, site)
    if isinstance(function, Partial):
        return _partial(engine, function, args, state, site)
    if isinstance(function, Wrapped) and function.lift is not None:
        return lifted_transforms.call(engine, function, args, state, site)
    if isinstance(function, Wrapped):
        return transforms.call_wrapped(engine, function, args, state, site)
    if isinstance(function, Class):
        return instances.instantiate(engine, function, args, state, site)
    if isinstance(function, Descriptor):
        return engine.call(function.function, args, state, site)
    if isinstance(function, Ref):
        return _instance(engine, function, args, state, site)
    return _unknown(engine, function, args, state, site)


def _function(engine: Engine, function: Function, args: Args, state: State, site: Site) -> Outcomes:
    if function.owner is not None and lineage.is_linen(function.owner) and args.positional:
        return modules.call_method(engine, function, args, state)
    return call_function(engine, function, args, state)


def _partial(engine: Engine, function: Partial, args: Args, state: State, site: Site) -> Outcomes:
    given = args.prepend(*function.args)
    for name, value in function.keywords:
        given.keywords.setdefault(name, value)
    return engine.call(function.function, given, state, site)


def _instance(engine: Engine, function: Ref, args: Args, state: State, site: Site) -> Outcomes:
    found = state.heap.get(function.address)
    if not isinstance(found, Instance):
        return engine.unknown_call(function, args, state)
    if isinstance(found.cls, Symbol):
        return modules.call_layer(engine, function, found, args, state, site)
    method = classes.member(found.cls, "__call__")
    if method is None:
        modules.unknown_module(engine, state, site)
        return engine.unknown_call(function, args, state)
    return engine.call(Bound(method, function), args, state, site)


def _native(engine: Engine, function: Native, args: Args, state: State, site: Site) -> Outcomes:
    kind, _, name = function.name.partition(".")
    if kind == "layer" and isinstance(function.receiver, Symbol):
        return lifted_transforms.call_layer(engine, function.receiver, args, state, site)
    if kind == "linen":
        return modules.call_native(engine, name, function.receiver, args, state, site)
    if kind == "state":
        return frozen_dataclasses.call_native(engine, name, function.receiver, args, state)
    if kind in ("dict", "list"):
        return containers.call_native(engine, name, function.receiver, args, state)
    if kind == "identity" and args.positional:
        return [(args.positional[0], state)]
    if kind == "key":
        return [(random.reshaped(engine, function.receiver, name, args.values()), state)]
    if kind == "initializer":
        return random.initialise(engine, name, args, state)
    return [(engine.unknown("abstract"), state)]


def _symbol(engine: Engine, function: Symbol, args: Args, state: State, site: Site) -> Outcomes:
    path = function.path
    if path in NEVER_RETURN:
        return []
    assertions.note(engine, path, args, state, site)
    if path in SELECTING and len(args.positional) == 3:
        one, other = (engine.term(value, state) for value in args.positional[1:])
        engine.book.signs.selections.note(one, other, (args.node(1, None), args.node(2, None)))
    renewed = frozen_dataclasses.handed_on(engine, path, args, state)
    if renewed is not None:
        return renewed
    for call_symbol in (
        random.call_symbol,
        lifted_transforms.call_symbol,
        transforms.call_symbol,
        builtin_functions.call_symbol,
        consumers.call_symbol,
    ):
        outcomes = call_symbol(engine, path, args, state, site)
        if outcomes is not None:
            return outcomes
    if path == "flax.linen.compact":
        return [(compacted(value), state) for value in args.positional[:1]]
    if path in LIFTED_METHODS and len(args.positional) > 1:
        return [
            (Partial(Native(LIFTED_METHODS[path], args.positional[1]), (), (("method", args.positional[0]),)), state)
        ]
    if path in LAYERS or path == CONTAINER or lineage.is_module_name(path):
        return modules.make_layer(engine, path, args, state, site)
    owner, _, last = path.rpartition(".")
    if last == "create" and owner in TRAIN_STATES:
        return frozen_dataclasses.create(engine, Symbol(owner), args, state)
    root = path.partition(".")[0]
    if draws_on_host(path) and engine.context.traces:
        engine.emit(Misused("host", site, path))
    if path.startswith("flax.linen.") and any(_runs(value, state) for value in args.values()):
        modules.unknown_module(engine, state, site)
    if root in PURE_ROOTS:
        return engine.pure_call(path, args, state)
    modules.unknown_module(engine, state, site)
    return engine.unknown_call(function, args, state)


def _runs(value: Value, state: State) -> bool:
    """Return whether a lifted transform that is not known could run this function or module."""
    return isinstance(value, Function | Bound | Partial | Wrapped) or state.instance(value) is not None


def _unknown(engine: Engine, function: Value, args: Args, state: State, site: Site) -> Outcomes:
    if isinstance(function, Opaque):
        known = _of_text(engine, function.term, args, state) or consumers.call_method(engine, function, args, state)
        if known is not None:
            return known
    if isinstance(function, Opaque) and function.term.kind == "attribute":
        key_contract.check_generator(engine, function.term, site)
        name = function.term.args[1]
        if isinstance(name, str):
            assertions.note(engine, name, args, state, site)
            runs.unresolved_run(engine, name, args, state, site)
            mapped.note_models(engine, name, args, state)
    if not isinstance(function, Const) and not _of_a_value(function):
        modules.unknown_module(engine, state, site)
    owner = function.term.args[0] if isinstance(function, Opaque) and function.term.kind == "attribute" else None
    outcomes = engine.unknown_call(function, args, state)
    if isinstance(owner, Term):
        address = owner.args[0] if owner.kind == "object" else None
        engine.escape(Ref(address) if isinstance(address, int) else Opaque(owner), state)
    return outcomes


def _of_text(engine: Engine, method: Term, args: Args, state: State) -> Outcomes | None:
    """Call a method of a text, which names the same thing in each call."""
    text = method.part(0)
    named = method.kind == "attribute" and method.args[1] in TEXT_METHODS
    if not named or text is None or not all(isinstance(value, Const) for value in args.values()):
        return None
    return engine.pure_call(f"str.{method.args[1]!s}", args.prepend(Opaque(text)), state)


def _of_a_value(function: Value) -> bool:
    """Return whether this is a method of a computed value, an array most likely, and not of an object."""
    if not isinstance(function, Opaque) or function.term.kind != "attribute":
        return False
    owner = function.term.part(0)
    while owner is not None and owner.kind in ("attribute", "subscript", "item", "call"):
        owner = owner.part(0)
    return owner is not None and owner.kind not in ("object", "name", "class", "fresh", "symbol")
