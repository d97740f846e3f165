"""Compares what a fixture claims with what a run showed."""

from __future__ import annotations

import builtins
import importlib
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from flake8_flax_rng.verifier.fixture import Claim, Fixture
from flake8_flax_rng.verifier.places import Span, traceback_sites
from flake8_flax_rng.verifier.reuse import (
    FIRST,
    HANDED_ON,
    INSIDE,
    MAPPED,
    OUTSIDE,
    REMADE,
    SECOND,
    Group,
    Place,
    Reuse,
)

# Where the mark of a rule may stand, other than where the second use parts from the first. A rule that is not
# listed may be marked anywhere on the way.
_ALSO: dict[str, frozenset[str]] = {
    "RNG101": frozenset(),
    "RNG102": frozenset(),
    "RNG103": frozenset(),
    "RNG104": frozenset({REMADE, INSIDE}),
    "RNG105": frozenset({REMADE}),
    "RNG106": frozenset({FIRST}),
    "RNG107": frozenset({REMADE}),
    "RNG108": frozenset({INSIDE, HANDED_ON}),
    "RNG109": frozenset({INSIDE}),
    "RNG188": frozenset({INSIDE}),
    "RNG189": frozenset({INSIDE}),
    "RNG190": frozenset(),
    "RNG197": frozenset({REMADE, INSIDE}),
    "RNG194": frozenset(),
    "RNG306": frozenset({INSIDE, OUTSIDE, MAPPED}),
}
NOTHING = "'NoneType' object"
"""What Python says where an object is needed and there is none."""
_ANYWHERE = frozenset({INSIDE, OUTSIDE, REMADE})

_CALLS = 3
"""Calls that are named on the way to an exception."""


@dataclass
class Verdict:
    """What one run says about a fixture.

    Args:
        seen: what JAX did, in a few words.
        confirmed: the marked lines at which the claim was seen to be true.
        problems: what contradicts the fixture.
    """

    seen: list[str] = field(default_factory=list)
    confirmed: set[int] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)


def ended(error: BaseException | None) -> bool:
    """Tell whether a program ran to its end.

    Args:
        error: what left it.

    Returns:
        whether nothing did, or a successful `sys.exit`.
    """
    return error is None or (isinstance(error, SystemExit) and error.code in (None, 0))


def judge_ending(verdict: Verdict, error: BaseException | None, filename: str) -> None:
    """Note when a program that should run to its end does not.

    Args:
        verdict: what is said so far; it is added to.
        error: what left the program.
        filename: the file name that it was compiled with.
    """
    if not ended(error):
        verdict.seen.append(raised(error, filename))
        verdict.problems.append(f"the program ends early: {raised(error, filename)}")


def judge_raises(
    verdict: Verdict, fixture: Fixture, claim: Claim, error: BaseException | None, modes: Iterable[Span] = ()
) -> None:
    """Judge a claim that a line raises.

    Args:
        verdict: what is said so far; it is added to.
        fixture: the fixture.
        claim: its claim.
        error: what left the program.
        modes: the lines that set a mode of NNX; where nothing of Python is used, it is what these return.
    """
    filename = str(fixture.path)
    if error is None:
        verdict.seen.append("nothing raised")
        verdict.problems.append(f"{claim.argument} did not leave the program")
        return
    verdict.seen.append(raised(error, filename))
    if not _is_a(error, claim.argument):
        verdict.problems.append(f"{raised(error, filename)}, not {claim.argument}")
        return
    spans = [site.span for site in traceback_sites(error.__traceback__, filename)]
    spans += modes if NOTHING in str(error) else ()
    verdict.confirmed |= {line for line in fixture.marked if any(line in span for span in spans)}


def judge_reuse(verdict: Verdict, fixture: Fixture, groups: Iterable[Group]) -> None:
    """Judge a claim that keys are used again at the marked lines, and nowhere else.

    Args:
        verdict: what is said so far; it is added to.
        fixture: the fixture.
        groups: what the ledger found.
    """
    marked = fixture.marked

    def accepts(place: Place) -> bool:
        return any(line in place.span and may_stand(codes, place.part) for line, codes in marked.items())

    for group in groups:
        verdict.seen.extend(_said(group))
        verdict.problems.extend(f"{_text(reuse)}, which is not marked" for reuse in unexplained(group, accepts))
        verdict.confirmed |= {
            line
            for line, codes in marked.items()
            if any(line in place.span and may_stand(codes, place.part) for place in group.places)
        }
    if not verdict.seen:
        verdict.seen.append("no key was reused")


def judge_no_reuse(verdict: Verdict, fixture: Fixture, groups: Iterable[Group]) -> None:
    """Judge that a good program uses no key again, except where it says that this is intended.

    Args:
        verdict: what is said so far; it is added to.
        fixture: the fixture.
        groups: what the ledger found.
    """

    def accepts(place: Place) -> bool:
        return place.part == SECOND and _intended(fixture, place.span)

    for group in groups:
        verdict.seen.extend(_said(group))
        verdict.problems.extend(_text(reuse) for reuse in unexplained(group, accepts))


def judge_streams(verdict: Verdict, fixture: Fixture, symptoms: Iterable[tuple[str, Collection[Span]]]) -> None:
    """Judge that a good program passes no stream in vain, except where it says that this is intended.

    Args:
        verdict: what is said so far; it is added to.
        fixture: the fixture.
        symptoms: what the stream trace found, with the program's lines that led to the call.
    """
    for text, spans in symptoms:
        if not any(_intended(fixture, span) for span in spans):
            verdict.seen.append(text)
            verdict.problems.append(text)


