"""Calls that may run a Linen module of which nothing is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.domain.events import ModuleRun, UnfedRun
from flake8_flax_rng.interpreter.domain.kinds import RunKind
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import FALSE, NONE, TRUE, Args, Class, Const, Key, Keys, Ref
from flake8_flax_rng.interpreter.linen.runs import OPTIONS, signature
from flake8_flax_rng.semantics.linen import FLAG, INITIALISING, TRAINING_FLAGS

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.paths.state import State

_TRAINING = {**dict.fromkeys(TRAINING_FLAGS, TRUE), FLAG: FALSE}
"""What says of a call that dropout is on."""

_CHOOSING = ("name", "method")
"""Arguments that say which part of a model is run."""

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
        _note_streams(engine, method, args, state)
    rest = args.shift(1)
    for option in OPTIONS:
        rest.keywords.pop(option, None)
    site, kind = engine.context.stack[-1].site, RunKind(name)
    engine.emit(ModuleRun(site, kind, name, None, False, (), False, signature(rest), context=engine.way()))


def _note_streams(engine: Engine, method: Term, args: Args, state: State) -> None:
    """Note a run that may train, with streams or without."""
    flags = [key for key in args.keywords if key in _TRAINING]
    if not args.complete() or engine.context.muted or len(flags) != 1:
        return
    flag, given = flags[0], args.keywords[flags[0]]
    model = _model(engine, method, args, state)
    step = engine.context.stack[-1]
    if "rngs" in args.keywords:
        off = isinstance(given, Const) and given != _TRAINING[flag]
        if args.keywords["rngs"] != NONE and not off:
            engine.book.fed.setdefault(model, step.site)
        return
    if given != _TRAINING[flag] or any(isinstance(value, Key | Keys) for value in args.values()):
        return
    node = args.node(None, flag)
    text = step.site.chunk.code(node) if node is not None else str(_TRAINING[flag].value)
    mutable = args.keywords.get("mutable", FALSE) != FALSE
    run = UnfedRun(step.site, step.label or str(method.name), f"{flag}={text}", mutable)
    run = engine.book.unfed.setdefault(step.site.node, run)
    run.models.add(model)


def _model(engine: Engine, method: Term, args: Args, state: State) -> Term:
    """Return a term that names the model which is run, and the part of it that is chosen.

    It is the same for one attribute of the objects of a class, whichever of its methods is followed.
    """
    path: list[str] = []
    term = method
    while term.kind is Kind.ATTRIBUTE and term.owner is not None:
        path.append(str(term.name))
        term = term.owner
    found = state.instance(Ref(term.address)) if term.address is not None else None
    if found is not None and isinstance(found.cls, Class):
        term = engine.terms.make(Kind.CLASS, found.cls.name, found.cls.serial)
    names = [engine.terms.const(name) for name in reversed(path)]
    chosen = [engine.term(args.keywords.get(option, NONE), state) for option in _CHOOSING]
    return engine.terms.make(Kind.TUPLE, term, *names, *chosen)
