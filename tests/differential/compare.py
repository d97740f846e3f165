"""Compares, by line, what the linter says of a program with what its runs have shown."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.lint import lint
from flake8_flax_rng.rules import RULES
from flake8_flax_rng.verifier.judge import may_stand, unexplained
from flake8_flax_rng.verifier.ledger import DRAW, SPLIT
from flake8_flax_rng.verifier.places import Span
from flake8_flax_rng.verifier.reuse import FIRST, SECOND, Place, Reuse

from .oracle import Around, Run, helpers, runs, uncompiled
from .symptoms import RAISING, Symptoms

_BOUND = "RNG090"

_MEANT, _THROWN_AWAY, _UNREAD = "RNG091", "thrown-away", "unread"
"""What is overwritten before anybody reads it meets no other number: the linter says so, and a run cannot show it."""

# A constant key in a compiled function is the same in every call, which takes two calls to show.
_ONCE = "RNG104"

# The rules that speak of a key which is used again.
_REUSE_RULES = ("RNG101", "RNG102", "RNG103", "RNG104", "RNG105", "RNG106", "RNG107", "RNG108", "RNG109", "RNG114")


@dataclass(frozen=True)
class Futile:
    """A statement that changes nothing.

    Args:
        span: its lines.
        matters: whether the linter has to say so.
    """

    span: Span
    matters: bool = True


def _nothing(source: str, inputs: dict[str, Any] | None) -> list[Futile]:
    return []


@dataclass(frozen=True)
class World:
    """What programs are about, and how they are run.

    Args:
        reuse: the rules that speak of a key which is used again.
        raising: the rules that speak of what raises.
        others: further rules that are compared.
        futile: the rules that speak of statements which change nothing.
        in_vain: finds such statements of a program.
        around: how JAX runs the programs.
        alone: whether the functions of a program beside ``main`` may be run by themselves.
        meant: the excuses, which the linter names, of what a run shows and is no fault.
        counts: whether keys depend on how often a loop ran, of which the linter knows nothing: it need not speak of
            equal ones that only some numbers of passes show.
    """

    reuse: tuple[str, ...]
    raising: frozenset[str]
    others: frozenset[str] = frozenset()
    futile: frozenset[str] = frozenset()
    in_vain: Callable[[str, dict[str, Any] | None], list[Futile]] = _nothing
    around: Around = uncompiled
    alone: bool = True
    meant: tuple[str, ...] = (_THROWN_AWAY, _UNREAD)
    counts: bool = False

    @property
    def codes(self) -> frozenset[str]:
        """The rules whose findings are compared."""
        return frozenset(rule.code for rule in RULES) & {*self.reuse, *self.raising, *self.others, *self.futile}


PLAIN = World(_REUSE_RULES, RAISING, frozenset({"RNG113"}))
"""Plain keys."""

CODES = PLAIN.codes

_OF_MECHANISM = {"reuse": ("RNG101",), "fold": ("RNG103",), "seed": ("RNG104", "RNG105"), "lanes": ("RNG109",)}
MECHANISMS = frozenset(name for name, codes in _OF_MECHANISM.items() if CODES.issuperset(codes))
"""The ways of using a key again for which there are rules."""

_FEATURES = {"fold-collisions": "RNG103", "lanes": "RNG109", "discarded": "RNG106"}
FEATURES = frozenset(feature for feature, code in _FEATURES.items() if code in CODES)
"""What programs may do besides, since there are rules for it."""


@dataclass(frozen=True)
class Disagreement:
    """One line about which the linter and JAX disagree.

    Args:
        kind: "miss" or "false".
        line: the line.
        text: what was shown and not said, or said and not shown.
        inputs: what the run was given that has shown it.
    """

    kind: str
    line: int
    text: str
    inputs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Comparison:
    """What came of one program.

    Args:
        disagreements: the lines about which the two disagree.
        findings: what the linter said.
        reused: whether any run used a key again.
        waiting: whether some reuse is of a kind for which there is no rule yet.
        runs: how often it was run.
        bounded: whether the linter says that it has reached a bound, past which it may be silent.
        errors: the names of the errors that left its runs.
    """

    disagreements: list[Disagreement]
    findings: list[Finding]
    reused: bool
    waiting: bool
    runs: int
    bounded: bool
    errors: frozenset[str]


def compare(
    source: str,
    silent: bool = False,
    linter: Callable[[str], list[Finding]] = lint,
    inputs: dict[str, Any] | None = None,
    world: World = PLAIN,
) -> Comparison:
    """Lint a program and run it.

    Args:
        source: the program.
        silent: whether the linter may be silent.
        linter: the linter.
        inputs: what to run it with; None for every input that selects a path.
        world: what the program is about.

    Returns:
        what the two say of each other.
    """
    found = linter(source)
    bounded = any(finding.code == _BOUND for finding in found)
    broken = [Disagreement("false", f.line, f"{f.code} {f.message}") for f in found if f.code == "RNG001"]
    findings = [finding for finding in found if finding.code in world.codes]
    shown = list(runs(source, given=inputs, around=world.around))
    in_vain = world.in_vain(source, inputs)
    false = _not_shown(findings, shown, world, in_vain)
    if all(run.symptoms.error for run in shown):
        # A class may be wrong that is only built behind the error, which no run has come by.
        false = [finding for finding in false if not any(finding.line in span for span in _classes(source))]
    for helper in helpers(source) if false and world.alone else ():
        false = _not_shown(false, runs(source, helper, around=world.around), world)
    if any(finding.code == _ONCE for finding in false):
        again = _not_shown(false, runs(source, given=inputs, calls=2, around=world.around), world)
        false = [finding for finding in false if finding.code != _ONCE or finding in again]
    missed: dict[tuple[int, str], Disagreement] = {}
    meant = {f.line for f in found if f.code == _MEANT and any(f"`{name}`" in f.message for name in world.meant)}
    steady = _in_any_number_of_passes(shown) if world.counts else None
    for run in shown if not (silent or bounded) else ():
        for miss in (*_missed(run, findings, steady), *_unsaid(run, findings, world, in_vain)):
            if miss.line not in meant:
                missed.setdefault((miss.line, miss.kind), miss)
    return Comparison(
        [*broken, *(Disagreement("false", f.line, f"{f.code} {f.message}") for f in false), *missed.values()],
        found,
        any(run.groups for run in shown),
        any(name not in MECHANISMS for run in shown for name, _ in run.groups),
        len(shown),
        bounded,
        frozenset(run.symptoms.error.partition(":")[0] for run in shown if run.symptoms.error),
    )


def _classes(source: str) -> list[Span]:
    found = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    return [Span(node.lineno, node.end_lineno or node.lineno) for node in found]


def _not_shown(
    findings: list[Finding], shown: Iterable[Run], world: World, in_vain: Iterable[Futile] = ()
) -> list[Finding]:
    places: list[Place] = []
    idle: list[Span] = []
    raised: list[Span] = []
    symptoms: list[Symptoms] = []
    for run in shown:
        places += [place for _, group in run.groups for place in group.places]
        idle += run.idle
        raised += run.symptoms.raised
        symptoms.append(run.symptoms)
    return [
        finding
        for finding in findings
        if not (finding.code in world.reuse and any(_accepts(finding, place) for place in places))
        and not (finding.code == "RNG106" and any(finding.line in span for span in idle))
        and not (finding.code in world.raising and any(finding.line in span for span in raised))
        and not (finding.code in world.futile and any(finding.line in futile.span for futile in in_vain))
        and not any(seen.shown(finding.code, finding.line) for seen in symptoms)
    ]


def _accepts(finding: Finding, place: Place) -> bool:
    # A key behind the end of an array is one of its keys again: that stands where the index is, also if it comes first.
    past = finding.code == "RNG110" and place.part == FIRST
    return finding.line in place.span and (past or may_stand(frozenset({finding.code}), place.part))


def _in_any_number_of_passes(shown: Iterable[Run]) -> set[str]:
    """Return the pairs of uses of equal keys that a program shows however often its loops run."""
    by_settings: dict[str, list[set[str]]] = {}
    for run in shown:
        settings = str({name: value for name, value in run.inputs.items() if name != "n"})
        pairs = {_pair(reuse) for name, group in run.groups if name == "fold" for reuse in group.reuses}
        by_settings.setdefault(settings, []).append(pairs)
    return set().union(*(set.intersection(*pairs) for pairs in by_settings.values()))


def _missed(run: Run, findings: list[Finding], steady: set[str] | None = None) -> list[Disagreement]:
    def accepts(place: Place) -> bool:
        return any(_accepts(finding, place) for finding in findings)

    given = ", ".join(f"{name}={value}" for name, value in run.inputs.items())
    result = []
    for name, group in run.groups:
        # Keys that are split twice and then never drawn from do no harm; a report is right, and so is none.
        if name in MECHANISMS and any(reuse.certain for reuse in group.reuses):
            for reuse in unexplained(group, accepts):
                if name == "fold" and {reuse.first.kind, reuse.second.kind} == {DRAW, SPLIT}:
                    continue  # what a split makes of a key repeats no number that is drawn from its equal
                if name == "fold" and steady is not None and _pair(reuse) not in steady:
                    continue
                text = f"{name}: {_pair(reuse)}, with {given}"
                result.append(Disagreement("miss", _second(reuse), text, run.inputs))
    return result


def _unsaid(run: Run, findings: list[Finding], world: World, in_vain: Iterable[Futile]) -> list[Disagreement]:
    """Return the errors, the numbers of the host and the idle statements that the linter does not speak of."""
    seen, result = run.symptoms, []
    said = {code: [finding.line for finding in findings if finding.code == code] for code in world.codes}
    for codes, spans, what in (
        *([(world.raising, seen.raised, seen.error)] if seen.error else []),
        *((world.futile, [futile.span], "a statement without effect") for futile in in_vain if futile.matters),
        *((("RNG110",), spans, "index past the end") for spans in seen.past),
        *((("RNG113",), spans, "host randomness") for spans in seen.host),
    ):
        if not any(line in span for span in spans for code in codes for line in said.get(code, ())):
            result.append(Disagreement("miss", spans[-1].first if spans else 0, f"{what}", run.inputs))
    return result


def _second(reuse: Reuse) -> int:
    return next((place.span.first for place in reuse.places if place.part == SECOND), 0)


def _pair(reuse: Reuse) -> str:
    return f"{reuse.first.kind} at {_last(reuse.first)}, {reuse.second.kind} at {_last(reuse.second)}"


def _last(event: object) -> str:
    return " > ".join(str(site.span) for site in event.stack)