def judge_opt_in(verdict: Verdict, fixture: Fixture, found: Iterable[tuple[str, Span]]) -> None:
    """Judge that what an opt-in rule speaks of is at the marked lines, and nowhere else.

    Args:
        verdict: what is said so far; it is added to.
        fixture: the fixture; a good one has no marked lines.
        found: what was seen, with the lines of each.
    """
    for text, span in dict.fromkeys(found):
        verdict.seen.append(text)
        at = {line for line in fixture.marked if line in span}
        verdict.confirmed |= at
        if not at and not _intended(fixture, span):
            verdict.problems.append(text if not fixture.marked else f"{text}, which is not marked")


def judge_unused(verdict: Verdict, fixture: Fixture, found: Iterable[tuple[str, Span]]) -> None:
    """Judge that keys which the marked lines made are used nowhere.

    Args:
        verdict: what is said so far; it is added to.
        fixture: the fixture.
        found: what was seen, with the lines of each.
    """
    for text, span in found:
        at = {line for line in fixture.marked if line in span}
        verdict.seen.extend([text] if at else [])
        verdict.confirmed |= at


def judge_no_effect(verdict: Verdict, fixture: Fixture, claim: Claim, same: dict[int, list[bool]]) -> None:
    """Judge a claim that a stream changes nothing.

    Args:
        verdict: what is said so far; it is added to.
        fixture: the fixture.
        claim: its claim.
        same: for each marked line, whether the results were the same, for each comparison.
    """
    for line in fixture.marked:
        answers = same.get(line, [])
        if not answers:
            verdict.seen.append(f"no Linen call with the stream {claim.argument!r} at line {line}")
        elif all(answers):
            verdict.seen.append(f"{claim.argument!r} changes nothing at line {line}")
            verdict.confirmed.add(line)
        else:
            verdict.seen.append(f"{claim.argument!r} changes the result at line {line}")
            verdict.problems.append(f"{claim.argument!r} changes the result at line {line}")


def unexplained(group: Group, accepts: Callable[[Place], bool]) -> list[Reuse]:
    """List the reuses of one mistake that no accepted place explains.

    Args:
        group: the mistake.
        accepts: tells whether the fixture marks a place.

    Returns:
        the reuses; what follows from a marked reuse is explained with it.
    """
    if any(accepts(place) for place in group.others):
        return []
    certain = [reuse for reuse in group.roots if reuse.certain]
    if certain:
        return [reuse for reuse in certain if not any(accepts(place) for place in reuse.places)]
    return [] if any(accepts(place) for place in group.places) else group.reuses[:1]


def conclude(fixture: Fixture, verdicts: Collection[Verdict]) -> Verdict:
    """Join what several runs of one fixture said.

    Args:
        fixture: the fixture.
        verdicts: one for each run.

    Returns:
        all of it, and a problem for each marked line that no run confirmed.
    """
    total = Verdict()
    for verdict in verdicts:
        total.seen = list(dict.fromkeys(total.seen + verdict.seen))
        total.problems = list(dict.fromkeys(total.problems + verdict.problems))
        total.confirmed |= verdict.confirmed
    missing = [line for line in fixture.marked if line not in total.confirmed]
    total.problems += [f"the claim is not confirmed at line {line}" for line in missing]
    return total


def may_stand(codes: frozenset[str], part: str) -> bool:
    """Tell whether a rule may be marked at a part of a reuse.

    Args:
        codes: the rules that are marked.
        part: one of the parts of a `Place`.

    Returns:
        whether one of them may.
    """
    return part == SECOND or any(part in _ALSO.get(code, _ANYWHERE) for code in codes)


def _intended(fixture: Fixture, span: Span) -> bool:
    return any(line in span for line in fixture.intended)


def _said(group: Group) -> list[str]:
    return list(dict.fromkeys(_text(reuse) for reuse in group.roots))


def _text(reuse: Reuse) -> str:
    second = next((place.span for place in reuse.places if place.part == SECOND), None)
    if reuse.first is reuse.second:
        return f"lanes share a key at line {second}"
    first = next((place.span for place in reuse.places if place.part == FIRST), None)
    return f"key reused at line {second}, first at line {first}"


def raised(error: BaseException | None, filename: str) -> str:
    """Say what left a program, and where.

    Args:
        error: what left it.
        filename: the file name that it was compiled with.

    Returns:
        the exception's name, the program's line, the lines that called it, and the first line of its text.
    """
    sites = traceback_sites(error.__traceback__ if error else None, filename)
    lines = [*dict.fromkeys(str(site.span) for site in reversed(sites))]
    where = f" at line {', called from line '.join(lines[: _CALLS + 1])}" if lines else ""
    message = str(error).strip().splitlines()
    return f"{type(error).__name__}{where}" + (f": {message[0][:100]}" if message else "")


def _is_a(error: BaseException, dotted: str) -> bool:
    """Compare by the object that the name stands for, or by name where it cannot be imported."""
    named = _resolve(dotted)
    if isinstance(named, type):
        return isinstance(error, named)
    names = {name for base in type(error).__mro__ for name in (base.__name__, f"{base.__module__}.{base.__name__}")}
    return dotted in names


def _resolve(dotted: str) -> object:
    module, _, name = dotted.rpartition(".")
    if not module:
        return getattr(builtins, name, None)
    try:
        return getattr(importlib.import_module(module), name, None)
    except ImportError:
        return None
