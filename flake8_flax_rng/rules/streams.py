"""Which rule speaks of two draws from streams of NNX that give one key, and what else is wrong with streams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flake8_flax_rng.interpreter.domain.events import Event, Made, Remade, Stateful, part
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, StreamMistake

SCANNED = "flax.nnx.scan"
AGAIN = "the root of a stream"
_CLONED = frozenset({"nnx.clone", "copy.deepcopy", "nnx.update", "nnx.Rngs(…)"})


def mistakes(events: Sequence[Event], *whats: StreamMistake) -> Iterator[Stateful]:
    """Go through the mistakes of some kinds, each place once."""
    seen: set[tuple[object, str, str]] = set()
    for event in events:
        if isinstance(event, Stateful) and event.what in whats:
            place = event.site.node, event.what, event.name
            if place not in seen:
                seen.add(place)
                yield event


def copied_by(event: Remade) -> Made | None:
    """Return the draw from a copy of a stream, the later one of two."""
    return next((made for made in reversed(event.drawn) if made is not None and made.drawn and made.drawn.via), None)


def stream_code(event: Remade) -> str:
    """Return the rule that speaks of two equal keys of which a stream has made one."""
    copy = copied_by(event)
    if copy is not None and copy.drawn is not None:
        return _copied_code(copy.drawn.via)
    if event.first.kind is event.second.kind is MakeKind.SEED:
        return _seeded_code(event)
    return "" if event.built and not _in_one_module(event) else "RNG307"


def _copied_code(via: str) -> str:
    if via == SCANNED:
        return "RNG306"
    if via == AGAIN:
        return "RNG307"
    return "RNG308" if via in _CLONED else "RNG304"


def _seeded_code(event: Remade) -> str:
    """Models that start alike may be meant; layers of one module, and the masks of two steps, are not."""
    again = built_again(event)
    if event.built:
        return "RNG303" if _in_one_module(event) or (again and _falls_back(event)) or _layers_in_a_row(event) else ""
    return "RNG303" if again else "RNG307"


def built_again(event: Remade) -> bool:
    """Return whether one place of the text has run twice, rather than given two streams one seed."""
    before, after = ([(step.site.node, step.turn) for step in made.way] for made in (event.first, event.second))
    return event.first.site.node is event.second.site.node and before != after


def _in_one_module(event: Remade) -> bool:
    """Return whether one constructor of a module makes both."""
    parting = part(event.before, event.use)
    return parting.second.owner in event.use.builders and parting.first.owner in event.before.builders


def _falls_back(event: Remade) -> bool:
    """Return whether the constructor of a module makes the streams itself."""
    return event.second.way[-1].owner in event.use.builders


def _layers_in_a_row(event: Remade) -> bool:
    """Return whether a loop makes built-in layers one after the other."""
    parting = part(event.before, event.use)
    return parting.loop and parting.second is event.use.way[-1]
