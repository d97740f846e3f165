"""Weighs what the linter says of a program by what one run of it did."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace

from flake8_flax_rng.finding import Finding
from flake8_flax_rng.verifier.elsewhere import Elsewhere
from flake8_flax_rng.verifier.fixture import intended_lines
from flake8_flax_rng.verifier.judge import NOTHING, may_stand, unexplained
from flake8_flax_rng.verifier.ledger import Bits, Event
from flake8_flax_rng.verifier.lines import Raised, Trace, statement_span
from flake8_flax_rng.verifier.nnxhooks import MODES
from flake8_flax_rng.verifier.places import Span
from flake8_flax_rng.verifier.reuse import FIRST, SECOND, Group, Place, Reuse

CONFIRMED, NOT_REACHED, CONTRADICTED, UNDECIDED = "confirmed", "not reached", "contradicted", "undecided"

_REUSE, _RAISES, _IDLE, _NEEDLESS, _LEGACY, _SHARED = "reuse", "raises", "idle", "needless", "legacy", "shared"

_ERRORS = frozenset({"InvalidRngError", "AssignSubModuleError", "OverflowError", "TypeError", "ValueError"})
"""What wrong randomness raises in JAX and Flax."""

_NNX_ERRORS = _ERRORS | {"AttributeError", "KeyError", "NotImplementedError", "TraceContextError"}
"""What it raises in NNX besides: of a missing stream, and of one that another trace has made."""


_LIBRARY_ERRORS = _ERRORS | {"AssertionError", "RuntimeError", "UnexpectedTracerError"}
"""What it raises in Haiku, Equinox and NumPyro."""


@dataclass(frozen=True)
class _Proof:
    """How a run can show what a rule says.

    Args:
        symptoms: what may be seen; none where nothing but a second, changed run could tell.
        decisive: whether a run that reached the line and shows none of it speaks against the finding.
        passes: how often the line must be passed before it can be seen.
    """

    symptoms: tuple[str, ...] = ()
    decisive: bool = False
    passes: int = 1


_PROOFS = {
    "RNG101": _Proof((_REUSE,), decisive=True),
    "RNG102": _Proof((_REUSE,), decisive=True, passes=2),
    "RNG103": _Proof((_REUSE,), decisive=True),
    "RNG104": _Proof((_REUSE,), passes=2),
    "RNG105": _Proof((_REUSE,), decisive=True),
    "RNG106": _Proof((_REUSE,)),
    "RNG107": _Proof((_REUSE,), passes=2),
    "RNG108": _Proof((_REUSE, _RAISES), passes=2),
    "RNG109": _Proof((_REUSE,)),
    "RNG110": _Proof((_REUSE, _RAISES)),
    "RNG111": _Proof((_RAISES,), decisive=True),
    "RNG112": _Proof((_RAISES,)),
    "RNG114": _Proof((_REUSE, _RAISES)),
    "RNG115": _Proof((_REUSE,), passes=2),
    "RNG188": _Proof((_REUSE,)),
    "RNG189": _Proof((_REUSE,)),
    "RNG190": _Proof((_REUSE,), decisive=True),
    "RNG194": _Proof((_REUSE,), decisive=True),
    "RNG191": _Proof((_LEGACY,), decisive=True),
    "RNG192": _Proof((_SHARED,), decisive=True),
    "RNG201": _Proof((_NEEDLESS,), decisive=True),
    "RNG202": _Proof((_RAISES,), decisive=True),
    "RNG203": _Proof((_RAISES,), decisive=True),
    "RNG204": _Proof((_IDLE, _RAISES), decisive=True),
    "RNG205": _Proof((_IDLE,)),
    "RNG206": _Proof((_REUSE,), decisive=True),
    "RNG207": _Proof((_RAISES, _IDLE)),
    "RNG208": _Proof((_RAISES,)),
    "RNG209": _Proof((_RAISES,)),
    "RNG210": _Proof((_RAISES,)),
    "RNG193": _Proof((_REUSE,), passes=2),
    "RNG196": _Proof((_REUSE,)),
    "RNG197": _Proof((_REUSE,), passes=2),
    "RNG291": _Proof((_NEEDLESS,), decisive=True),
    "RNG301": _Proof((_RAISES,)),
    "RNG302": _Proof((_RAISES,)),
    "RNG303": _Proof((_REUSE,), passes=2),
    "RNG305": _Proof((_RAISES,)),
    "RNG306": _Proof((_REUSE,)),
    "RNG307": _Proof((_REUSE,)),
    "RNG308": _Proof((_REUSE,)),
    "RNG309": _Proof((_RAISES,)),
    "RNG310": _Proof((_RAISES,)),
    "RNG312": _Proof((_RAISES,)),
    "RNG313": _Proof((_RAISES,)),
    "RNG401": _Proof((_RAISES,)),
    "RNG403": _Proof((_REUSE, _RAISES)),
    "RNG404": _Proof((_RAISES,)),
}

_NO_PROOF = _Proof()


@dataclass(frozen=True)
class Weighed:
    """One finding of the linter, and what the run says of it.

    Args:
        line: the finding's line.
        column: its column, counted from 0.
        code: its rule.
        message: its message.
        verdict: CONFIRMED, NOT_REACHED, CONTRADICTED, or UNDECIDED where a run cannot show it.
        evidence: what was seen.
        key: the words of the key that was used again, or "".
        first: the lines of its first use, or "".
        second: the lines of its second use, or "".
    """

    line: int
    column: int
    code: str
    message: str
    verdict: str
    evidence: str
    key: str = ""
    first: str = ""
    second: str = ""


@dataclass(frozen=True)
class Unreported:
    """A key that was used again, of which the linter says nothing.

    Args:
        key: the words of the key.
        first: the lines of its first use.
        second: the lines of the second.
        times: how often this happened, with this key or others.
    """

    key: str
    first: str
    second: str
    times: int


@dataclass(frozen=True)
class Outcome:
    """What one run says of one program.

    Args:
        ending: how it ended before its end, or "".
        seconds: how long it ran.
        uses: how many uses of keys were seen.
        findings: the linter's findings, weighed.
        unreported: the reuses that the linter did not report.
        stopped: whether it was stopped at its time limit.
        printed: the lines that it printed, where they were kept.
    """

    ending: str
    seconds: float
    uses: int
    findings: tuple[Weighed, ...]
    unreported: tuple[Unreported, ...]
    stopped: bool = False
    printed: tuple[str, ...] = ()

    @classmethod
    def unknown(cls, findings: Sequence[Finding], seconds: float) -> Outcome:
        """Return what is known when the run says nothing.

        Args:
            findings: what the linter says.
            seconds: how long it was waited for.

        Returns:
            every finding undecided.
        """
        weighed = tuple(_weighed(finding, UNDECIDED, "the run says nothing") for finding in findings)
        return cls("", round(seconds, 1), 0, weighed, ())

    def as_dict(self) -> dict[str, object]:
        """Return it as JSON can hold it."""
        return {name: value for name, value in asdict(self).items() if name != "printed"}


@dataclass
class Evidence:
    """What was seen of a run.

    Args:
        ending: how the program ended before its end, or "".
        stopped: whether it was stopped at its time limit.
        groups: the keys that were used again.
        events: all uses of keys.
        lines: the lines that were executed, and what was raised.
        idle: the streams that Linen calls were given and nothing asked for, with the lines of the call.
        drawn: the streams that Linen calls drew from, with the lines of the call.
        needless: for a stream and the line of an `init`, whether it made no difference, for each call.
        legacy: the lines that built legacy keys.
        modes: the lines that set a mode of NNX.
        shared: the lines at which a key of the data and of the parameters was used the second time.
        elsewhere: what was done in threads and in other processes, where keys are not watched.
    """

    ending: str
    stopped: bool
    groups: list[Group]
    events: list[Event]
    lines: Trace
    idle: set[tuple[str, tuple[Span, ...]]] = field(default_factory=set)
    drawn: set[tuple[str, tuple[Span, ...]]] = field(default_factory=set)
    needless: dict[tuple[str, int], list[bool]] = field(default_factory=dict)
    legacy: list[Span] = field(default_factory=list)
    modes: list[Span] = field(default_factory=list)
    shared: list[tuple[str, Span]] = field(default_factory=list)
    elsewhere: Elsewhere = field(default_factory=Elsewhere)


def weigh(findings: Sequence[Finding], source: str, evidence: Evidence, seconds: float) -> Outcome:
    """Weigh each finding, and list the reuses of which there is none.

    Args:
        findings: what the linter says.
        source: the program's text.
        evidence: what was seen of the run.
        seconds: how long it ran.

    Returns:
        all of it.
    """
    scale = _Scale(evidence, source, _uses_by_line(evidence.events))
    return Outcome(
        ending=evidence.ending,
        seconds=round(seconds, 1),
        uses=len(evidence.events),
        findings=tuple(scale.weigh(finding) for finding in findings),
        unreported=tuple(_unreported(evidence.groups, findings, intended_lines(source))),
        stopped=evidence.stopped,
    )


def words(key: Bits) -> str:
    """Write a key as JAX prints its data.

    Args:
        key: the key's bits.

    Returns:
        its 32-bit words, for instance "[0 42]".
    """
    _, data = key
    numbers = (int.from_bytes(data[start : start + 4], "little") for start in range(0, len(data), 4))
    return f"[{' '.join(map(str, numbers))}]"


@dataclass(frozen=True)
class _Scale:
    """Holds one finding after the other against one run."""

    evidence: Evidence
    source: str
    uses: Counter[int]

    def weigh(self, finding: Finding) -> Weighed:
        """Weigh a finding; what may have happened where nobody looked is undecided."""
        weighed = self._watched(finding)
        unseen = self._unseen(finding) if weighed.verdict in (NOT_REACHED, CONTRADICTED) else ""
        return replace(weighed, verdict=UNDECIDED, evidence=unseen) if unseen else weighed

    def _unseen(self, finding: Finding) -> str:
        elsewhere = self.evidence.elsewhere
        for line in (finding.line, *_lines_named(finding)):
            span = statement_span(self.source, line)
            where = next((place for at, place in elsewhere.lines.items() if at in span), "")
            if where:
                return f"line {line} was executed {where}, where keys are not watched"
        if elsewhere.processes:
            return "the program has started processes, in which nothing is watched"
        reuse = _REUSE in _PROOFS.get(finding.code, _NO_PROOF).symptoms
        return "a thread has used keys, which is not watched" if reuse and elsewhere.drawn else ""

    def _watched(self, finding: Finding) -> Weighed:
        proof = _PROOFS.get(finding.code, _NO_PROOF)
        if _REUSE in proof.symptoms and (found := _reuse_at(self.evidence.groups, finding)) is not None:
            return _with_reuse(finding, found)
        if seen := next(self._seen(finding, proof), ""):
            return _weighed(finding, CONFIRMED, seen)
        if missing := self._not_reached(finding, proof):
            return _weighed(finding, NOT_REACHED, missing)
        if not proof.symptoms:
            return _weighed(finding, UNDECIDED, "the line was reached; one run cannot show what this rule is about")
        if not proof.decisive:
            return _weighed(
                finding, UNDECIDED, "the line was reached, and nothing was seen there; a run may not show it"
            )
        if self.evidence.ending:
            return _weighed(finding, NOT_REACHED, "nothing was seen until the program ended early")
        return _weighed(finding, CONTRADICTED, self._against(proof))

    def _seen(self, finding: Finding, proof: _Proof) -> Iterator[str]:
        evidence, line = self.evidence, finding.line
        for symptom in proof.symptoms:
            if symptom == _RAISES:
                yield from (f"raises {_told(error)}" for error in self._raised(finding))
            elif symptom == _IDLE:
                at = sorted({stream for stream, spans in evidence.idle if _within(line, spans)})
                yield from (f"the model was given {stream!r} and never read it" for stream in at)
            elif symptom == _NEEDLESS:
                answers = {stream: all(same) for (stream, at), same in evidence.needless.items() if at == line and same}
                yield from (f"without {stream!r} the result is the same" for stream, same in answers.items() if same)
            elif symptom == _LEGACY:
                yield from ("builds a raw array" for span in evidence.legacy if line in span)
            elif symptom == _SHARED:
                yield from (text for text, span in evidence.shared if line in span)

    def _raised(self, finding: Finding) -> Iterator[Raised]:
        errors = {"RNG3": _NNX_ERRORS, "RNG4": _LIBRARY_ERRORS}.get(finding.code[:4], _ERRORS)
        sets = finding.code == MODES and _within(finding.line, self.evidence.modes)
        for error in self.evidence.lines.raised:
            here = finding.line in error.span or (sets and NOTHING in error.text)
            if here and not errors.isdisjoint(error.names):
                yield error

    def _not_reached(self, finding: Finding, proof: _Proof) -> str:
        """Say which line that the finding speaks of was not reached; "" when all were."""
        line = finding.line
        if not self._executed(line):
            return f"line {line} was not executed"
        if _REUSE not in proof.symptoms:
            return ""
        if self.uses[line] < proof.passes:
            return f"line {line} used a key {('never', 'only once')[self.uses[line]]}"
        missing = next((first for first in _lines_named(finding) if not self._executed(first)), None)
        return f"line {missing}, with the first use, was not executed" if missing is not None else ""

    def _executed(self, line: int) -> bool:
        span = statement_span(self.source, line)
        return any(at in span for at in self.evidence.lines.lines) or self.uses[line] > 0

    def _against(self, proof: _Proof) -> str:
        if _REUSE in proof.symptoms:
            return "the lines were reached, and no key was used at both of them"
        if _NEEDLESS in proof.symptoms:
            return "without the stream the result is another one"
        if _RAISES in proof.symptoms and _IDLE not in proof.symptoms:
            return "the line was executed and raised nothing"
        return "the line was executed, and nothing of it was seen"


def _lines_named(finding: Finding) -> list[int]:
    """Return the line of the first use, where the message says that it is in this file."""
    first = re.search(r"\bon line (\d+)(?! of )", finding.message)
    return [int(first[1])] if first is not None else []


def _weighed(finding: Finding, verdict: str, evidence: str) -> Weighed:
    return Weighed(finding.line, finding.column, finding.code, finding.message, verdict, evidence)


def _with_reuse(finding: Finding, reuse: Reuse) -> Weighed:
    key, first, second = _sides(reuse)
    return Weighed(
        finding.line,
        finding.column,
        finding.code,
        finding.message,
        CONFIRMED,
        told(key, first, second),
        key,
        first,
        second,
    )


def told(key: str, first: str, second: str) -> str:
    """Tell of a reuse in words.

    Args:
        key: the words of the key.
        first: the lines of its first use; "" when lanes share the key.
        second: the lines of the second.

    Returns:
        a sentence without its full stop.
    """
    if not first:
        return f"key {key} is used in all lanes at line {second}"
    if first == second:
        return f"key {key} is used at line {second} and again there"
    return f"key {key} is used at line {first} and again at line {second}"


def _told(error: Raised) -> str:
    return error.names[0] + (f": {error.text[:100]}" if error.text else "")


def _reuse_at(groups: Iterable[Group], finding: Finding) -> Reuse | None:
    """Find the reuse that a finding speaks of: where possible one whose second use is at its line."""
    best: tuple[int, Reuse] | None = None
    for group in groups:
        for reuse in group.reuses:
            for rank in _ranks(reuse.places, finding):
                if best is None or rank < best[0]:
                    best = rank, reuse
        if best is None and group.reuses and any(True for _ in _ranks(group.others, finding)):
            best = 2, group.reuses[0]
    return best[1] if best is not None else None


def _ranks(places: Iterable[Place], finding: Finding) -> Iterator[int]:
    codes = frozenset({finding.code})
    for place in places:
        if finding.line in place.span and may_stand(codes, place.part):
            yield 0 if place.part == SECOND else 1


def _unreported(
    groups: Iterable[Group], findings: Sequence[Finding], intended: Collection[int]
) -> Iterator[Unreported]:
    reporting = [(f.line, frozenset({f.code})) for f in findings if _REUSE in _PROOFS.get(f.code, _NO_PROOF).symptoms]

    def accepts(place: Place) -> bool:
        if place.part == SECOND and any(line in place.span for line in intended):
            return True
        return any(line in place.span and may_stand(codes, place.part) for line, codes in reporting)

    times: Counter[tuple[str, str]] = Counter()
    keys: dict[tuple[str, str], str] = {}
    for group in groups:
        for reuse in unexplained(group, accepts):
            key, first, second = _sides(reuse)
            times[first, second] += 1
            keys.setdefault((first, second), key)
    for (first, second), count in times.items():
        yield Unreported(keys[first, second], first, second, count)


def _sides(reuse: Reuse) -> tuple[str, str, str]:
    second = next((str(place.span) for place in reuse.places if place.part == SECOND), "?")
    if reuse.first is reuse.second:
        return words(reuse.key), "", second
    first = next((str(place.span) for place in reuse.places if place.part == FIRST), "?")
    return words(reuse.key), first, second


def _uses_by_line(events: Iterable[Event]) -> Counter[int]:
    """Count the uses of one kind at each line: one that builds a key and draws from it used a key once."""
    stacks = Counter((event.kind, tuple(site.span for site in event.stack)) for event in events)
    uses: Counter[tuple[str, int]] = Counter()
    for (kind, spans), count in stacks.items():
        for line in {line for span in spans for line in range(span.first, span.last + 1)}:
            uses[kind, line] += count
    most: Counter[int] = Counter()
    for (_, line), count in uses.items():
        most[line] = max(most[line], count)
    return most


def _within(line: int, spans: Iterable[Span]) -> bool:
    return any(line in span for span in spans)
