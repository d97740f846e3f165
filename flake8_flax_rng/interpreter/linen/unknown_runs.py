"""Calls that may run a Linen module of which nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.events import ModuleRun, Use
from flake8_flax_rng.interpreter.domain.heap import DictObject, Instance
from flake8_flax_rng.interpreter.domain.kinds import RunKind, UseKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.terms import Term
from flake8_flax_rng.interpreter.domain.values import Function, Opaque, Ref
from flake8_flax_rng.interpreter.jax.random import key_term
from flake8_flax_rng.interpreter.linen import training_runs
from flake8_flax_rng.interpreter.linen.runs import OPTIONS, apply, initialise, signature
from flake8_flax_rng.interpreter.paths.state import LedgerKey
from flake8_flax_rng.interpreter.python import lineage
from flake8_flax_rng.records import replaced
from flake8_flax_rng.semantics.linen import INITIALISING

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.context import Outcomes
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.values import Args
    from flake8_flax_rng.interpreter.paths.state import State

_PARAMS = "params"
_RUNNING = frozenset({*INITIALISING, RunKind.APPLY, RunKind.APPLY_FN})


def note(engine: Engine, method: Term, args: Args, state: State) -> None:
    """Note a call of a method that may run a module.

    Args:
        engine: the analysis.
        method: the attribute of something unknown that is called.
        args: the arguments.
        state: the path.
    """
    name = str(method.name)
    if name not in _RUNNING:
        return
    if name not in INITIALISING:
        training_runs.note(engine, method, args, state)
        if training_runs.trains(args):
            _consume_streams(engine, name, args, state)
    rest = args.shift(1)
    for option in OPTIONS:
        rest.keywords.pop(option, None)
    site, kind = engine.context.stack[-1].site, RunKind(name)
    engine.emit(ModuleRun(site, kind, name, None, False, (), False, signature(rest), context=engine.way()))


def of_class(engine: Engine, method: Term, args: Args, state: State, site: Site) -> Outcomes | None:
    """Follow a run of a module whose class is known by the method that is to be run: ``method=Decoder.sample``.

    Args:
        engine: the analysis.
        method: the attribute of something unknown that is called.
        args: the arguments.
        state: the path.
        site: the place of the call.

    Returns:
        what comes of it; None where it is no such run.
    """
    function = args.keywords.get("method")
    owner = function.owner if isinstance(function, Function) else None
    if method.name not in _RUNNING or owner is None or not lineage.is_linen(owner):
        return None
    module = engine.allocate(state, Instance(owner, frozen=True, symbolic=True))
    if method.name in INITIALISING:
        return initialise(engine, RunKind(method.name), module, args, state, site)
    return apply(engine, module, args, state, site)


def note_function(engine: Engine, function: Term, args: Args, state: State) -> None:
    """Note a call of an unknown function that is given variables as ``apply`` takes them, and may train.

    Args:
        engine: the analysis.
        function: names the function.
        args: the arguments.
        state: the path.
    """
    given = args.positional[0] if args.positional else None
    found = state.heap.get(given.address) if isinstance(given, Ref) else None
    held = isinstance(found, DictObject) and any(key.value == _PARAMS for key, _ in found.entries)
    if held or (isinstance(given, Opaque) and _is_copy_with_params(given.term)):
        training_runs.note(engine, function, args, state)


def _is_copy_with_params(term: Term) -> bool:
    """Return whether a value is ``variables.copy({"params": …})``, with which a frozen dict is given other ones."""
    parts = [part for part in term.args if isinstance(part, Term)] if term.kind is Kind.CALL else []
    if not parts or parts[0].kind is not Kind.ATTRIBUTE or parts[0].name != "copy":
        return False
    return any(part.kind is Kind.DICT and any(key.value == _PARAMS for key in part.parts[::2]) for part in parts)


def _consume_streams(engine: Engine, name: str, args: Args, state: State) -> None:
    """Enter the keys of the streams that a model is given to train with: who gives them says that it draws.

    Which stream another model reads in which scope is not known, so one run meets only itself, in another pass of a
    loop or another call of the function around it.
    """
    rngs = args.keywords.get("rngs")
    found = state.heap.get(rngs.address) if isinstance(rngs, Ref) else None
    (*around, step), derived = engine.context.stack, engine.number()
    label = step.label or name
    way = (*around, replaced(step, label=label))
    variables = engine.term(args.positional[0], state) if args.positional else None
    call = engine.terms.make(Kind.LINEN, name, *(engine.term(value, state) for value in args.positional[1:]))
    for stream, value in found.entries if isinstance(found, DictObject) else ():
        key = key_term(value)
        if key is not None and stream.value != _PARAMS:
            use = Use(way, UseKind.STREAM, label, *key, call=call, variables=variables, derived=derived)
            engine.book.uses.consume(LedgerKey(key[0], ((f"<{label}>",), id(step.site.node))), use, state)
