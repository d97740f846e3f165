"""The draws of the Linen run that is under way, and the transforms that stand between it and them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flake8_flax_rng.interpreter.core import initialised
from flake8_flax_rng.interpreter.core.context import Frame
from flake8_flax_rng.interpreter.domain.events import Lifted
from flake8_flax_rng.interpreter.domain.heap import Instance
from flake8_flax_rng.interpreter.domain.kinds import LiftProblem
from flake8_flax_rng.interpreter.domain.term_kinds import Kind
from flake8_flax_rng.interpreter.domain.values import Class
from flake8_flax_rng.records import replaced

if TYPE_CHECKING:
    from flake8_flax_rng.interpreter.core.engine import Engine
    from flake8_flax_rng.interpreter.domain.events import Draw, Scope
    from flake8_flax_rng.interpreter.domain.places import Site
    from flake8_flax_rng.interpreter.domain.streams import Run
    from flake8_flax_rng.interpreter.domain.terms import Term
    from flake8_flax_rng.interpreter.domain.values import Lift
    from flake8_flax_rng.interpreter.paths.state import State

_NOT_A_STREAM = ("*", "")


@contextmanager
def raw(engine: Engine, site: Site, name: str) -> Iterator[None]:
    """Follow what a transform of JAX runs more than once; it matters within a module only."""
    if not engine.context.activations:
        yield
        return
    frame = Frame(site, name, outer=_run(engine))
    with engine.within(replaced(engine.context, lifts=(*engine.context.lifts, frame))):
        yield


@contextmanager
def lifted(engine: Engine, lift: Lift) -> Iterator[None]:
    """Follow the target of a lifted transform, which is given some of the streams."""
    run = _run(engine)
    context, frame = engine.context, Frame(lift.place, lift.name, lift, run)
    runs = (*context.runs, _narrowed(run, lift)) if run is not None else context.runs
    with engine.within(replaced(context, lifts=(*context.lifts, frame), runs=runs)):
        yield


def _run(engine: Engine) -> Run | None:
    return engine.context.runs[-1] if engine.context.runs else None


def _narrowed(run: Run, lift: Lift) -> Run:
    if lift.streams is None or run.streams is None:
        return run
    streams = {name: key for name, key in run.streams.items() if lift.reaches(name)}
    return replaced(run, streams=streams, bare=run.bare if lift.reaches("params") else None)


def repeated(engine: Engine) -> bool:
    """Return whether what is drawn now is drawn in several lanes or passes."""
    return any(frame.loops for frame in engine.context.lifts)


def is_kept(engine: Engine, stream: str) -> bool:
    """Return whether a lifted transform keeps a stream from what is being followed."""
    return any(frame.lift is not None and frame.lift.reaches(stream) is False for frame in engine.context.lifts)


def record(engine: Engine, state: State, draw: Draw) -> Draw:
    """Add a draw to those of a path, numbered as its scope counts them.

    A scope counts the draws from each stream; the name of the stream is not part of the folded data.
    """
    counter = sum(1 for made in state.draws if made.path == draw.path and made.stream == draw.stream and not made.off)
    unlifted, cut = is_kept(engine, draw.stream), is_kept(engine, "params")
    counted = replaced(draw, counter=counter, unlifted=unlifted, cut=cut)
    if draw.variable and not unlifted:
        initialised.drawn(engine, state, draw)
    _note(engine, state, counted)
    state.draws = (*state.draws, counted)
    return counted


def _note(engine: Engine, state: State, draw: Draw) -> None:
    """Tell the rules what the transforms around a draw do with its stream."""
    if draw.off or not draw.certain or draw.stream in _NOT_A_STREAM:
        return
    for frame in engine.context.lifts:
        if frame.lift is None:
            if not (draw.variable or draw.own):
                _emit(engine, LiftProblem.RAW, frame, draw)
        elif frame.lift.reaches(draw.stream) is False:
            _note_unlifted(engine, state, frame, draw)
            return
    if not (draw.variable and draw.own):
        note_split(engine, draw)


def note_split(engine: Engine, draw: Draw) -> None:
    """Tell the rules whether the lanes or passes around a draw get keys of their own."""
    for frame in engine.context.lifts if draw.certain and not draw.unlifted else ():
        if frame.lift is not None and frame.loops:
            _note_split(engine, frame, frame.lift, draw)


def _emit(
    engine: Engine,
    problem: LiftProblem | None,
    frame: Frame,
    draw: Draw,
    fallback: bool = False,
    run: bool = False,
    scope: Scope | None = None,
) -> None:
    layer = draw.layer if not draw.own else "`self.param`" if draw.variable else "`make_rng`"
    call = frame.outer.call if frame.outer is not None else None
    engine.emit(Lifted(problem, frame.site, frame.name, draw.stream, draw.site, layer, fallback, run, call, scope))


def _note_unlifted(engine: Engine, state: State, frame: Frame, draw: Draw) -> None:
    """Note a draw whose stream does not get there; it falls back to ``'params'`` where that gets there."""
    run = engine.context.lifts[0].outer
    fallback = draw.stream != "params" and all(
        f.lift is None or f.lift.reaches("params") is not False for f in engine.context.lifts
    )
    if draw.variable:
        # Only ``init`` draws it, and not where the module has run before, outside of the transform.
        before = any(made.variable and made.path == draw.path for made in state.draws)
        if run is not None and run.initialising and draw.path is not None and not before:
            _emit(engine, LiftProblem.UNLIFTED, frame, draw, run=True)
        scope = initialised.scope(engine, state, draw) if run is None and not before else None
        if scope is not None:
            _emit(engine, LiftProblem.UNLIFTED, frame, draw, scope=scope)
        return
    if run is None or run.streams is None:
        _emit(engine, LiftProblem.UNLIFTED, frame, draw, fallback)
        return
    meant = run.initialising or (draw.stream not in run.streams and (run.bare is not None or "params" in run.streams))
    _emit(engine, None if fallback and meant else LiftProblem.UNLIFTED, frame, draw, fallback, run=True)


def _stands_in(run: Run | None, stream: str) -> bool:
    """Return whether a call of ``apply`` lets the key of ``'params'`` stand in for a stream that it does not give."""
    if run is None or run.initialising or run.streams is None or stream in run.streams:
        return False
    return run.bare is not None or "params" in run.streams


def _note_split(engine: Engine, frame: Frame, lift: Lift, draw: Draw) -> None:
    split = lift.splits(draw.stream)
    if not draw.variable:
        if split is False and draw.stream != "params":
            _emit(engine, LiftProblem.UNSPLIT, frame, draw)
        elif split is True and lift.splits("params") is False and _stands_in(frame.outer, draw.stream):
            _emit(engine, LiftProblem.FALLBACK, frame, draw)
        return
    if draw.stream == "params" and draw.random:
        if split is False and lift.params == "stacked":
            _emit(engine, LiftProblem.IDENTICAL, frame, draw)
        elif split is True and lift.params == "shared":
            _emit(engine, LiftProblem.SHARED, frame, draw)


def made(engine: Engine, term: Term, draw: Draw) -> None:
    """Remember a key that ``make_rng`` made: below a transform of JAX it is the same in all lanes and passes."""
    for frame in engine.context.lifts:
        if frame.lift is None and draw.certain:
            frame.made[term] = draw


def varied(engine: Engine, term: Term) -> None:
    """Remember a key that differs from lane to lane, or from step to step."""
    for frame in engine.context.lifts:
        frame.varied.add(term)


def drawn_from(engine: Engine, term: Term) -> None:
    """Note a draw from a key that is the same in all lanes and passes of a transform of JAX."""
    for frame in engine.context.lifts:
        current: Term | None = term
        while current is not None and frame.lift is None and current not in frame.varied:
            draw = frame.made.get(current)
            if draw is not None:
                _emit(engine, LiftProblem.RAW, frame, draw)
                return
            data = current.data
            current = current.parent if data is not None and data.kind is Kind.CONST else None


def note(engine: Engine, stream: str, state: State, dropout: bool = False) -> None:
    """Note that the classes whose methods are being followed read a stream, be it in other calls than this one.

    Args:
        engine: the analysis.
        stream: the stream; ``*`` for code that is not known.
        state: the path.
        dropout: whether it is a layer's dropout that reads it.
    """
    for active in engine.context.activations:
        found = state.heap.get(active.address)
        if isinstance(found, Instance) and isinstance(found.cls, Class):
            engine.program.reads.setdefault(found.cls.serial, set()).add(stream)
            if not dropout:
                engine.program.asked.setdefault(found.cls.serial, set()).add(stream)
