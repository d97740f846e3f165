"""Which rule speaks of two draws from streams of NNX that give one key, and what else is wrong with streams."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

from flake8_flax_rng.interpreter.domain.events import Drawn, Event, Made, Parting, Remade, Stateful, part
from flake8_flax_rng.interpreter.domain.kinds import MakeKind, StreamMistake, UseKind
from flake8_flax_rng.rules.constant_keys import is_direct
from flake8_flax_rng.rules.report import line

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


def copies(events: Sequence[Event], code: str) -> Iterator[tuple[Remade, Drawn, Parting]]:
    """Go through the draws that a copy of a stream repeats, each place of the second once.

    Args:
        events: what the analysis has found.
        code: the rule that speaks of them.

    Returns:
        the two equal keys, the draw from the copy, and where the ways to the two uses part.
    """
    seen: set[object] = set()
    for event in events:
        copy = copied_by(event) if isinstance(event, Remade) and event.drawn != (None, None) else None
        if not isinstance(event, Remade) or copy is None or copy.drawn is None or stream_code(event) != code:
            continue
        parting = part(event.before, event.use)
        if parting.second.site.node not in seen:
            seen.add(parting.second.site.node)
            yield event, copy.drawn, parting


def shares(event: Remade, copy: Drawn) -> bool:
    """Return whether two draws are from two copies of one stream that one call has made."""
    copied = False
    for ours, theirs in zip(event.before.way, event.use.way, strict=False):
        if ours.turn != theirs.turn:
            return False  # they are the same copy's, or another's, in two passes
        if ours.site.node is not theirs.site.node:
            return copied
        copied = copied or (copy.copied is not None and ours.site.node is copy.copied.node)
    return False


def stream_code(event: Remade) -> str:
    """Return the rule that speaks of two equal keys of which a stream has made one."""
    copy = copied_by(event)
    if copy is not None and copy.drawn is not None:
        return _copied_code(copy.drawn.via)
    if UseKind.SPLIT in (event.before.kind, event.use.kind) or event.before.splits is not event.use.splits:
        return ""  # the keys that a split makes are others than the numbers that are drawn
    code = _of_one_root(event)
    return "RNG199" if code == "RNG307" and event.apart else code


def _of_one_root(event: Remade) -> str:
    """Return the rule that speaks of two draws from streams of one seed or one key."""
    if event.first.fallback or event.second.fallback:
        return ""  # whether streams are missing, the caller says, who is not in sight
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
    if event.built or (event.before.builders and event.use.builders):
        wrong = _in_one_module(event) or (again and _falls_back(event)) or _layers_in_a_row(event) or _listed(event)
        return "RNG303" if wrong else "RNG307" if _of_two_classes(event) else ""
    return "RNG303" if again else "RNG307" if _belong_together(event) else ""


def _of_two_classes(event: Remade) -> bool:
    """Return whether one function builds modules of two classes from one seed; two of one class may be meant alike."""
    ours, theirs = event.before.builders, event.use.builders
    same = event.first.way[-1].owner == event.second.way[-1].owner
    return bool(ours and theirs) and same and ours.isdisjoint(theirs) and not part(event.before, event.use).loop


def _belong_together(event: Remade) -> bool:
    """Return whether one function makes both streams, or one of them is drawn from where it is made.

    Two functions that hand on streams of one seed may be two programs, or two settings of one.
    """
    same = event.first.way[-1].owner == event.second.way[-1].owner
    return same or is_direct(event.first, event.before) or is_direct(event.second, event.use)


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


def _listed(event: Remade) -> bool:
    """Return whether two built-in layers of one function are alike, or one statement lists both."""
    parting = part(event.before, event.use)
    one, two = parting.first, parting.second
    if one is not event.before.way[-1] or two is not event.use.way[-1] or one.owner != two.owner:
        return False
    if event.before.signature is event.use.signature and not parting.loop:
        return True
    if one.site.chunk is not two.site.chunk:
        return False
    lines = {line(one.site), line(two.site)}
    return any(
        isinstance(node, ast.stmt) and not hasattr(node, "body") and _covers(node, lines)
        for statement in one.site.chunk.tree
        for node in ast.walk(statement)
    )


def _covers(node: ast.stmt, lines: set[int]) -> bool:
    return all(node.lineno <= number <= (node.end_lineno or node.lineno) for number in lines)
