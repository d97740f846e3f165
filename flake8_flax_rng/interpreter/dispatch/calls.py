"""Calls: what each kind of callable does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from flake8_flax_rng.interpreter.checks import key_contract
from flake8_flax_rng.interpreter.core import mapped, unknown_code
from flake8_flax_rng.interpreter.dispatch import given_attributes, implementations, instances
from flake8_flax_rng.interpreter.dispatch.registry import METHODS, models_of
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import RunKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Atom, Term
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
from flake8_flax_rng.interpreter.jax import transforms
from flake8_flax_rng.interpreter.libraries import INSTANCES, consumers
from flake8_flax_rng.interpreter.linen import lifted_transforms, modules, unknown_runs
from flake8_flax_rng.interpreter.nnx import bridge, key_places, layers, rnn, splitting
from flake8_flax_rng.interpreter.nnx import modules as nnx_modules
from flake8_flax_rng.interpreter.nnx import transforms as nnx_transforms
from flake8_flax_rng.interpreter.nnx.lanes import BACKUPS
from flake8_flax_rng.interpreter.python import assertions, classes, lineage
from flake8_flax_rng.interpreter.python.functions import call_function
from flake8_flax_rng.semantics.comparisons import compares
from flake8_flax_rng.semantics.libraries import TEXT_METHODS
from flake8_flax_rng.semantics.nnx import BIDIRECTIONAL, RNN

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
    return _BY_TYPE.get(type(function), _unknown)(engine, function, args, state, site)


def _function(engine: Engine, function: Function, args: Args, state: State, site: Site) -> Outcomes:
    if function.owner is not None and lineage.is_linen(function.owner) and args.positional:
        return modules.call_method(engine, function, args, state)
    return call_function(engine, function, args, state)


def _bound(engine: Engine, function: Bound, args: Args, state: State, site: Site) -> Outcomes:
    return engine.call(function.function, args.prepend(function.receiver), state, site)


def _descriptor(engine: Engine, function: Descriptor, args: Args, state: State, site: Site) -> Outcomes:
    return engine.call(function.function, args, state, site)


def _wrapped(engine: Engine, function: Wrapped, args: Args, state: State, site: Site) -> Outcomes:
    if function.lift is not None:
        return lifted_transforms.call(engine, function, args, state, site)
    if nnx_transforms.follows(engine, function):
        return nnx_transforms.call(engine, function, args, state, site)
    return transforms.call_wrapped(engine, function, args, state, site)


def _partial(engine: Engine, function: Partial, args: Args, state: State, site: Site) -> Outcomes:
    given = args.prepend(*function.args)
    for name, value in function.keywords:
        given.keywords.setdefault(name, value)
    return engine.call(function.function, given, state, site)


def _instance(engine: Engine, function: Ref, args: Args, state: State, site: Site) -> Outcomes:
    found = state.heap.get(function.address)
    if not isinstance(found, Instance):
        return unknown_code.unknown_call(engine, function, args, state)
    if isinstance(found.cls, Symbol):
        known = INSTANCES.get(found.cls.path)
        if known is not None:
            return known(engine, "__call__", function, args, state, site)
        if found.cls.path == BACKUPS:
            return splitting.call_backups(engine, found, site)
        if found.cls.path == bridge.TO_NNX:
            return bridge.call(engine, function, found, args, state, site)
        if found.cls.path in (RNN, BIDIRECTIONAL):
            run = rnn.call if found.cls.path == RNN else rnn.call_both
            return run(engine, found, args, state, site)
        if nnx_modules.is_of_nnx(found):
            return layers.call(engine, function, found, args, state, site)
        return modules.call_layer(engine, function, found, args, state, site)
    method = classes.member(found.cls, "__call__")
    if method is None:
        modules.unknown_module(engine, state, site)
        return unknown_code.unknown_call(engine, function, args, state)
    return engine.call(Bound(method, function), args, state, site)


def _native(engine: Engine, function: Native, args: Args, state: State, site: Site) -> Outcomes:
    kind, _, name = function.name.partition(".")
    method = METHODS.get(kind)
    if method is None:
        return [(engine.unknown("abstract"), state)]
    if engine.program.stateful and key_places.given_streams(engine, kind, name, args, state, site):
        return []
    return method(engine, name, function.receiver, args, state, site)


def _symbol(engine: Engine, function: Symbol, args: Args, state: State, site: Site) -> Outcomes:
    for model in models_of(function.path):
        outcomes = model(engine, function.path, args, state, site)
        if outcomes is not None:
            return outcomes
    modules.unknown_module(engine, state, site)
    return unknown_code.unknown_call(engine, function, args, state)


def _unknown(engine: Engine, function: Value, args: Args, state: State, site: Site) -> Outcomes:
    if isinstance(function, Opaque):
        if engine.program.results and nnx_modules.used_nothing(engine, function.term, site):
            return []
        known = _of_text(engine, function.term, args, state) or consumers.call_method(engine, function, args, state)
        known = known or implementations.call_member(engine, function.term, args, state)
        if known is not None:
            return known
    if isinstance(function, Opaque) and function.term.kind is Kind.ATTRIBUTE:
        declared = implementations.call_declared(engine, function.term, args, state)
        declared = declared or unknown_runs.of_class(engine, function.term, args, state, site)
        if declared is not None:
            return declared
        key_contract.check_generator(engine, function.term, site)
        name = function.term.name
        if name is not None:
            if compares(name):
                assertions.note(engine, name, args, state, site)
            unknown_runs.note(engine, function.term, args, state)
            mapped.note_models(engine, name, args, state)
    elif isinstance(function, Opaque):
        unknown_runs.note_function(engine, function.term, args, state)
    if not isinstance(function, Const) and not _of_a_value(function):
        modules.unknown_module(engine, state, site)
    owner = function.term.owner if isinstance(function, Opaque) and function.term.kind is Kind.ATTRIBUTE else None
    outcomes = unknown_code.unknown_call(engine, function, args, state)
    if owner is not None and not _is_given(function, state):
        unknown_code.escape(engine, Opaque(owner) if owner.address is None else Ref(owner.address), state)
    return outcomes


def _is_given(function: Value, state: State) -> bool:
    """Return whether this is what an object was made with, which knows nothing of the object.

    A state of training holds the function of its model so.
    """
    term = function.term if isinstance(function, Opaque) else None
    name = term.name if term is not None else None
    if term is None or name is None:
        return False
    if name == _APPLY_FN:
        return True
    address = term.owner.address if term.owner is not None else None
    found = state.instance(Ref(address)) if address is not None else None
    return found is not None and isinstance(found.cls, Class) and given_attributes.is_given(found.cls, name)


_APPLY_FN: str = RunKind.APPLY_FN.value  # that of a state of training


def _of_text(engine: Engine, method: Term, args: Args, state: State) -> Outcomes | None:
    """Call a method of a text, which names the same thing in each call."""
    text = method.owner
    if method.name not in TEXT_METHODS or text is None or not all(isinstance(value, Const) for value in args.values()):
        return None
    known = _text_computed(str(method.name), text.value, args)
    if known is not None:
        return [(known, state)]
    return unknown_code.pure_call(engine, f"str.{method.name}", args.prepend(Opaque(text)), state)


def _text_computed(method: str, text: Atom, args: Args) -> Const | None:
    """Return what a method of a text that is known gives; None where that takes other arguments."""
    given = [value.value for value in args.values() if isinstance(value, Const)]
    if isinstance(text, str) and not given and method in _IN_OTHER_LETTERS:
        return Const(_IN_OTHER_LETTERS[method](text))
    if isinstance(text, str) and len(given) == 1 and isinstance(given[0], str) and method in _ASKS:
        return Const(_ASKS[method](text, given[0]))
    return None


def _of_a_value(function: Value) -> bool:
    """Return whether this is a method of a computed value, an array most likely, and not of an object."""
    if not isinstance(function, Opaque) or function.term.kind is not Kind.ATTRIBUTE:
        return False
    owner = function.term.owner
    while owner is not None and owner.kind in _TAKEN_OUT:
        owner = owner.part(0)
    return owner is not None and owner.kind not in _OF_NO_VALUE


_TAKEN_OUT = frozenset({Kind.ATTRIBUTE, Kind.SUBSCRIPT, Kind.ITEM, Kind.CALL})
_OF_NO_VALUE = frozenset({Kind.OBJECT, Kind.NAME, Kind.CLASS, Kind.FRESH, Kind.SYMBOL})
_IN_OTHER_LETTERS: dict[str, Callable[[str], str]] = {"lower": str.lower, "upper": str.upper}
_ASKS: dict[str, Callable[[str, str], bool]] = {"startswith": str.startswith, "endswith": str.endswith}

_BY_TYPE: dict[type[Value], Callable[[Engine, Any, Args, State, Site], Outcomes]] = {
    Function: _function,
    Symbol: _symbol,
    Bound: _bound,
    Native: _native,
    Partial: _partial,
    Wrapped: _wrapped,
    Class: instances.instantiate,
    Descriptor: _descriptor,
    Ref: _instance,
}
