"""Linen calls seen from several callers: what holds for a call however it is reached."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import libcst as cst

from flake8_flax_rng.interpreter.domain.events import Draw, Event, Flagged, Malformed, ModuleRun, UnfedRun
from flake8_flax_rng.interpreter.domain.kinds import FlagMistake, TurnedOff
from flake8_flax_rng.semantics.linen import TRAINING_FLAGS

UNKNOWN = "*"
_ALIKE = 0.7


def runs_by_call(events: Sequence[Event]) -> list[list[ModuleRun]]:
    """Group the runs of the Linen modules by the call that made them."""
    groups: dict[cst.CSTNode, list[ModuleRun]] = {}
    for event in events:
        if isinstance(event, ModuleRun):
            groups.setdefault(event.call.node, []).append(event)
    return list(groups.values())


def unfed_runs(events: Sequence[Event], in_part: bool = False) -> list[UnfedRun]:
    """Return the runs without streams of models that are not known from any caller, or that may draw.

    What a known model is certain to draw is told by its runs. Of one that may draw, as a rate in its configuration
    says, a second fact tells that a stream was forgotten.

    Args:
        events: what the analysis has found.
        in_part: whether a model counts as one that may draw of which a part is not known.
    """
    known: dict[cst.CSTNode, list[ModuleRun]] = {}
    for event in events:
        if isinstance(event, ModuleRun) and event.resolved:
            known.setdefault(event.call.node, []).append(event)
    unfed = [event for event in events if isinstance(event, UnfedRun)]
    return [event for event in unfed if _may_lack(event, known.get(event.call.node), in_part)]


def _may_lack(unfed: UnfedRun, known: list[ModuleRun] | None, in_part: bool) -> bool:
    if known is None:
        return True
    alone = unfed.key is None and unfed.fed is None
    if alone and any(draw.stream not in ("params", UNKNOWN) for run in known for draw in surely_drawn(run)):
        return False
    told = ("params", UNKNOWN) if alone and not in_part else ("params",)
    return all(any(draw.stream not in told for path in run.draws for draw in active(path)) for run in known)


def settled(runs: list[ModuleRun]) -> list[ModuleRun]:
    """Return the runs of a call whose module is known, none where others can stand there.

    What the module that a parameter is by default does not read, another one may.
    """
    return [] if any(run.one_of_several for run in runs) else [run for run in runs if run.resolved]


def training_flag(run: ModuleRun) -> str:
    """Return the argument with which a call asks for training, as the text has it; empty where it does not."""
    arguments = run.call.node.args if isinstance(run.call.node, cst.Call) else ()
    true = [arg for arg in arguments if isinstance(arg.value, cst.Name) and arg.value.value == "True"]
    asked = [arg.keyword.value for arg in true if arg.keyword is not None and arg.keyword.value in TRAINING_FLAGS]
    return f"{asked[0]}=True" if asked else ""


def flags_vary(runs: list[ModuleRun]) -> bool:
    """Return whether the call's arguments are constants from one caller and unknown from another.

    A flag that the enclosing function takes as a parameter is not wrong where it stands.
    """
    return len({run.signature for run in runs}) > 1


def active(draws: tuple[Draw, ...]) -> list[Draw]:
    """Return the draws that were made, without the layers that are turned off."""
    return [draw for draw in draws if not draw.off]


def surely_drawn(run: ModuleRun) -> list[Draw]:
    """Return the draws that every path through the module makes."""
    if not run.draws:
        return []
    first, *others = [[draw for draw in active(path) if draw.certain] for path in run.draws]
    return [draw for draw in first if all(any(o.stream == draw.stream for o in path) for path in others)]


def possibly_drawn(run: ModuleRun, stream: str) -> list[Draw]:
    """Return the draws that some path makes from a stream; unknown code could draw any."""
    return [draw for path in run.draws for draw in active(path) if draw.stream in (stream, UNKNOWN)]


def by_context(runs: list[ModuleRun]) -> list[list[ModuleRun]]:
    """Group runs of one call by the way that led there: what holds on one way is certain there.

    Where a module that is not known may stand there too, as another path on that way shows, nothing is.
    """
    groups: dict[object, list[ModuleRun]] = {}
    for run in runs:
        groups.setdefault(run.context, []).append(run)
    return [group for group in groups.values() if all(run.resolved for run in group)]


def others_may_stand_there(malformed: Malformed, runs: list[ModuleRun]) -> bool:
    """Return whether other modules may stand at a call that one module does not take as it is written."""
    return any(run.call.node is malformed.run.node and run.context == malformed.context for run in runs)


def missing(run: ModuleRun) -> list[Draw]:
    """Return the draws that every path makes from a stream that is not given and has nothing to fall back to.

    RNG210 speaks of those that a lifted transform keeps their stream from.
    """
    if run.streams is None:
        return []
    fallback = run.bare or "params" in run.streams
    served = (*run.streams, UNKNOWN, "", *(["params"] if fallback else []))
    drawn = [draw for draw in surely_drawn(run) if draw.stream not in served and not draw.unlifted]
    return [draw for draw in drawn if draw.cut] if fallback else drawn


def similar(stream: str, names: Iterable[str]) -> str:
    """Return the name that a misspelt stream was most likely meant to be, empty if there is none."""
    by_letters = {name.lower(): name for name in sorted(names) if name not in ("", UNKNOWN, stream)}
    found = get_close_matches(stream.lower(), by_letters, 1, _ALIKE)
    return by_letters[found[0]] if found else ""


def inverted(events: Sequence[Event]) -> list[Flagged]:
    """Return the flags that are set to the opposite of what they say, as the calls in sight show.

    What a flag is called is no proof: where those who give the stream turn dropout on with it, they know what they do.
    """
    runs = [event for event in events if isinstance(event, ModuleRun) and event.kind in ("apply", "bind")]
    flags = [event for event in events if isinstance(event, Flagged) and event.what is FlagMistake.INVERTED]
    return [flag for flag in flags if _is_inverted(flag, runs)]


def explained(events: Sequence[Event]) -> set[int]:
    """Return the calls of layers whose flag is inverted: what they draw, or do not draw, is no surprise."""
    return {id(event.at.node) for event in inverted(events)}


def _is_inverted(flag: Flagged, runs: list[ModuleRun]) -> bool:
    """Return whether a run goes wrong at a layer, and none goes right with the stream that it needs."""
    wrong = False
    for run in runs:
        draws = [draw for path in run.draws for draw in path if draw.site.node is flag.at.node]
        drawn = [draw for draw in draws if not draw.off]
        if any(draw.stream in (run.streams or ()) for draw in drawn if draw.certain):
            return False
        idle = [draw for draw in draws if draw.off is TurnedOff.DETERMINISTIC and draw.stream in (run.streams or ())]
        off = bool(idle) and not any(possibly_drawn(run, draw.stream) for draw in idle)
        wrong = wrong or off or any(draw.site.node is flag.at.node for draw in missing(run))
    return wrong


def unread(run: ModuleRun) -> list[str]:
    """Return the streams that are given to a model of which no code reads them, under whatever flag."""
    drawn = {draw.stream for path in run.draws for draw in path}
    if run.streams is None or not run.draws or UNKNOWN in drawn:
        return []
    read = drawn.union(*run.reads)
    return [stream for stream in run.streams if stream != "params" and stream not in read]
