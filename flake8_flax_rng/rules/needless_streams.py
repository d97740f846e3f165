"""Streams that are given to ``init`` although no variable of the model depends on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from flake8_flax_rng.fixes.streams import stream_left_out
from flake8_flax_rng.interpreter.domain.events import Draw, Event, ModuleRun
from flake8_flax_rng.interpreter.domain.kinds import TurnedOff
from flake8_flax_rng.rules.linen_runs import active, runs_by_call, settled
from flake8_flax_rng.rules.report import Report


def needless_streams(events: Sequence[Event], dropout: bool) -> Iterable[Report]:
    """Report the streams that an ``init`` is given in vain.

    Args:
        events: what the analysis found.
        dropout: whether those that only dropout draws are asked for, or all others.
    """
    for runs in runs_by_call(events):
        resolved = [run for run in settled(runs) if run.streams is not None]
        if not resolved or any(run.kind not in ("init", "lazy_init") for run in resolved):
            continue
        for stream in resolved[0].streams or ():
            needless = stream != "params" and all(_needless(run, stream) for run in resolved)
            if needless and all(_of_dropout(run, stream) for run in resolved) is dropout:
                place = resolved[0].places.get(stream) or resolved[0].places.get("*", resolved[0].call)
                yield Report(
                    place,
                    f"`{resolved[0].name}` does not need the {stream!r} key: the parameters are the same "
                    f"without it; pass only the 'params' key here and give {stream!r} to `apply`",
                    fix=partial(stream_left_out, place, resolved[0].call, stream, initialises=True),
                )


def _needless(run: ModuleRun, stream: str) -> bool:
    """Return whether leaving a stream out changes no variable of the model."""
    if run.streams is None or stream not in run.streams or "params" not in run.streams or not run.draws:
        return False
    for path in run.draws:
        draws = active(path)
        if any(draw.stream == "*" or _asked(draw, stream) for draw in path) or not any(
            draw.stream == "params" for draw in draws
        ):
            return False
        drawing = {draw.path for draw in draws if draw.stream == stream}
        filled = {draw.path for draw in draws if draw.variable and draw.own}
        if drawing & filled or (None in drawing and filled) or (drawing and None in filled):
            return False
    return True


def _asked(draw: Draw, stream: str) -> bool:
    """Return whether the model asks if the stream was given: it may be another model with it."""
    return draw.off is TurnedOff.ASKED and draw.stream == stream


def _of_dropout(run: ModuleRun, stream: str) -> bool:
    """Return whether dropout draws from a stream, in this run or in others of the model, and nothing else does."""
    drawn = [draw for path in run.draws for draw in path if draw.stream == stream]
    if any(draw.own for draw in drawn) or any(stream in asked for asked in run.asked):
        return False
    return bool(drawn) or any(stream in read for read in run.reads)
