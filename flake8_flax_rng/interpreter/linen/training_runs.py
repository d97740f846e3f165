"""Runs in training mode, with streams or without: what one of them is given tells of what another one lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from flake8_flax_rng.interpreter.domain.events import UnfedRun
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import FALSE, NONE, TRUE, Args, Class, Const, Key, Keys, Ref
from flake8_flax_rng.semantics.linen import FLAG, TRAINING_FLAGS

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_TRAINING = {**dict.fromkeys(TRAINING_FLAGS, TRUE), FLAG: FALSE}
"""What says of a call that dropout is on."""

_CHOOSING = ("name", "method")
"""Arguments that say which part of a model is run."""


def note(engine: Engine, method: Term, args: Args, state: State) -> None:
    """Note a run that may train.

    Args:
        engine: the analysis.
        method: names the method that runs the model.
        args: the arguments.
        state: the path.
    """
    flags = [key for key in args.keywords if key in _TRAINING]
    if args.open_positional or engine.context.muted or len(flags) != 1:
        return
    flag, given = flags[0], args.keywords[flags[0]]
    model = _model(engine, method, args, state)
    step = engine.context.stack[-1]
    if "rngs" in args.keywords:
        off = isinstance(given, Const) and given != _TRAINING[flag]
        if args.keywords["rngs"] != NONE and not off:
            engine.book.fed.setdefault(model, step.site)
        return
    if given != _TRAINING[flag] or any(isinstance(value, (Key, Keys)) for value in args.values()):
        return
    node = args.node(None, flag)
    text = step.site.chunk.code(node) if node is not None else str(_TRAINING[flag].value)
    mutable = args.keywords.get("mutable", FALSE) != FALSE
    name = step.label or method.name or _written(step.site)
    run = UnfedRun(step.site, name, f"{flag}={text}", mutable, args.open_keywords)
    run = engine.book.unfed.setdefault(step.site.node, run)
    run.models.add(model)


def _written(call: Site) -> str:
    """Return what is called, as it is written there."""
    return call.chunk.code(call.node.func) if isinstance(call.node, cst.Call) else "this call"


def trains(args: Args) -> bool:
    """Return whether a run is certain to be one in training mode."""
    flags = [key for key in args.keywords if key in _TRAINING]
    return args.complete() and len(flags) == 1 and args.keywords[flags[0]] == _TRAINING[flags[0]]


def _model(engine: Engine, method: Term, args: Args, state: State) -> Term:
    """Return a term that names the model which is run, and the part of it that is chosen.

    It is the same for one attribute of the objects of a class, whichever of its methods is followed.
    """
    path: list[str] = []
    term = method
    while term.kind is Kind.ATTRIBUTE and term.owner is not None:
        path.append(str(term.name))
        term = term.owner
    # Of a model that is known itself the class says little: two of one class may be built with other settings.
    address = term.address if len(path) > 1 else None
    found = state.instance(Ref(address)) if address is not None else None
    if found is not None and isinstance(found.cls, Class):
        term = engine.terms.make(Kind.CLASS, found.cls.name, found.cls.serial)
    names = [engine.terms.const(name) for name in reversed(path)]
    chosen = [engine.term(args.keywords.get(option, NONE), state) for option in _CHOOSING]
    return engine.terms.make(Kind.TUPLE, term, *names, *chosen)
